/// An instance of a subgraph on a canvas: the values that it passes to the inputs of the nodes inside.
struct CanvasInstance {
    private let node: JSON
    private let declared: [(name: String, type: String)]
    private let inputs: [JSON]
    private let links: [String: String]
    /// The places of the values of widgets, by the names of inputs.
    private let places: [String: Int]

    /// `declared` are the inputs of the subgraph itself.
    init(_ node: JSON, _ declared: [(name: String, type: String)]) {
        self.node = node
        self.declared = declared
        let inputs = node["inputs"]?.array ?? []
        self.inputs = inputs
        let named = inputs.compactMap { input in input["name"]?.string.map { ($0, CanvasScope.id(input["link"])) } }
        links = Dictionary(named) { first, _ in first }.compactMapValues(\.self)
        let promoted = Self.promoted(node, declared, inputs)
        places = Dictionary(promoted.enumerated().compactMap { place, name in name.map { ($0, place) } }) { first, _ in
            first
        }
    }

    enum Input {
        case link(String)
        case value(JSON)
    }

    /// What it passes to the subgraph's input of this number: its own link, else the value of its widget with the input's name, else the
    /// value in the place of that widget. Nil if it passes nothing.
    func input(at slot: Int) -> Input? {
        guard slot >= 0, slot < declared.count else {
            // Old canvases do not name inputs; they are in the same order.
            return slot >= 0 && slot < inputs.count ? CanvasScope.id(inputs[slot]["link"]).map { .link($0) } : nil
        }
        let name = declared[slot].name
        if let link = links[name] { return .link(link) }
        if let named = (node["widgets_values_named"] ?? node["widgets_values"])?.object {
            return named[name].map { .value($0) }
        }
        guard let place = places[name], let value = node["widgets_values"]?.array?[place], value != .null else {
            return nil
        }
        return .value(value)
    }

    /// The widgets that it shows, in the order of its values; those of nodes inside that no input leads to have no name here. Front ends
    /// list different widgets, so a list must be as long as the values; empty if none is.
    private static func promoted(
        _ node: JSON, _ declared: [(name: String, type: String)], _ inputs: [JSON]
    ) -> [String?] {
        let count = node["widgets_values"]?.array?.count ?? 0
        let listed = node["properties"]?["proxyWidgets"]?.array ?? []
        let lists: [[String?]] = [
            listed.map { $0.array?.first?.string == "-1" ? $0.array?.last?.string : nil },
            declared.filter { Meaning.values.contains($0.type) }.map(\.name),
            inputs.filter { $0["widget"]?["name"]?.string != nil }.map { $0["name"]?.string },
        ]
        return lists.first { $0.count == count } ?? []
    }
}
