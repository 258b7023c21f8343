import Recipe
import Store

/// What an image came from and what came from it, as the store tells it at one moment.
struct ShownLineage: Sendable {
    /// Nodes of the picture at most: what it came from, and of each kind what came from it.
    static let most = 60
    private static let ancestors = 40
    private static let descendants = 8

    /// What was asked for is the first.
    private(set) var nodes: [Node]
    /// What depends on what, by places in ``nodes``.
    private(set) var edges: [Edge]
    /// Whether it came from more than is shown.
    let isCut: Bool

    struct Node: Sendable {
        enum Kind: String, Sendable { case image, model, input, more }
        let kind: Kind
        /// On one line.
        let name: String
        /// A few words more.
        let notes: [String]
        let address: Address?
        let thumbnail: Address?
    }

    struct Edge: Sendable {
        let dependent: Int
        let dependency: Int
        let relation: Relation
    }

    /// Why something depends on something else.
    enum Relation: String, Sendable {
        case madeWith = "made with"
        case madeFrom = "made from"
        case variation = "variation of"
        case merged = "merged from"
        case trained = "trained on"
        case same = "same weights as"

        /// What is written on the way from the older to the newer one.
        var forward: String {
            switch self {
            case .madeWith: ""
            case .madeFrom: "input"
            case .variation: "varied"
            case .merged: "merged into"
            case .trained: "base of"
            case .same: "same weights"
            }
        }
    }

    /// What an image came from, and what came from it.
    init(_ id: Digest, snapshot: Int64, in store: Store) throws {
        try self.init(try store.lineage(ofSnapshot: snapshot, nodes: Self.ancestors), in: store)
        let below = try store.descendants(ofImage: id, limit: Self.descendants)
        for (relation, entries, count, rest) in [
            (Relation.variation, below.varied, below.variedCount, Address.library(ShownImage.under(id))),
            (.madeFrom, below.used, below.usedCount, nil),
        ] {
            for entry in entries {
                edges.append(Edge(dependent: nodes.count, dependency: 0, relation: relation))
                nodes.append(Self.node(entry, relation))
            }
            if count > entries.count {
                edges.append(Edge(dependent: nodes.count, dependency: 0, relation: relation))
                nodes.append(
                    Node(
                        kind: .more, name: "and \((count - entries.count).of("more image", "more images"))",
                        notes: [], address: rest, thumbnail: nil))
            }
        }
    }

    /// What a version of a model came from, and which models came from it.
    init(_ version: VersionListing, in store: Store) throws {
        try self.init(try store.lineage(of: [version], images: nil, nodes: Self.ancestors), in: store)
    }

    private init(_ lineage: Lineage, in store: Store) throws {
        // A recipe may name as many models as it likes.
        let known = lineage.nodes.prefix(Self.ancestors)
        nodes = try known.map { try Self.node($0, in: store) }
        let places = Dictionary(known.enumerated().map { ($1.id, $0) }) { first, _ in first }
        edges = lineage.edges.compactMap { edge -> Edge? in
            guard let from = places[edge.from], let to = places[edge.to],
                let relation = Relation(rawValue: edge.relation)
            else { return nil }
            return Edge(dependent: from, dependency: to, relation: relation)
        }
        isCut = lineage.isCut || lineage.nodes.count > known.count
    }

    private static func node(_ entry: LibraryEntry, _ relation: Relation) -> Node {
        let what = relation == .variation ? "a variation" : "made from it"
        return Node(
            kind: .image, name: entry.name.text.onOneLine,
            notes: ["\(what), \(Mark(entry).rawValue)", entry.words.onOneLine],
            address: .image(entry.image), thumbnail: .image(entry.image, "thumbnail"))
    }

    private static func node(_ node: Lineage.Node, in store: Store) throws -> Node {
        let notes = node.notes.map(\.onOneLine)
        switch node.kind {
        case .image:
            return Node(
                kind: .image, name: node.name.onOneLine, notes: notes.reversed(),
                address: node.sha256.map { .image($0) }, thumbnail: node.sha256.map { .image($0, "thumbnail") })
        case .input: return Node(kind: .input, name: node.name.onOneLine, notes: notes, address: nil, thumbnail: nil)
        case .model:
            let (name, number) = ModelName.numbered(node.name) ?? (node.name, nil)
            var address: Address?
            if node.sha256 != nil, let model = ModelName(name), let row = try store.model(at: model.folder, model.path)
            {
                address = number.map { Address.model(row.id).at("v\($0)") } ?? .model(row.id)
            }
            // The folder and the version stand behind the name, which is cut where it is long.
            let file = ModelName(name).map { "\($0.path)" } ?? name
            let folder = ModelName(name).map { ["\($0.folder)"] } ?? []
            return Node(
                kind: .model, name: file.onOneLine,
                notes: (node.sha256 == nil ? notes : [])
                    + [(folder + (number.map { ["v\($0)"] } ?? [])).joined(separator: ", ")].filter { !$0.isEmpty }
                    + (node.sha256 == nil ? [] : notes),
                address: address, thumbnail: nil)
        }
    }
}
