extension ComfyGraph {
    /// What a link brings: as somebody told, else as those who take it show.
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

    /// What an input takes: as somebody told, else as its source tells, else by its name.
    func meaning(of input: String, in node: Node) -> Meaning {
        if let type = node.slots?.inputs[input] {
            if type != "*" { return Meaning(type: type) }
        } else if let declared = node.kind.input(input), declared.type != "*" {
            return declared.meaning
        }
        guard let link = link(node.inputs[input]), let source = nodes[link.id] else {
            return node.inputs[input]?.array == nil ? .value : Meaning(input: input)
        }
        if let told = source.output(link.slot), told.type != "*" { return told.meaning }
        let named = Meaning(input: input)
        return named != .other ? named : meaning(of: link) ?? .other
    }

    /// The inputs of a node that are links of some meaning, in their order.
    func links(_ node: Node, _ meanings: Meaning...) -> [(name: String, link: Link)] {
        guard node.slots != nil || node.kind.mayTake(meanings) else { return [] }
        return node.inputs.members.compactMap { name, value in
            guard case .array = value, meanings.contains(meaning(of: name, in: node)), let link = link(value) else {
                return nil
            }
            return (name, link)
        }
    }

    /// What the output of a link is called, by whoever tells or else by those who take it, where they agree.
    func outputName(_ link: Link) -> String? {
        if let told = nodes[link.id]?.output(link.slot)?.name, !told.isEmpty { return told }
        let names = Set((takers[link] ?? []).map(\.input))
        return names.count == 1 ? names.first : nil
    }

    /// Where a link comes from in the end, through what only hands on one of its inputs: a switch, a reroute.
    func origin(_ link: Link) -> Link {
        var link = link
        for _ in 0..<64 {
            guard let node = nodes[link.id], let input = passedInput(of: node), let next = self.link(node.inputs[input])
            else { break }
            link = next
        }
        return link
    }

    /// The input that is all that a node gives, whatever its type.
    func passedInput(of node: Node) -> String? {
        let members = node.inputs.members
        if node.kind.roles.contains(.first) {
            return members.first { link($0.value) != nil && meaning(of: $0.key, in: node) != .value }?.key
                ?? members.first { link($0.value) != nil }?.key
        }
        if let dead = deadArm(of: node) {
            return node.kind.inputs.first { $0.isLazy && $0.name != dead }?.name
        }
        if node.classType == "Reroute" { return members.first?.key }
        return nil
    }
}
