/// ComfyUI's executed graph, the `prompt` of its outputs: node id -> class and inputs.
package struct ComfyGraph: Sendable {
    /// One node, with what its class takes and gives.
    package final class Node: Sendable {
        /// Its key in the prompt, such as `3` or `12:5`.
        package let id: String
        /// Values, and links as `[id, output]`, as the prompt has them.
        package let inputs: JSON.Object
        /// What the node's IS_CHANGED gave: for a node that reads a file, the SHA-256 of that file.
        package let isChanged: JSON?
        /// What is known of its class.
        package let kind: NodeClass
        /// Its place among the graph's nodes.
        let index: Int
        /// What the canvas beside the graph says of this node.
        let slots: NodeSlots?
        /// The class as the prompt names it.
        package var classType: String { kind.name }

        fileprivate init(
            id: String, kind: NodeClass, inputs: JSON.Object, isChanged: JSON?, index: Int, slots: NodeSlots?
        ) {
            self.id = id
            self.kind = kind
            self.index = index
            self.slots = slots
            self.inputs = inputs
            self.isChanged = isChanged
        }

        /// Whether somebody told what it takes and gives.
        var isKnown: Bool { kind.isKnown || slots != nil }

        /// What the output of this number is called, and its type.
        func output(_ slot: Int) -> NodeClass.Output? {
            if let told = slots?.outputs, told.indices.contains(slot) { return told[slot] }
            return kind.outputs.indices.contains(slot) ? kind.outputs[slot] : nil
        }

        /// The type of an input, as somebody told it.
        func type(_ input: String) -> String? { slots?.inputs[input] ?? kind.input(input)?.type }
    }

    /// The output `slot` of the node `id`.
    package struct Link: Hashable, Sendable {
        /// The node that a link leads to.
        package let id: String
        package let slot: Int
    }

    /// All nodes by their ids.
    package let nodes: [String: Node]
    /// The nodes in the order of the file.
    package let list: [Node]
    /// For each of them the places of the nodes that feed it, in the order of its inputs.
    private let feeds: [[Int]]
    private let isFeeding: [Bool]
    /// Entries that are not nodes.
    package let malformed: Int
    /// Who takes the outputs of nodes of which nobody told what they give.
    let takers: [Link: [(node: Node, input: String)]]

    /// Nil when `json` is not a graph: an object of objects that name a `class_type`. `slots` is what a canvas says, by node.
    package init?(_ json: JSON, classes: ClassTable = .builtIn, slots: [String: NodeSlots] = [:]) {
        guard let members = json.object?.members else { return nil }
        var nodes: [String: Node] = [:]
        var list: [Node] = []
        var kinds: [String: NodeClass] = [:]
        nodes.reserveCapacity(members.count)
        for (id, value) in members {
            guard let node = value.object, let classType = node["class_type"]?.string else { continue }
            let kind: NodeClass
            if let known = kinds[classType] {
                kind = known
            } else {
                kind = classes.named(classType)
                kinds[classType] = kind
            }
            // Of equal ids the last one counts, at the place of the first.
            let before = nodes[id]?.index
            let made = Node(
                id: id, kind: kind, inputs: node["inputs"]?.object ?? .init(), isChanged: node["is_changed"],
                index: before ?? list.count, slots: slots.isEmpty ? nil : slots[id])
            nodes[id] = made
            if let before { list[before] = made } else { list.append(made) }
        }
        guard !nodes.isEmpty else { return nil }
        self.nodes = nodes
        self.list = list
        var takers: [Link: [(node: Node, input: String)]] = [:]
        var feeds: [[Int]] = []
        feeds.reserveCapacity(list.count)
        for node in list {
            var own: [Int] = []
            for (input, value) in node.inputs.members {
                guard let source = Self.source(of: value, in: nodes) else { continue }
                own.append(source.node.index)
                if source.node.output(source.slot).map({ $0.type == "*" }) ?? true {
                    // Some tell as much as all, and hostile graphs have very many.
                    let link = Link(id: source.node.id, slot: source.slot)
                    if takers[link]?.count ?? 0 < 16 { takers[link, default: []].append((node, input)) }
                }
            }
            feeds.append(own)
        }
        self.feeds = feeds
        var isFeeding = [Bool](repeating: false, count: list.count)
        for place in feeds.joined() { isFeeding[place] = true }
        self.isFeeding = isFeeding
        self.takers = takers
        // Services put what else they know beside the nodes.
        malformed = members.count { $0.value["class_type"]?.string == nil && $0.value["inputs"] != nil }
    }

    /// The link that an input's value stands for: `[id, slot]` of a node in this graph.
    package func link(_ value: JSON?) -> Link? {
        value.flatMap { Self.source(of: $0, in: nodes) }.map { Link(id: $0.node.id, slot: $0.slot) }
    }

    private static func source(of value: JSON, in nodes: [String: Node]) -> (node: Node, slot: Int)? {
        guard case .array(let pair) = value, pair.count == 2, let slot = pair[1].number?.int,
            let id = pair[0].string ?? pair[0].number?.literal, let node = nodes[id]
        else { return nil }
        return (node, slot)
    }

    /// The nodes that feed `node`, in the order of its inputs.
    func sources(of node: Node) -> [Node] { feeds[node.index].map { list[$0] } }

    /// The nodes whose work reaches a file: those that save or show, or, where none is known to save, those that feed nobody.
    ///
    /// Of several that save under different prefixes, only those whose prefix `fileName` begins with.
    func outputs(savedAs fileName: String?) -> [Node] {
        let known = list.filter(\.kind.isOutput)
        if !known.contains(where: { isSaver($0) }) {
            let sinks = list.filter(isSink)
            if known.isEmpty { return sinks }
            // An unknown one rather saved the file than a preview did.
            let unknown = sinks.filter { !$0.isKnown && !$0.kind.isOutput && !sources(of: $0).isEmpty }
            if !unknown.isEmpty { return unknown }
        }
        guard let fileName else { return known }
        let named = known.filter { node in
            guard let prefix = node.inputs["filename_prefix"]?.string else { return false }
            // ComfyUI appends `_00001_`; what stands for a date in the prefix is not followed.
            let stem = prefix.split { $0 == "/" || $0 == "\\" }.last ?? ""
            let known = stem.prefix { $0 != "%" }
            guard !known.isEmpty, fileName.hasPrefix(known) else { return false }
            guard known.count == stem.count else { return true }
            let rest = fileName.dropFirst(known.count)
            return rest.first == "_" && rest.dropFirst().first?.isNumber == true
        }
        return named.isEmpty ? known : named
    }

    /// Whether nothing is made of what a node gives.
    func isSink(_ node: Node) -> Bool { !isFeeding[node.index] }

    /// Whether an output is kept, and not only shown.
    private func isSaver(_ node: Node) -> Bool {
        !node.classType.hasPrefix("Preview")
            && (node.kind.inputs.isEmpty || node.classType.hasPrefix("Save")
                || node.kind.inputs.contains { $0.name.holds("filename") || $0.name.holds("prefix") })
    }

    /// `roots` and everything that feeds them; nearest first. What a switch rules out did not run.
    func ancestors(of roots: [Node]) -> [Node] {
        var seen = [Bool](repeating: false, count: list.count)
        var queue: [Node] = []
        for root in roots where !seen[root.index] {
            seen[root.index] = true
            queue.append(root)
        }
        var next = 0
        while next < queue.count {
            let node = queue[next]
            next += 1
            let feeding =
                node.kind.hasLazyInputs
                ? runningInputs(of: node).compactMap { link(node.inputs[$0]).flatMap { nodes[$0.id]?.index } }
                : feeds[node.index]
            for source in feeding where !seen[source] {
                seen[source] = true
                queue.append(list[source])
            }
        }
        return queue
    }

    /// The inputs of a node with lazy ones that its BOOLEAN lets run; all of them where that is not known.
    private func runningInputs(of node: Node) -> [String] {
        let dead = deadArm(of: node)
        return node.inputs.members.map(\.key).filter { $0 != dead }
    }

    /// The input of a switch that did not count.
    func deadArm(of node: Node) -> String? {
        guard node.kind.hasLazyInputs else { return nil }
        let lazy = node.kind.inputs.filter(\.isLazy)
        guard let yes = lazy.first(where: { $0.name.holds("true") }),
            let no = lazy.first(where: { $0.name.holds("false") }),
            let condition = node.kind.inputs.first(where: { $0.type == "BOOLEAN" }),
            let value = truth(node, condition.name)
        else { return nil }
        return value ? no.name : yes.name
    }
}

/// What a canvas says of one of its nodes, whatever pack it is of.
package struct NodeSlots: Sendable {
    /// Types by the names of inputs.
    var inputs: [String: String] = [:]
    var outputs: [NodeClass.Output] = []
    /// The pack that the node is of, and its version then.
    var pack: String?
    var version: String?
}
