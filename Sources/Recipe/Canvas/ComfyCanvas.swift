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
    struct Place {
        let scope: CanvasScope
        /// What the ids of its nodes begin with in the graph: the instances that it is in, each with a colon.
        let prefix: String
        let depth: Int
        /// The instance that it is the inside of, and the place of that; nil for the root.
        var outer: (place: Int, instance: CanvasInstance)?
        /// The places of the instances in it, by their ids.
        var inner: [String: Int] = [:]
    }

    static let never = 2
    static let bypass = 4
    /// How much is read of nodes, which subgraphs can multiply without end: of each, the bytes of its id in the graph, its inputs and
    /// widgets, and 100 besides.
    private static let limit = 10_000_000

    let subgraphs: [String: CanvasScope]
    private let classes: ClassTable
    let holdsNext: Bool
    var places: [Place] = []
    var sources: [Origin: Source] = [:]
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
    static func isPassive(_ type: String) -> Bool {
        ["Note", "MarkdownNote", "PrimitiveNode", "Reroute", "SetNode", "GetNode"].contains(type)
    }

    static func mode(of node: JSON) -> Int { node["mode"]?.number?.int ?? 0 }
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
            let (id, node) = scope.nodes[next]
            room -= 100 + places[place].prefix.utf8.count + id.utf8.count + CanvasScope.width(of: node)
            let mode = Self.mode(of: node)
            let type = mode == Self.never || mode == Self.bypass ? nil : node["type"]?.string
            let inner = type.flatMap { subgraphs[$0] }
            room -= inner?.inputs.count ?? 0
            guard room >= 0 else {
                findings.append(
                    Reason(.unresolved, "the canvas and its subgraphs have more nodes than are read; the rest was not"))
                break
            }
            guard let type else { continue }
            if let inner {
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
                outer: (outer, CanvasInstance(node, inner.inputs))))
        return true
    }

    /// Gives the nodes their inputs by name.
    private mutating func name(_ runners: [Runner]) {
        var kinds: [String: NodeClass] = [:]
        for runner in runners {
            let kind = kinds[runner.type] ?? classes.named(runner.type)
            kinds[runner.type] = kind
            var inputs = CanvasWidgets(runner.node, kind).values(holdsNext: holdsNext)
            var without: Set<String> = []
            for input in runner.node["inputs"]?.array ?? [] {
                guard let name = input["name"]?.string, let link = CanvasScope.id(input["link"]) else { continue }
                without.remove(name)
                switch source(of: link, in: runner.place) {
                case .output(let id, let slot): inputs[name] = .array([.string(id), .integer(slot)])
                case .value(let value): inputs[name] = value
                case .own: break
                case .nothing: without.insert(name)
                }
            }
            // All at once: each removal goes through all of them.
            if !without.isEmpty { inputs = JSON.Object(inputs.members.filter { !without.contains($0.key) }) }
            let key = places[runner.place].prefix + runner.id
            if !kind.isKnown { slots[key] = NodeSlots(runner.node) }
            nodes.append(key, ["class_type": .string(runner.type), "inputs": .object(inputs)])
        }
    }
}
