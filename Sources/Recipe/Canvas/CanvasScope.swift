/// One level of a canvas, the root or a subgraph's definition: its nodes, and where each link begins.
final class CanvasScope: Sendable {
    /// An output of a node of this level.
    typealias Origin = (id: String, slot: Int)

    /// Its name for people; empty if it has none.
    let name: String
    let nodes: [(id: String, node: JSON)]
    let byID: [String: JSON]
    let origins: [String: Origin]
    /// Where the outputs of a subgraph come from.
    let outputs: [Int: Origin]
    /// The inputs of a subgraph.
    let inputs: [(name: String, type: String)]
    /// The ids of the nodes that set what others get, by the names that they give it; the first of a name counts.
    let setters: [String: String]

    /// The frontend's numbers for a subgraph's own inputs and outputs.
    static let inputNode = "-10"
    private static let outputNode = "-20"

    /// Nil if it lists no nodes.
    init?(_ json: JSON) {
        guard let listed = json["nodes"]?.array else { return nil }
        name = json["name"]?.string ?? ""
        nodes = listed.compactMap { node in Self.id(node["id"]).map { ($0, node) } }
        byID = Dictionary(nodes.map { ($0.id, $0.node) }) { first, _ in first }
        setters = Dictionary(
            nodes.compactMap { entry in
                entry.node["type"] == "SetNode" ? Self.variable(of: entry.node).map { ($0, entry.id) } : nil
            }
        ) { first, _ in first }
        inputs = (json["inputs"]?.array ?? []).map { ($0["name"]?.string ?? "", $0["type"]?.string ?? "*") }
        var origins: [String: Origin] = [:]
        var outputs: [Int: Origin] = [:]
        for link in json["links"]?.array ?? [] {
            let parts = link.array
            guard let id = Self.id(link["id"] ?? parts?.first),
                let from = Self.id(link["origin_id"] ?? parts?.dropFirst().first),
                let slot = (link["origin_slot"] ?? parts?.dropFirst(2).first)?.number?.int
            else { continue }
            origins[id] = (from, slot)
            let to = Self.id(link["target_id"] ?? parts?.dropFirst(3).first)
            if to == Self.outputNode, let target = (link["target_slot"] ?? parts?.dropFirst(4).first)?.number?.int {
                outputs[target] = (from, slot)
            }
        }
        self.origins = origins
        self.outputs = outputs
    }

    /// How many inputs and widgets a node has.
    static func width(of node: JSON) -> Int {
        (node["inputs"]?.array?.count ?? 0) + (node["widgets_values"]?.array?.count ?? 0)
    }

    static func id(_ json: JSON?) -> String? { json?.number?.literal ?? json?.string }

    /// The name of what a node sets or gets.
    static func variable(of node: JSON) -> String? { node["widgets_values"]?.array?.first.flatMap { id($0) } }
}
