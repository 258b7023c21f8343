import Recipe
import Store

/// In which order models are shown.
enum ModelOrder: String, CaseIterable, Sendable {
    case name, versions, size, images, used

    /// What stands above the column.
    var title: String {
        switch self {
        case .name: "Model"
        case .versions: "Versions"
        case .size: "Size"
        case .images: "Images"
        case .used: "Last used"
        }
    }

    /// Whether `a` stands before `b`. Names are in alphabetical order, and of all else the largest comes first; equal ones are ordered by
    /// name.
    func precedes(_ a: ModelEntry, _ b: ModelEntry) -> Bool {
        let least = Timestamp(nanoseconds: .min)
        switch self {
        case .name: break
        case .versions: if a.versions != b.versions { return a.versions > b.versions }
        case .size: if a.size != b.size { return a.size > b.size }
        case .images: if a.images != b.images { return a.images > b.images }
        case .used: if a.lastUsed != b.lastUsed { return a.lastUsed ?? least > b.lastUsed ?? least }
        }
        let (own, other) = (a.fullName.utf8, b.fullName.utf8)
        return own.elementsEqual(other) ? a.id < b.id : own.lexicographicallyPrecedes(other)
    }
}

/// Which models an address asks for, and in which order.
struct ModelQuery: Sendable {
    var text = ""
    var order = ModelOrder.name
    var isReversed = false
    /// Only those that nothing has used for so many days.
    var unusedDays: Int?
    private(set) var problems: [String] = []

    init(_ parameters: [(name: String, value: String)]) {
        for (name, value) in parameters {
            switch name {
            case "q":
                text = String(String.UnicodeScalarView(value.unicodeScalars.prefix(Self.limit)))
                if text.utf8.count < value.utf8.count {
                    problems.append("Nobody looks for so long a text; its first \(Self.limit) characters count.")
                }
            case "order":
                if let order = ModelOrder(rawValue: value) { self.order = order } else { misread(name, value) }
            case "reversed": if value == "yes" { isReversed = true } else { misread(name, value) }
            case "unused":
                if let days = Int(value), 1...36_500 ~= days, value == "\(days)" {
                    unusedDays = days
                } else {
                    misread(name, value)
                }
            default: continue
            }
        }
    }

    /// Characters.
    private static let limit = 200

    private mutating func misread(_ name: String, _ value: String) {
        problems.append(
            "'\(String(String.UnicodeScalarView(value.unicodeScalars.prefix(Self.limit))))' is not a value that '\(name)' can have."
        )
    }

    /// The query as parameters of an address; defaults are left out.
    var parameters: [(name: String, value: String)] {
        var parameters = text.isEmpty ? [] : [(name: "q", value: text)]
        if order != .name { parameters.append(("order", order.rawValue)) }
        if isReversed { parameters.append(("reversed", "yes")) }
        if let unusedDays { parameters.append(("unused", String(unusedDays))) }
        return parameters
    }

    func address(_ place: [(name: String, value: String)] = []) -> Address {
        Address("/models", [], parameters + place)
    }
}

/// A page of the models of a query, as the store tells it at one moment.
struct ModelList: Sendable {
    static let pageSize = 100
    /// How many days without use count as unused if the address does not say.
    static let usualDays = 90

    let query: ModelQuery
    let entries: [ModelEntry]
    /// How many models the query has, and how many stand before the first of ``entries``.
    let count, index: Int
    /// Of those with the query's text: all, and those that nothing has used for long.
    let all, unused: Int

    init(_ parameters: [(name: String, value: String)], in store: Store) throws {
        query = ModelQuery(parameters)
        var filter = ModelFilter()
        filter.text = query.text.isEmpty ? nil : query.text
        var entries = try store.modelEntries(filter)
        all = entries.count
        let (now, days) = (Timestamp.now(), query.unusedDays)
        unused = entries.count { $0.isUnused(for: days ?? Self.usualDays, at: now) }
        if let days { entries.removeAll { !$0.isUnused(for: days, at: now) } }
        entries.sort(by: query.order.precedes)
        if query.isReversed { entries.reverse() }
        count = entries.count
        var range = 0..<min(Self.pageSize, entries.count)
        for (name, value) in parameters {
            guard let id = Int64(value), let place = entries.firstIndex(where: { $0.id == id }) else { continue }
            switch name {
            case "after": range = place + 1..<min(entries.count, place + 1 + Self.pageSize)
            case "before": range = max(0, place - Self.pageSize)..<place
            default: continue
            }
        }
        index = range.lowerBound
        self.entries = Array(entries[range])
    }
}

extension ModelEntry {
    func isUnused(for days: Int, at now: Timestamp) -> Bool {
        guard let lastUsed else { return true }
        return lastUsed < Timestamp(seconds: now.seconds - days * 86_400, nanoseconds: 0)
    }

    /// Its page.
    var address: Address { .model(id) }
}

extension Address {
    /// The page of a model, by its row: names are anybody's.
    static func model(_ id: Int64) -> Address { Address("/models", [String(id)]) }
}
