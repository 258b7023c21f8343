/// The graph that ComfyUI ran, the `prompt` of its outputs: node id -> class and inputs.
package struct ComfyGraph: Sendable {
    /// One node, with the inputs and outputs of its class.
    package final class Node: Sendable {
        /// Its key in the prompt, such as `3` or `12:5`.
        package let id: String
        /// Values, and links as `[id, output]`, as the prompt has them.
        package let inputs: JSON.Object
        /// The result of the node's IS_CHANGED: for a node that reads a file, the SHA-256 of that file.
        package let isChanged: JSON?
        /// What is known of its class.
        package let kind: NodeClass
        /// Its place in the list of nodes.
        let index: Int
        /// What the canvas beside the graph says about this node.
        let slots: NodeSlots?
        /// The class as it is named in the prompt.
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

        /// Whether its inputs and outputs are known.
        var isKnown: Bool { kind.isKnown || slots != nil }

        /// The name and type of the output with this number.
        func output(_ slot: Int) -> NodeClass.Output? {
            if let told = slots?.outputs, told.indices.contains(slot) { return told[slot] }
            return kind.outputs.indices.contains(slot) ? kind.outputs[slot] : nil
        }

        /// The type of an input, if it is known.
        func type(_ input: String) -> String? { slots?.inputs[input] ?? kind.input(input)?.type }
    }

    /// The output `slot` of the node `id`.
    package struct Link: Hashable, Sendable {
        /// The node whose output it is.
        package let id: String
        package let slot: Int
    }

    /// All nodes by their ids.
    package let nodes: [String: Node]
    /// The nodes in the order of the file.
    package let list: [Node]
    /// An input that takes the output of another node.
    struct Feed: Sendable {
        let input: String
        let link: Link
        /// The place of the other node.
        let source: Int
    }

    /// The links of each node, in the order of its inputs.
    private let feeds: [[Feed]]
    private let isFeeding: [Bool]
    /// What is found once for the whole graph.
    var settled = Settled()
    /// The links into nodes, by their meanings.
    let linked = Once<[Meaning: [Feed]]>()
    /// What nodes hand on of their own inputs.
    let carriers = Once<Carrier>()
    /// The guidance scales of nodes.
    let scales = Once<JSON.Number?>()
    /// Entries that are not nodes.
    package let malformed: Int
    /// The inputs that take the outputs of nodes with unknown outputs.
    let takers: [Link: [(node: Node, input: String)]]

    /// Nil if `json` is not a graph: an object of objects with a `class_type`. `slots` is what a canvas says about each node.
    package init?(_ json: JSON, classes: ClassTable = .builtIn, slots: [String: NodeSlots] = [:]) {
        guard let members = json.object?.members else { return nil }
        var nodes: [String: Node] = [:]
        var list: [Node] = []
        var kinds: [String: NodeClass] = [:]
        var malformed = 0
        nodes.reserveCapacity(members.count)
        list.reserveCapacity(members.count)
        for (id, value) in members {
            guard let node = value.object, let classType = node["class_type"]?.string else {
                // Services put other information of theirs beside the nodes.
                if value["inputs"] != nil { malformed += 1 }
                continue
            }
            // Messages name both, perhaps many times.
            guard id.utf8.count <= Self.longestName, classType.utf8.count <= Self.longestName else {
                malformed += 1
                continue
            }
            let kind: NodeClass
            if let known = kinds[classType] {
                kind = known
            } else {
                kind = classes.named(classType)
                kinds[classType] = kind
            }
            let make = { (index: Int) in
                Node(
                    id: id, kind: kind, inputs: node["inputs"]?.object ?? .init(), isChanged: node["is_changed"],
                    index: index, slots: slots.isEmpty ? nil : slots[id])
            }
            let made = make(list.count)
            if let before = nodes.updateValue(made, forKey: id) {
                // If ids are equal, the last one counts, at the place of the first.
                list[before.index] = make(before.index)
                nodes[id] = list[before.index]
            } else {
                list.append(made)
            }
        }
        guard !nodes.isEmpty else { return nil }
        self.nodes = nodes
        self.list = list
        self.malformed = malformed
        var takers: [Link: [(node: Node, input: String)]] = [:]
        var feeds: [[Feed]] = []
        feeds.reserveCapacity(list.count)
        var isFeeding = [Bool](repeating: false, count: list.count)
        for node in list {
            var own: [Feed] = []
            for (input, value) in node.inputs.members {
                guard let (source, slot) = Self.source(of: value, in: nodes) else { continue }
                let link = Link(id: source.id, slot: slot)
                own.append(Feed(input: input, link: link, source: source.index))
                isFeeding[source.index] = true
                if source.output(slot).map({ $0.type == "*" }) ?? true {
                    // A few takers suffice, and hostile graphs have very many.
                    if takers[link]?.count ?? 0 < 16 { takers[link, default: []].append((node, input)) }
                }
            }
            feeds.append(own)
        }
        self.feeds = feeds
        self.isFeeding = isFeeding
        self.takers = takers
        settle()
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
    func sources(of node: Node) -> [Node] { feeds[node.index].map { list[$0.source] } }

    /// The links into a node, in the order of its inputs.
    func feeds(of node: Node) -> [Feed] { feeds[node.index] }

    /// The nodes whose results become files: those that save or preview, or, if none is known to save, those that feed no other.
    ///
    /// If several save under different prefixes, only those with the prefix that `fileName` begins with.
    func outputs(savedAs fileName: String?) -> [Node] {
        let known = list.filter(\.kind.isOutput)
        if !known.contains(where: { isSaver($0) }) {
            let sinks = list.filter(isSink)
            if known.isEmpty { return sinks }
            // An unknown node is more likely to have saved the file than a preview.
            let unknown = sinks.filter { !$0.isKnown && !$0.kind.isOutput && !sources(of: $0).isEmpty }
            if !unknown.isEmpty { return unknown }
        }
        guard let fileName else { return known }
        let named = known.filter { node in
            guard let prefix = node.inputs["filename_prefix"]?.string else { return false }
            // ComfyUI appends `_00001_`; placeholders for dates in the prefix are not resolved.
            let stem = prefix.split { $0 == "/" || $0 == "\\" }.last ?? ""
            let known = stem.prefix { $0 != "%" }
            guard !known.isEmpty, fileName.hasPrefix(known) else { return false }
            guard known.count == stem.count else { return true }
            let rest = fileName.dropFirst(known.count)
            return rest.first == "_" && rest.dropFirst().first?.isNumber == true
        }
        return named.isEmpty ? known : named
    }

    /// Whether no node uses a node's outputs.
    func isSink(_ node: Node) -> Bool { !isFeeding[node.index] }

    /// Whether an output is saved, and not only previewed.
    private func isSaver(_ node: Node) -> Bool {
        !node.classType.hasPrefix("Preview")
            && (node.kind.inputs.isEmpty || node.classType.hasPrefix("Save")
                || node.kind.inputs.contains { $0.name.holds("filename") || $0.name.holds("prefix") })
    }

    /// `roots` and everything that feeds them, the nearest first. Arms that a switch excludes did not run.
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
            let dead = deadArm(of: node)
            for feed in feeds[node.index] where !seen[feed.source] && (dead == nil || feed.input != dead) {
                seen[feed.source] = true
                queue.append(list[feed.source])
            }
        }
        return queue
    }
}

/// What a canvas says about one of its nodes, whatever pack that is from.
package struct NodeSlots: Sendable {
    /// Types by names of inputs.
    var inputs: [String: String] = [:]
    var outputs: [NodeClass.Output] = []
    /// The pack of the node, and the pack's version then.
    var pack: String?
    var version: String?
}
