import Recipe
import Support

/// Draws a graph on a canvas: some nodes in subgraphs within subgraphs, some links through what exists only on a canvas.
struct CanvasWriter {
    typealias Wire = RandomGraph.Wire

    /// One level: the root, or the inside of a subgraph.
    private struct Level {
        var nodes: [JSON] = []
        var links: [JSON] = []
        var nextID = 1
        var nextLink = 1
        /// Where an output is to be had at this level: a node's id, and the slot.
        var places: [Wire: (id: Int, slot: Int)] = [:]
        /// What comes from outside, in the order of the subgraph's inputs.
        var taken: [(wire: Wire, type: String)] = []
        /// What others take from here, in the order of its outputs.
        var given: [Wire] = []
        /// The id of the node without outputs.
        var last = 0
        /// The number of its definition.
        var definition = 0
    }

    private let nodes: [RandomGraph.Node]
    private(set) var random: SplitMix64
    private var definitions: [JSON] = []
    private var ids: [Int: String] = [:]
    private var order: [Int] = []

    init(_ nodes: [RandomGraph.Node], _ random: SplitMix64) { (self.nodes, self.random) = (nodes, random) }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func write() -> (json: JSON, ids: [Int: String], order: [Int]) {
        let level = level(Array(nodes.indices), prefix: "", depth: 0)
        let json: JSON = [
            "version": 1, "nodes": .array(level.nodes), "links": .array(level.links),
            "definitions": ["subgraphs": .array(definitions)],
        ]
        return (json, ids, order)
    }

    private mutating func level(_ members: [Int], prefix: String, depth: Int) -> Level {
        var level = Level()
        var rest = members
        var groups: [[Int]] = []
        while depth < 4, rest.count > 3, chance(60) {
            let group = rest.filter { nodes[$0].type != "SaveImage" && Int.random(in: 0..<3, using: &random) == 0 }
            guard !group.isEmpty else { break }
            groups.append(group)
            rest.removeAll { group.contains($0) }
        }
        // Ids first: links may lead to what is drawn later.
        var inner: [(id: Int, level: Level)] = []
        for group in groups {
            let id = level.nextID
            level.nextID += 1
            let inside = self.level(group, prefix: prefix + "\(id):", depth: depth + 1)
            for (slot, wire) in inside.given.enumerated() { level.places[wire] = (id, slot) }
            inner.append((id, inside))
        }
        for index in rest {
            ids[index] = prefix + "\(level.nextID)"
            if nodes[index].outputs.isEmpty { level.last = level.nextID }
            for slot in nodes[index].outputs.indices {
                level.places[Wire(node: index, slot: slot)] = (level.nextID, slot)
            }
            level.nextID += 1
        }
        for (id, inside) in inner { draw(inside, id, &level) }
        for index in rest { draw(index, &level) }
        // Outputs that nodes outside take.
        let own = Set(members)
        for (index, node) in nodes.enumerated() where !own.contains(index) {
            for link in node.links where own.contains(link.from.node) && !level.given.contains(link.from) {
                level.given.append(link.from)
            }
        }
        for (slot, wire) in level.given.enumerated() {
            guard let place = level.places[wire] else { continue }
            let link = level.nextLink
            level.nextLink += 1
            level.links.append(object(link, place, (-20, slot), type(wire)))
        }
        level.definition = definitions.count
        if depth > 0 {
            definitions.append([
                "id": .string("sub\(definitions.count)"), "name": .string("part \(definitions.count)"),
                "inputs": .array(
                    level.taken.enumerated().map {
                        ["name": .string("in\($0.offset)"), "type": .string($0.element.type)]
                    }),
                "nodes": .array(level.nodes), "links": .array(level.links),
            ])
        }
        return level
    }

    private func type(_ wire: Wire) -> String { nodes[wire.node].outputs[wire.slot] }

    private func object(_ id: Int, _ from: (id: Int, slot: Int), _ to: (id: Int, slot: Int), _ type: String) -> JSON {
        [
            "id": .integer(id), "origin_id": .integer(from.id), "origin_slot": .integer(from.slot),
            "target_id": .integer(to.id), "target_slot": .integer(to.slot), "type": .string(type),
        ]
    }

    /// A link to an input, perhaps by way of reroutes or of a setter and a getter. Returns its number.
    private mutating func link(_ wire: Wire, to: (id: Int, slot: Int), _ type: String, _ level: inout Level) -> Int {
        var place: (id: Int, slot: Int)
        if let here = level.places[wire] {
            place = here
        } else {
            let slot = level.taken.firstIndex { $0.wire == wire } ?? level.taken.count
            if slot == level.taken.count { level.taken.append((wire, type)) }
            place = (-10, slot)
        }
        func connect(_ from: (id: Int, slot: Int), _ to: (id: Int, slot: Int)) -> Int {
            let number = level.nextLink
            level.nextLink += 1
            level.links.append(object(number, from, to, type))
            return number
        }
        func add(_ type: String, _ fields: [(key: String, value: JSON)]) -> Int {
            let id = level.nextID
            level.nextID += 1
            level.nodes.append(
                .object(.init([(key: "id", value: .integer(id)), (key: "type", value: .string(type))] + fields)))
            return id
        }
        while chance(20) {
            let id = level.nextID
            let into = connect(place, (id, 0))
            let input: JSON = [["name": "", "type": "*", "link": .integer(into)]]
            if chance(50) {
                _ = add("Reroute", [(key: "inputs", value: input), (key: "outputs", value: [["type": .string(type)]])])
                place = (id, 0)
            } else {
                let name: JSON = [.string("value \(id)")]
                _ = add("SetNode", [(key: "inputs", value: input), (key: "widgets_values", value: name)])
                place = (add("GetNode", [(key: "widgets_values", value: name)]), 0)
            }
        }
        return connect(place, to)
    }

    private mutating func draw(_ index: Int, _ level: inout Level) {
        let node = nodes[index]
        let id = level.places[Wire(node: index, slot: 0)]?.id ?? level.last
        var inputs: [JSON] = []
        for (slot, input) in node.links.enumerated() {
            let number = link(input.from, to: (id, slot), input.type, &level)
            var fields: JSON.Object = .init([
                (key: "name", value: .string(input.name)), (key: "type", value: .string(input.type)),
                (key: "link", value: .integer(number)),
            ])
            if node.widgets.contains(where: { $0.name == input.name }) {
                fields.append("widget", ["name": .string(input.name)])
            }
            inputs.append(.object(fields))
        }
        // A seed's widget is followed by the one that changes it.
        let values = node.widgets.flatMap { widget -> [JSON] in
            widget.name == "seed" ? [widget.value, "randomize"] : [widget.value]
        }
        level.nodes.append([
            "id": .integer(id), "type": .string(node.type), "mode": .integer(node.mode), "inputs": .array(inputs),
            "outputs": .array(node.outputs.map { ["name": .string($0), "type": .string($0)] }),
            "widgets_values": .array(values),
        ])
        order.append(index)
    }

    private mutating func draw(_ inside: Level, _ id: Int, _ level: inout Level) {
        var inputs: [JSON] = []
        for (slot, taken) in inside.taken.enumerated() {
            let number = link(taken.wire, to: (id, slot), taken.type, &level)
            inputs.append(["name": .string("in\(slot)"), "type": .string(taken.type), "link": .integer(number)])
        }
        level.nodes.append([
            "id": .integer(id), "type": .string("sub\(inside.definition)"), "inputs": .array(inputs),
            "outputs": .array(inside.given.map { ["type": .string(type($0))] }),
        ])
    }
}
