/// Makes the graph that a canvas would queue: subgraphs expanded, muted nodes left out, bypassed ones passed through,
/// widgets named. Source: ComfyUI's workflow schema 0.4 and 1.0; the frontend's `graphToPrompt`.
struct ComfyCanvas {
    /// Nil if no node of the canvas would run. `holdsNext`: the canvas was saved by itself, perhaps after its seeds had changed; one in an
    /// output has the seeds that were used, since it is written before they change.
    static func graph(of canvas: JSON, classes: ClassTable, holdsNext: Bool) -> ComfyGraph? {
        guard let walk = walk(canvas, classes, holdsNext: holdsNext) else { return nil }
        return ComfyGraph(.object(walk.nodes), classes: classes, slots: walk.slots)
    }

    /// What it says about nodes with unknown classes, by their ids in the graph.
    static func slots(of canvas: JSON, classes: ClassTable) -> [String: NodeSlots] {
        walk(canvas, classes, holdsNext: false)?.slots ?? [:]
    }

    private static func walk(_ canvas: JSON, _ classes: ClassTable, holdsNext: Bool) -> ComfyCanvas? {
        guard let root = Scope(canvas) else { return nil }
        var walk = ComfyCanvas(canvas, classes, holdsNext)
        walk.expand(root, at: [])
        return walk
    }

    /// One level of the canvas: its nodes, and where each link begins.
    private struct Scope {
        let nodes: [(id: String, node: JSON)]
        let byID: [String: JSON]
        let origins: [String: (id: String, slot: Int)]
        /// Where the outputs of a subgraph come from.
        let outputs: [Int: (id: String, slot: Int)]
        /// The inputs of a subgraph.
        let inputs: [(name: String, type: String)]

        init?(_ json: JSON) {
            guard let listed = json["nodes"]?.array else { return nil }
            nodes = listed.compactMap { node in Self.id(node["id"]).map { ($0, node) } }
            byID = Dictionary(nodes.map { ($0.id, $0.node) }) { first, _ in first }
            var origins: [String: (id: String, slot: Int)] = [:]
            var outputs: [Int: (id: String, slot: Int)] = [:]
            for link in json["links"]?.array ?? [] {
                let parts = link.array
                guard let id = Self.id(link["id"] ?? parts?.first),
                    let from = Self.id(link["origin_id"] ?? parts?.dropFirst().first),
                    let slot = (link["origin_slot"] ?? parts?.dropFirst(2).first)?.number?.int
                else { continue }
                origins[id] = (from, slot)
                let to = Self.id(link["target_id"] ?? parts?.dropFirst(3).first)
                if to == ComfyCanvas.outputNode,
                    let target = (link["target_slot"] ?? parts?.dropFirst(4).first)?.number?.int
                {
                    outputs[target] = (from, slot)
                }
            }
            inputs = (json["inputs"]?.array ?? []).map { ($0["name"]?.string ?? "", $0["type"]?.string ?? "*") }
            self.origins = origins
            self.outputs = outputs
        }

        static func id(_ json: JSON?) -> String? { ComfyCanvas.id(json) }
    }

    static func id(_ json: JSON?) -> String? { json?.number?.literal ?? json?.string }

    /// The frontend's numbers for a subgraph's own inputs and outputs.
    private static let inputNode = "-10"
    private static let outputNode = "-20"
    private static let never = 2
    private static let bypass = 4
    private static let depth = 16
    private static let limit = 20_000

    private let subgraphs: [String: Scope]
    private let classes: ClassTable
    private let holdsNext: Bool
    private var kinds: [String: NodeClass] = [:]
    private var nodes = JSON.Object()
    private var slots: [String: NodeSlots] = [:]
    private var count = 0

    private init(_ canvas: JSON, _ classes: ClassTable, _ holdsNext: Bool) {
        self.classes = classes
        self.holdsNext = holdsNext
        var subgraphs: [String: Scope] = [:]
        for json in canvas["definitions"]?["subgraphs"]?.array ?? [] {
            if let id = json["id"]?.string, let scope = Scope(json) { subgraphs[id] = scope }
        }
        self.subgraphs = subgraphs
    }

    /// The way to a scope: the instances of subgraphs from the root on, each with the scope that contains it.
    private typealias Path = [(id: String, scope: Scope)]

