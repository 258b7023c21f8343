extension ComfyGraph {
    /// What a link's value means: by its known type, or else by the inputs that take it.
    func meaning(of link: Link) -> Meaning? {
        guard let source = nodes[link.id] else { return nil }
        if let told = source.output(link.slot), told.type != "*" { return told.meaning }
        var found: Meaning?
        for (node, input) in takers[link] ?? [] {
            if let type = node.type(input) {
                if type != "*" { return Meaning(type: type) }
            } else {
                let named = Meaning(input: input)
                if named != .other { found = found ?? named }
            }
        }
        return found
    }

    /// What an input's value means: by its known type, or else by its source, or else by its name.
    func meaning(of input: String, in node: Node) -> Meaning {
        if let type = node.slots?.inputs[input] {
            if type != "*" { return Meaning(type: type) }
        } else if let place = node.kind.place(ofInput: input), node.kind.inputs[place].type != "*" {
            return node.kind.inputs[place].meaning
        }
        guard let link = link(node.inputs[input]), let source = nodes[link.id] else {
            return node.inputs[input]?.array == nil ? .value : Meaning(input: input)
        }
        if let told = source.output(link.slot), told.type != "*" { return told.meaning }
        let named = Meaning(input: input)
        return named != .other ? named : meaning(of: link) ?? .other
    }

    /// The links into a node with this meaning, in order.
    func links(_ node: Node, _ wanted: Meaning) -> [Feed] {
        guard node.slots != nil || node.kind.mayTake(wanted) else { return [] }
        let all = linked.value(node.index) {
            Dictionary(grouping: feeds(of: node)) { meaning(of: $0.input, in: node) }
        }
        return all[wanted] ?? []
    }

    /// Whether a link into a node has one of these meanings.
    func takes(_ node: Node, _ meanings: Meaning...) -> Bool { meanings.contains { !links(node, $0).isEmpty } }

    /// The name of a link's output, if it is known, or else as the inputs that take it are called, if they agree.
    func outputName(_ link: Link) -> String? {
        if let told = nodes[link.id]?.output(link.slot)?.name, !told.isEmpty { return told }
        let names = Set((takers[link] ?? []).map(\.input))
        return names.count == 1 ? names.first : nil
    }

    /// The origin of a link, through nodes that only pass on one of their inputs: a switch, a reroute.
    func origin(_ link: Link) -> Link {
        settled.origins.isEmpty ? link : nodes[link.id].flatMap { settled.origins[$0.index] } ?? link
    }

    /// The input that is a node's only output, whatever its type.
    func passedInput(of node: Node) -> String? { settled.passed[node.index] }
}
