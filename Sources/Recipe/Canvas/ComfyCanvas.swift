/// Makes the graph that a canvas would queue: subgraphs expanded, muted nodes left out, bypassed ones passed through,
/// widgets named. Source: ComfyUI's workflow schema 0.4 and 1.0; the frontend's `graphToPrompt`.
struct ComfyCanvas {
    /// The graph, and what of the canvas is not in it. Nil if no node of the canvas would run. `holdsNext`: the canvas was saved by
    /// itself, perhaps after its seeds had changed; one in an output has the seeds that were used, since it is written before they change.
    static func graph(
        of canvas: JSON, classes: ClassTable, holdsNext: Bool
    ) -> (graph: ComfyGraph, findings: [Reason])? {
        guard let walk = walk(canvas, classes, holdsNext: holdsNext) else { return nil }
        return ComfyGraph(.object(walk.nodes), classes: classes, slots: walk.slots).map { ($0, walk.findings) }
    }

    /// What it says about nodes with unknown classes, by their ids in the graph.
    static func slots(of canvas: JSON, classes: ClassTable) -> [String: NodeSlots] {
        walk(canvas, classes, holdsNext: false)?.slots ?? [:]
    }

    private static func walk(_ canvas: JSON, _ classes: ClassTable, holdsNext: Bool) -> ComfyCanvas? {
        guard let root = CanvasScope(canvas) else { return nil }
        var walk = ComfyCanvas(canvas, classes, holdsNext)
        walk.name(walk.expand(root))
        return walk
    }

    /// A subgraph where it is used. The root is the first.
    private struct Place {
        let scope: CanvasScope
        /// What the ids of its nodes begin with in the graph: the instances that it is in, each with a colon.
        let prefix: String
        let depth: Int
        /// The instance that it is the inside of, and the place of that; nil for the root.
        var outer: (place: Int, instance: JSON)?
        /// The places of the instances in it, by their ids.
        var inner: [String: Int] = [:]
    }

    private static let never = 2
    private static let bypass = 4
    /// How much is read of subgraphs, which a small file can multiply without end: nodes, each as often as its id has parts.
    private static let limit = 100_000

    private let subgraphs: [String: CanvasScope]
    private let classes: ClassTable
    private let holdsNext: Bool
    private var places: [Place] = []
    private var sources: [Origin: Source] = [:]
    private var nodes = JSON.Object()
    private var slots: [String: NodeSlots] = [:]
    private var findings: [Reason] = []

    private init(_ canvas: JSON, _ classes: ClassTable, _ holdsNext: Bool) {
        self.classes = classes
        self.holdsNext = holdsNext
        var subgraphs: [String: CanvasScope] = [:]
        for json in canvas["definitions"]?["subgraphs"]?.array ?? [] {
            if let id = json["id"]?.string, let scope = CanvasScope(json) { subgraphs[id] = scope }
        }
        self.subgraphs = subgraphs
    }

    /// Nodes that exist only on the canvas.
    private static func isPassive(_ type: String) -> Bool {
        ["Note", "MarkdownNote", "PrimitiveNode", "Reroute", "SetNode", "GetNode"].contains(type)
    }

    private static func mode(of node: JSON) -> Int { node["mode"]?.number?.int ?? 0 }
}

// MARK: Nodes

extension ComfyCanvas {
    /// A node that runs.
    private struct Runner {
        let place: Int
        let id: String
        let type: String
        let node: JSON
    }

    /// Finds the places of all subgraphs, and the nodes that run in them, in the order of the file.
    private mutating func expand(_ root: CanvasScope) -> [Runner] {
        places = [Place(scope: root, prefix: "", depth: 1)]
        var runners: [Runner] = []
        var stack = [(place: 0, next: 0)]
        var room = Self.limit
        while let (place, next) = stack.last {
            let scope = places[place].scope
            guard next < scope.nodes.count else {
                stack.removeLast()
                continue
            }
            stack[stack.count - 1].next += 1
            room -= places[place].depth
            guard room >= 0 else {
                findings.append(
                    Reason(.unresolved, "the canvas and its subgraphs have more nodes than are read; the rest was not"))
                break
            }
            let (id, node) = scope.nodes[next]
            let mode = Self.mode(of: node)
            guard mode != Self.never, mode != Self.bypass, let type = node["type"]?.string else { continue }
            if let inner = subgraphs[type] {
                if enter(inner, id, node, in: place) { stack.append((places.count - 1, 0)) }
            } else if !Self.isPassive(type) {
                runners.append(Runner(place: place, id: id, type: type, node: node))
            }
        }
        return runners
    }

    /// Makes the place of an instance, unless its subgraph would be in itself, in a circle that has no end and that ComfyUI refuses to run.
    private mutating func enter(_ inner: CanvasScope, _ id: String, _ node: JSON, in outer: Int) -> Bool {
        var above: Int? = outer
        while let place = above {
            guard places[place].scope !== inner else {
                let reason = Reason(
                    .unresolved,
                    "the subgraph '\(inner.name)' contains itself; what it is made of within itself was not read")
                if !findings.contains(reason) { findings.append(reason) }
                return false
            }
            above = places[place].outer?.place
        }
        // Of equal ids the first counts.
        if places[outer].inner[id] == nil { places[outer].inner[id] = places.count }
        places.append(
            Place(
                scope: inner, prefix: places[outer].prefix + id + ":", depth: places[outer].depth + 1,
                outer: (outer, node)))
        return true
    }