    private mutating func expand(_ scope: Scope, at path: Path) {
        for (id, node) in scope.nodes {
            count += 1
            let mode = node["mode"]?.number?.int ?? 0
            guard count < Self.limit, mode != Self.never, mode != Self.bypass, let type = node["type"]?.string else {
                continue
            }
            if let inner = subgraphs[type] {
                if path.count < Self.depth { expand(inner, at: path + [(id, scope)]) }
                continue
            }
            guard !Self.isPassive(type) else { continue }
            let kind = kinds[type] ?? classes.named(type)
            kinds[type] = kind
            var inputs = CanvasWidgets(node, kind).values(holdsNext: holdsNext)
            for input in node["inputs"]?.array ?? [] {
                guard let name = input["name"]?.string, let link = Scope.id(input["link"]) else { continue }
                switch source(of: link, in: scope, at: path, steps: 0) {
                case .node(let id, let slot): inputs[name] = .array([.string(id), .integer(slot)])
                case .value(let value): inputs[name] = value
                case .own: break
                case nil: inputs[name] = nil
                }
            }
            let key = Self.key(id, path)
            if !kind.isKnown { slots[key] = NodeSlots(node) }
            nodes.append(key, ["class_type": .string(type), "inputs": .object(inputs)])
        }
    }

    private static func key(_ id: String, _ path: Path) -> String { (path.map(\.id) + [id]).joined(separator: ":") }

    private enum Source {
        case node(String, Int)
        case value(JSON)
        /// Nothing: the value of the input's own widget counts.
        case own
    }

    /// The origin of a link's value, through everything that only passes it on.
    private func source(of link: String, in scope: Scope, at path: Path, steps: Int) -> Source? {
        guard let origin = scope.origins[link] else { return nil }
        return source(of: origin, in: scope, at: path, steps: steps)
    }

    private func source(of origin: (id: String, slot: Int), in scope: Scope, at path: Path, steps: Int) -> Source? {
        guard steps < 64 else { return nil }
        if origin.id == Self.inputNode {
            guard let (id, outer) = path.last, let instance = outer.byID[id] else { return nil }
            guard let input = CanvasInstance(instance, scope.inputs).input(at: origin.slot) else { return .own }
            switch input {
            case .link(let link): return source(of: link, in: outer, at: path.dropLast(), steps: steps + 1)
            case .value(let value): return .value(value)
            }
        }
        guard let node = scope.byID[origin.id], let type = node["type"]?.string else { return nil }
        let mode = node["mode"]?.number?.int ?? 0
        if mode == Self.never { return nil }
        if let inner = subgraphs[type], mode != Self.bypass {
            guard path.count < Self.depth, let output = inner.outputs[origin.slot] else { return nil }
            return source(of: output, in: inner, at: path + [(origin.id, scope)], steps: steps + 1)
        }
        if type == "PrimitiveNode" { return node["widgets_values"]?.array?.first.map { .value($0) } }
        guard type == "Reroute" || type == "GetNode" || type == "SetNode" || mode == Self.bypass else {
            return .node(Self.key(origin.id, path), origin.slot)
        }
        var passing = node
        if type == "GetNode" {
            let name = node["widgets_values"]?.array?.first
            let setter = scope.nodes.first {
                $0.node["type"] == "SetNode" && $0.node["widgets_values"]?.array?.first == name
            }
            guard let setter else { return nil }
            passing = setter.node
        }
        return through(passing, slot: origin.slot, isBypassed: mode == Self.bypass)
            .flatMap { source(of: $0, in: scope, at: path, steps: steps + 1) }
    }

    /// The link whose value a node passes on; for a bypassed node, the first input with the output's type.
    private func through(_ node: JSON, slot: Int, isBypassed: Bool) -> String? {
        let inputs = node["inputs"]?.array ?? []
        let outputs = node["outputs"]?.array ?? []
        guard isBypassed, slot >= 0, slot < outputs.count else {
            return inputs.first(giving: { Scope.id($0["link"]) })
        }
        let type = outputs[slot]["type"]
        let fits = { (input: JSON) in input["type"] == type || input["type"] == "*" || type == "*" }
        let same = inputs.filter { fits($0) && Scope.id($0["link"]) != nil }
        let atSlot = slot < inputs.count && fits(inputs[slot]) ? Scope.id(inputs[slot]["link"]) : nil
        return atSlot ?? same.first.flatMap { Scope.id($0["link"]) }
    }

    /// Nodes that exist only on the canvas.
    private static func isPassive(_ type: String) -> Bool {
        ["Note", "MarkdownNote", "PrimitiveNode", "Reroute", "SetNode", "GetNode"].contains(type)
    }
}
