package import Recipe

/// What came from what: images, models and inputs as nodes, and why each depends on another as edges.
package struct Lineage: Sendable {
    /// An image, a model or an input.
    package struct Node: Sendable {
        /// What a node is.
        package enum Kind: String, Sendable { case image, model, input }
        /// Names the node in ``edges``; the same for the same bytes.
        package let id: String
        /// What the node is.
        package let kind: Kind
        /// A path in a view, or the recorded name if nothing in the store has it.
        package let name: String
        /// The hash of the bytes; nil if they are not known.
        package let sha256: Digest?
        /// Facts and findings, each a short sentence.
        package var notes: [String] = []
    }

    package struct Edge: Sendable, Hashable {
        /// What depends.
        package let from: String
        /// What it depends on.
        package let to: String
        /// `made with`, `made from`, `merged from`, `trained on`, `same weights as`.
        package let relation: String
    }

    /// Nodes of one answer; a merge of merges could go on for long.
    package static let limit = 2000

    /// The first is what was asked for.
    package private(set) var nodes: [Node] = []
    /// What depends on what.
    package private(set) var edges: [Edge] = []
    /// How many images that were made with the model are left out.
    package internal(set) var omitted = 0
    /// Whether something was not followed, because there were as many nodes as were asked for.
    package internal(set) var isCut = false

    private var known: Set<String> = []
    private var joined: Set<Edge> = []

    /// Adds a node unless it exists; returns whether it was new.
    mutating func add(_ node: Node) -> Bool {
        guard known.insert(node.id).inserted else { return false }
        nodes.append(node)
        return true
    }

    mutating func join(_ from: String, _ relation: String, _ to: String) {
        let edge = Edge(from: from, to: to, relation: relation)
        if joined.insert(edge).inserted { edges.append(edge) }
    }
}
