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
        /// The beginning of its snapshot's id, by which commands know it.
        var snapshot: String { String(document.id.hex.prefix(12)) }
        var mark: Mark { Mark(document.verdict.grade, isReproduced: document.verdict.isVerified) }
    }

    struct Part: Sendable {
        let name: String
        /// The first of them.
        var rows: [Row]
        /// How many there are besides, at least.
        let more: Int
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

    /// Where there is an `asker`, weights are compared: whole files are read, for some seconds at most, and as long as it is there.
    init(_ ids: [Digest], weightsFor asker: StorePool.Asker? = nil, in store: Store) throws {
        let images = try ids.map { id in
            guard let row = try store.snapshot(ofImage: id) else {
                throw StoreError.notFound("the image \(id.hex.prefix(12))")
            }
            return Image(id: id, document: try store.recipeDocument(of: row.id, named: row.imageName))
        }
        self.images = images
        let (first, others) = (images[0].document, images.dropFirst().map(\.document))
        var table = DifferenceTable(columns: images.count, limit: Self.rowsShown)
        for (index, other) in others.enumerated() { table.add(RecipeDifference(first, other), column: index + 1) }
        parts = try table.parts.map { part in
            guard part.name == "models" else { return part }
            var part = part
            part.rows = try part.rows.map { row in
                Row(what: row.what, values: try row.values.map { try Self.linked($0, in: store) })
            }
            return part
        }
        replaced = others.reduce(0) { $0 + first.replacedModels(in: $1).count }
        let deadline = ContinuousClock.now + .seconds(Self.patience)
        weights = try asker.map { asker in
            try others.map {
                try store.weightDifferences(first, $0, headers: Self.headerLimit) {
                    asker.isThere && ContinuousClock.now < deadline
                }
            }
        }
    }

    private static func linked(_ value: Value, in store: Store) throws -> Value {
        guard let folder = value.json["folder"]?.string, let name = value.json["name"]?.string,
            let model = ModelName("\(folder)/\(name)")
        else { return value }
        return Value(json: value.json, model: try store.model(at: model.folder, model.path)?.id)
    }
}

/// The differences of several recipes from the first one, made into one table. Of each part the first rows are kept, and the others are
/// counted: a graph may have very many nodes, and all of one name.
private struct DifferenceTable {
    private static let order = ["parameters", "models", "inputs", "graph", "environment"]

    private struct Entry {
        let item: RecipeDifference.Item
        /// By columns; what is missing is as in the first one.
        var others: [Int: JSON]
    }

    let columns: Int
    let limit: Int
    private var entries: [String: [Entry]] = [:]
    /// Differences that are not kept, by part and column.
    private var rest: [String: [Int: Int]] = [:]

    init(columns: Int, limit: Int) {
        self.columns = columns
        self.limit = limit
    }

    mutating func add(_ difference: RecipeDifference, column: Int) {
        for item in difference.items {
            // Two items of the same name have different values.
            let place = entries[item.part]?.firstIndex {
                $0.others[column] == nil && $0.item.what.utf8.elementsEqual(item.what.utf8) && $0.item.old == item.old
            }
            if let place {
                entries[item.part]?[place].others[column] = item.new
            } else if entries[item.part, default: []].count < limit {
                entries[item.part, default: []].append(Entry(item: item, others: [column: item.new]))
            } else {
                rest[item.part, default: [:]][column, default: 0] += 1
            }
        }
    }

    var parts: [Comparison.Part] {
        Self.order.compactMap { name in
            guard let own = entries[name] else { return nil }
            let rows = own.map { entry in
                let values = (0..<columns).map { column in
                    Comparison.Value(json: entry.others[column] ?? entry.item.old)
                }
                return Comparison.Row(what: entry.item.what, values: values)
            }
            return Comparison.Part(name: name, rows: rows, more: rest[name]?.values.max() ?? 0)
        }
    }
}

extension Address {
    /// Images beside each other.
    static func compare(_ images: [Digest], _ more: (name: String, value: String)...) -> Address {
        Address("/compare", [], zip(["a", "b", "c", "d"], images).map { ($0, $1.hex) } + more)
    }
}
