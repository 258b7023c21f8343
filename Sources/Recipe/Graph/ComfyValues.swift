extension ComfyGraph {
    /// The value of an input: its own, or that of a node that only carries values. Nil if it is computed.
    func value(_ node: Node, _ input: String) -> JSON? {
        guard let link = link(node.inputs[input]) else { return node.inputs[input] }
        return value(of: link, wanted: input)
    }

    private func value(of first: Link, wanted: String) -> JSON? {
        var link = first
        var wanted = wanted
        for _ in 0..<32 {
            guard let source = nodes[link.id], let input = passedInput(of: source) ?? carriedInput(of: link, wanted)
            else {
                return nil
            }
            guard let next = self.link(source.inputs[input]) else { return source.inputs[input] }
            if passedInput(of: source) == nil { wanted = input }
            link = next
        }
        return nil
    }

    /// The input of a box of values that belongs to one of its outputs: the one of the same name, or the only one.
    ///
    /// `asWords` is for texts: another input beside a text may say how the text is changed.
    func carriedInput(of link: Link, _ wanted: String, asWords: Bool = false) -> String? {
        guard let source = nodes[link.id] else { return nil }
        let members = source.inputs.members
        let output = source.output(link.slot)
        if let carried = source.kind.carried {
            return link.slot == 0 && source.inputs[carried] != nil ? carried : nil
        }
        if source.kind.roles.contains(.chance) || source.kind.isHosted { return nil }
        if ComfyStrings.known[source.classType] != nil { return nil }
        if let type = output?.type, type != "*", Meaning(type: type) != .value { return nil }
        // ComfyUI's own nodes change the texts that they take.
        if source.kind.isCore, output?.type == "STRING" { return nil }
        // A node that also takes images or models computes its outputs.
        let isBox = members.allSatisfy { name, value in
            self.link(value) == nil
                || source.type(name).map { Meaning(type: $0) == .value || $0 == "*" }
                    ?? [.value, .other].contains(meaning(of: name, in: source))
        }
        guard isBox else { return nil }
        // An output that is named after its type has no name that tells anything.
        let told = output.flatMap { $0.name.isEmpty || $0.name.uppercased() == $0.type ? nil : $0.name }
        if let name = (told ?? (asWords ? nil : wanted)).map(Conventions.plain),
            let same = members.first(where: { Conventions.plain($0.key) == name })
        {
            return same.key
        }
        if members.count == 1 { return members.first?.key }
        let counting = members.filter { $0.value != false }
        return counting.count == 1 ? counting.first?.key : nil
    }

    func number(_ node: Node, _ inputs: String...) -> JSON.Number? {
        inputs.first(giving: { value(node, $0)?.number ?? converted(node, $0) })
    }

    /// A condition, including the result of ComfyUI's own comparison of texts.
    func truth(_ node: Node, _ input: String) -> Bool? {
        if let known = value(node, input)?.bool { return known }
        guard let source = link(node.inputs[input]).map(origin).flatMap({ nodes[$0.id] }),
            source.classType == "StringCompare", case .known(var a) = words(source, "string_a"),
            case .known(var b) = words(source, "string_b")
        else { return nil }
        if source.inputs["case_sensitive"]?.bool != true { (a, b) = (a.lowercased(), b.lowercased()) }
        return switch source.inputs["mode"]?.string {
        case "Equal": a.utf8.elementsEqual(b.utf8)
        case "Starts With": a.utf8.starts(with: b.utf8)
        case "Ends With": a.utf8.reversed().starts(with: b.utf8.reversed())
        default: nil
        }
    }

    /// A number that ComfyUI's own converter reads from a text.
    private func converted(_ node: Node, _ input: String) -> JSON.Number? {
        guard let link = link(node.inputs[input]).map(origin), let source = nodes[link.id],
            source.classType == "ComfyNumberConvert", case .known(let text) = words(source, "value"),
            let number = JSON.string(text).numeric
        else { return nil }
        return link.slot == 0 || number.isInteger ? number : nil
    }

    /// A choice, such as the name of a sampler or a file.
    func choice(_ node: Node, _ input: String) -> String? { value(node, input)?.string }

    func text(_ node: Node, _ input: String) -> String? {
        if case .known(let text) = words(node, input) { text } else { nil }
    }

    /// The words of an input.
    enum Words {
        case known(String)
        /// This node made them.
        case unknown(Node)
        case none
    }

    func words(_ node: Node, _ input: String) -> Words {
        var budget = 64
        return words(node, input, &budget)
    }

    private func words(_ node: Node, _ input: String, _ budget: inout Int) -> Words {
        guard let value = node.inputs[input] else { return .none }
        guard let first = link(value) else {
            return (value.string ?? value.number?.literal).map { .known($0) } ?? .none
        }
        let link = origin(first)
        budget -= 1
        guard budget > 0, let source = nodes[link.id] else { return .unknown(node) }
        // The arm of a switch may be a text itself; if the switch is not resolved, it is unknown which arm counts.
        if let passed = passedInput(of: source) {
            let found = words(source, passed, &budget)
            if case .none = found { return .unknown(source) }
            return found
        }
        if source.kind.inputs.contains(where: \.isLazy) { return .unknown(source) }
        if let computed = ComfyStrings.known[source.classType] {
            var parts: [String] = []
            for name in computed.texts {
                switch words(source, name, &budget) {
                case .known(let text): parts.append(text)
                case .unknown(let maker): return .unknown(maker)
                case .none: parts.append("")
                }
            }
            guard parts.reduce(0, { $0 + $1.utf8.count }) <= ComfyStrings.limit,
                let result = computed.result(source, parts, link.slot)
            else { return .unknown(source) }
            return .known(result)
        }
        if source.kind.roles.contains(.generates), source.kind.carried == nil { return .unknown(source) }
        guard let carried = carriedInput(of: link, input, asWords: true) else { return .unknown(source) }
        let found = words(source, carried, &budget)
        if case .none = found { return .unknown(source) }
        return found
    }

    /// The node in a chain of words that makes them with a model, at random, or by a service.
    func makesUp(_ node: Node) -> Node? {
        var seen: Set<String> = []
        var queue = [node]
        var next = 0
        while next < min(queue.count, 256) {
            let node = queue[next]
            next += 1
            guard seen.insert(node.id).inserted else { continue }
            if node.kind.roles.contains(.generates) || node.kind.isHosted
                || !links(node, .clip, .model, .image).isEmpty
                    && node.kind.outputs.contains(where: { $0.type == "STRING" })
            {
                return node
            }
            // A text that is computed is as unknown as what it is computed from.
            queue += node.inputs.members.compactMap { name, value in
                guard let link = link(value) else { return nil }
                let meaning = meaning(of: name, in: node)
                return meaning == .value || meaning == .other ? nodes[link.id] : nil
            }
        }
        return nil
    }
}
