extension ComfyGraph {
    /// Nodes that one search looks at: hostile graphs start many searches.
    private static let reach = 256

    /// The value of an input: itself, or what a node that only carries a value holds. Nil where it is computed.
    func value(_ node: Node, _ input: String) -> JSON? {
        var value = node.inputs[input]
        for _ in 0..<32 {
            guard let link = link(value), let source = nodes[link.id] else { return value }
            guard let carried = ComfyClasses.carriedInput(of: source) else { return nil }
            value = source.inputs[carried]
        }
        return nil
    }

    func number(_ node: Node, _ inputs: String...) -> JSON.Number? {
        inputs.first(giving: { value(node, $0)?.number })
    }

    func text(_ node: Node, _ input: String) -> String? { value(node, input)?.string }

    /// Walks from `node` along its inputs named `along`, nearest first, to the first node that `matches`.
    func nearest(from node: Node, along inputs: Set<String>, where matches: (Node) -> Bool) -> Node? {
        var seen: Set<String> = [node.id]
        var queue = [node]
        var next = 0
        while next < min(queue.count, Self.reach) {
            for (name, value) in queue[next].inputs.members where inputs.contains(name) {
                guard let link = link(value), let source = nodes[link.id], seen.insert(link.id).inserted else {
                    continue
                }
                if matches(source) { return source }
                queue.append(source)
            }
            next += 1
        }
        return nil
    }

    /// The node before this one, or itself, that makes words up.
    func textMaker(behind node: Node) -> Node? {
        if node.kind.generatesText { return node }
        let texts = Set(ComfyClasses.textInputs + ["string", "value", "text1", "text2", "text_a", "text_b", "text_c"])
        return nearest(from: node, along: texts) { $0.kind.generatesText }
    }

    /// What a conditioning says in words.
    enum Prompt {
        case text(String)
        /// Made by a node whose text is computed or unknown.
        case unknown(Node)
        case none
    }

    /// The texts behind a conditioning input, through combiners, control nets and other nodes that pass it on.
    func prompt(_ node: Node, _ input: String) -> Prompt {
        guard let link = link(node.inputs[input]) else { return .none }
        var texts: [String] = []
        var unknown: Node?
        var seen: Set<Link> = []
        var queue = [link]
        var next = 0
        while next < min(queue.count, Self.reach) {
            let link = queue[next]
            next += 1
            guard seen.insert(link).inserted, let source = nodes[link.id] else { continue }
            if source.classType == "ConditioningZeroOut" { continue }
            let written =
                source.traits.contains(.words) ? ComfyClasses.textInputs.filter { source.inputs[$0] != nil } : []
            if !written.isEmpty {
                for input in written {
                    guard let text = text(source, input) else { unknown = unknown ?? source; continue }
                    if !texts.contains(text) { texts.append(text) }
                }
                continue
            }
            // A node with both signs passes them on in the order of its outputs.
            let bySlot = ["positive", "negative"]
            let passed =
                source.inputs["positive"] != nil && source.inputs["negative"] != nil && link.slot < 2
                ? [bySlot[max(0, link.slot)]] : source.inputs.members.map(\.key).filter { $0.hasPrefix("conditioning") }
            let further = passed.compactMap { self.link(source.inputs[$0]) }
            if further.isEmpty { unknown = unknown ?? source }
            queue += further
        }
        if next < queue.count { unknown = unknown ?? node }
        if let unknown { return .unknown(unknown) }
        return seen.isEmpty || texts.isEmpty ? .none : .text(texts.joined(separator: "\n"))
    }
}