    /// Gives the nodes their inputs by name.
    private mutating func name(_ runners: [Runner]) {
        var kinds: [String: NodeClass] = [:]
        for runner in runners {
            let kind = kinds[runner.type] ?? classes.named(runner.type)
            kinds[runner.type] = kind
            var inputs = CanvasWidgets(runner.node, kind).values(holdsNext: holdsNext)
            for input in runner.node["inputs"]?.array ?? [] {
                guard let name = input["name"]?.string, let link = CanvasScope.id(input["link"]) else { continue }
                switch source(of: link, in: runner.place) {
                case .output(let id, let slot): inputs[name] = .array([.string(id), .integer(slot)])
                case .value(let value): inputs[name] = value
                case .own: break
                case .nothing: inputs[name] = nil
                }
            }
            let key = places[runner.place].prefix + runner.id
            if !kind.isKnown { slots[key] = NodeSlots(runner.node) }
            nodes.append(key, ["class_type": .string(runner.type), "inputs": .object(inputs)])
        }
    }
}

// MARK: Links

extension ComfyCanvas {
    /// An output of a node on the canvas.
    private struct Origin: Hashable {
        let place: Int
        let id: String
        let slot: Int
    }

    private enum Source {
        case output(String, Int)
        case value(JSON)
        /// The link leads to nothing, so that the value of the input's own widget counts.
        case own
        /// The node does not run, and the input has no value.
        case nothing
    }

    /// One step from an output towards where its value comes from.
    private enum Step {
        case end(Source)
        case link(String, Int)
        case on(Origin)
    }

    /// Where a link's value comes from, through everything that only passes it on. Each output is followed once; a circle gives nothing.
    private mutating func source(of link: String, in place: Int) -> Source {
        var step = Step.link(link, place)
        var passed: [Origin] = []
        while true {
            switch step {
            case .link(let link, let place):
                let origin = places[place].scope.origins[link]
                step = origin.map { .on(Origin(place: place, id: $0.id, slot: $0.slot)) } ?? .end(.nothing)
            case .on(let origin):
                if let known = sources[origin] {
                    step = .end(known)
                } else {
                    sources[origin] = .nothing
                    passed.append(origin)
                    step = self.step(from: origin)
                }
            case .end(let source):
                for origin in passed { sources[origin] = source }
                return source
            }
        }
    }

    private func step(from origin: Origin) -> Step {
        let scope = places[origin.place].scope
        if origin.id == CanvasScope.inputNode {
            guard let (outer, instance) = places[origin.place].outer else { return .end(.nothing) }
            switch CanvasInstance(instance, scope.inputs).input(at: origin.slot) {
            case .link(let link): return .link(link, outer)
            case .value(let value): return .end(.value(value))
            case nil: return .end(.own)
            }
        }
        guard let node = scope.byID[origin.id], let type = node["type"]?.string else { return .end(.nothing) }
        // What exists only on the canvas hands on its value even where it is muted.
        switch type {
        case "PrimitiveNode": return .end(primitive(node))
        case "Reroute", "SetNode": return Self.passed(node, origin)
        case "GetNode":
            let setter = CanvasScope.variable(of: node).flatMap { scope.setters[$0] }
            return setter.map { Self.passed($0, origin) } ?? .end(.own)
        default: break
        }
        let mode = Self.mode(of: node)
        if mode == Self.never { return .end(.nothing) }
        if mode == Self.bypass { return Self.bypassed(node, origin) }
        guard subgraphs[type] != nil else {
            return .end(.output(places[origin.place].prefix + origin.id, origin.slot))
        }
        guard let inner = places[origin.place].inner[origin.id],
            let output = places[inner].scope.outputs[origin.slot]
        else { return .end(.nothing) }
        return .on(Origin(place: inner, id: output.id, slot: output.slot))
    }

    /// The value of a primitive. If the canvas may hold the next one, a number that is not fixed is unknown.
    private func primitive(_ node: JSON) -> Source {
        guard let values = node["widgets_values"]?.array, let value = values.first else { return .own }
        let isNext = holdsNext && value.number != nil && values.count > 1 && values[1] != "fixed"
        return .value(isNext ? .null : value)
    }

    /// The first link into a node that has one.
    private static func passed(_ node: JSON, _ origin: Origin) -> Step {
        let link = node["inputs"]?.array?.first(giving: { CanvasScope.id($0["link"]) })
        return link.map { .link($0, origin.place) } ?? .end(.own)
    }

    /// The input of the output's number, if it has the output's type, or else the first one that has it.
    private static func bypassed(_ node: JSON, _ origin: Origin) -> Step {
        let inputs = node["inputs"]?.array ?? []
        let outputs = node["outputs"]?.array ?? []
        guard origin.slot >= 0, origin.slot < outputs.count else { return passed(node, origin) }
        let type = outputs[origin.slot]["type"]
        let fits = { (input: JSON) in input["type"] == type || input["type"] == "*" || type == "*" }
        let same = inputs.first(giving: { fits($0) ? CanvasScope.id($0["link"]) : nil })
        let atSlot =
            origin.slot < inputs.count && fits(inputs[origin.slot])
            ? CanvasScope.id(inputs[origin.slot]["link"]) : nil
        return (atSlot ?? same).map { .link($0, origin.place) } ?? .end(.own)
    }
}
