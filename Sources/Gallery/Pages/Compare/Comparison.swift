import Recipe
import Store

/// Images beside each other, and what differs between them, as the store tells it at one moment.
struct Comparison: Sendable {
    /// Images at once.
    static let most = 4
    /// Rows of one part that a page shows.
    static let rowsShown = 100
    /// Seconds, and bytes of a header, that a look at weights may take.
    private static let patience = 10
    private static let headerLimit = 16 << 20

    let images: [Image]
    /// What differs, in the order of the parts.
    let parts: [Part]
    /// Models whose bytes differ, for which tensors could be compared.
    let replaced: Int
    /// Of each image but the first one, how its weights differ from that one's; nil where nobody asked for it.
    let weights: [[WeightDifference]]?

    struct Image: Sendable {
        let id: Digest
        let document: RecipeDocument

        var name: String { document.name.onOneLine }
        var mark: Mark { Mark(document.verdict.grade, isReproduced: document.verdict.isVerified) }
    }

    struct Part: Sendable {
        let name: String
        /// The first of them.
        var rows: [Row]
        var count: Int
    }

    /// A thing that differs, with what each image has.
    struct Row: Sendable {
        let what: String
        let values: [Value]
    }

    struct Value: Sendable {
        let json: JSON
        /// The row of the model that it is.
        var model: Int64?
    }

    /// `comparesWeights`: whole files are read, for some seconds at most.
    init(_ ids: [Digest], comparesWeights: Bool, in store: Store) throws {
        let images = try ids.map { id in
            guard let row = try store.snapshot(ofImage: id) else {
                throw StoreError.notFound("the image \(id.hex.prefix(12))")
            }
            return Image(id: id, document: try store.recipeDocument(of: row.id, named: row.imageName))
        }
        self.images = images
        let (first, others) = (images[0].document, images.dropFirst().map(\.document))
        var table = DifferenceTable(columns: images.count)
        for (index, other) in others.enumerated() { table.add(RecipeDifference(first, other), column: index + 1) }
        parts = try table.parts(limit: Self.rowsShown).map { part in
            guard part.name == "models" else { return part }
            var part = part
            part.rows = try part.rows.map { row in
                Row(what: row.what, values: try row.values.map { try Self.linked($0, in: store) })
            }
            return part
        }
        replaced = others.reduce(0) { $0 + first.replacedModels(in: $1).count }
        let deadline = ContinuousClock.now + .seconds(Self.patience)
        weights =
            comparesWeights
            ? try others.map {
                try store.weightDifferences(first, $0, headers: Self.headerLimit) { ContinuousClock.now < deadline }
            } : nil
    }

    private static func linked(_ value: Value, in store: Store) throws -> Value {
        guard let folder = value.json["folder"]?.string, let name = value.json["name"]?.string,
            let model = ModelName("\(folder)/\(name)")
        else { return value }
        return Value(json: value.json, model: try store.model(at: model.folder, model.path)?.id)
    }
}

/// The differences of several recipes from the first one, made into one table.
private struct DifferenceTable {
    private struct Entry {
        let item: RecipeDifference.Item
        /// By columns; what is missing is as in the first one.
        var others: [Int: JSON]
    }

    let columns: Int
    private var entries: [Entry] = []
    /// Where in ``entries`` the rows are that are called so: two of a name have other values.
    private var places: [[UInt8]: [Int]] = [:]

    init(columns: Int) { self.columns = columns }

    mutating func add(_ difference: RecipeDifference, column: Int) {
        for item in difference.items {
            let key = Array("\(item.part)\0\(item.what)".utf8)
            let place = places[key]?.first {
                entries[$0].others[column] == nil && entries[$0].item.old == item.old
            }
            if let place {
                entries[place].others[column] = item.new
            } else {
                places[key, default: []].append(entries.count)
                entries.append(Entry(item: item, others: [column: item.new]))
            }
        }
    }

    func parts(limit: Int) -> [Comparison.Part] {
        var parts: [Comparison.Part] = []
        for name in ["parameters", "models", "inputs", "graph", "environment"] {
            let own = entries.filter { $0.item.part == name }
            guard !own.isEmpty else { continue }
            let rows = own.prefix(limit).map { entry in
                let values = (0..<columns).map { column in
                    Comparison.Value(json: entry.others[column] ?? entry.item.old)
                }
                return Comparison.Row(what: entry.item.what, values: values)
            }
            parts.append(Comparison.Part(name: name, rows: rows, count: own.count))
        }
        return parts
    }
}

extension Address {
    /// Images beside each other.
    static func compare(_ images: [Digest], _ more: (name: String, value: String)...) -> Address {
        Address("/compare", [], zip(["a", "b", "c", "d"], images).map { ($0, $1.hex) } + more)
    }
}
