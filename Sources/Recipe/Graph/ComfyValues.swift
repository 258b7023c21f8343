extension ComfyGraph {
    /// How many nodes that carry a value are followed to it: hostile graphs have many ways through the same long chain.
    private static let reach = 64

    /// The value of an input: its own, or that of a node that only carries values. Nil if it is computed.
    func value(_ node: Node, _ input: String) -> JSON? {
        guard let link = link(node.inputs[input]) else { return node.inputs[input] }
        return value(of: link, wanted: input)
    }

    private func value(of first: Link, wanted: String) -> JSON? {
        var (link, wanted) = (first, wanted)
        for _ in 0..<Self.reach {
            link = origin(link)
            guard let source = nodes[link.id] else { return nil }
            // A switch may hand on a value of its own; that it hands on a link still is a circle.
            if let passed = passedInput(of: source) {
                return self.link(source.inputs[passed]) == nil ? source.inputs[passed] : nil
            }
            guard let input = carriedInput(of: link, wanted) else { return nil }
            guard let next = self.link(source.inputs[input]) else { return source.inputs[input] }
            (link, wanted) = (next, input)
        }
        return nil
    }

    /// The input of a box of values that belongs to one of its outputs: the one of the same name, or the only one.
    ///
    /// `asWords` is for texts: another input beside a text may say how the text is changed.
    func carriedInput(of link: Link, _ wanted: String, asWords: Bool = false) -> String? {
        guard let source = nodes[link.id] else { return nil }
        let output = source.output(link.slot)
        if let carried = source.kind.carried {
            return link.slot == 0 && source.inputs[carried] != nil ? carried : nil
        }
        if source.kind.roles.contains(.chance) || source.kind.isHosted { return nil }
        if ComfyStrings.known[source.classType] != nil { return nil }
        if let type = output?.type, type != "*", Meaning(type: type) != .value { return nil }
        // ComfyUI's own nodes change the texts that they take.
        if source.kind.isCore, output?.type == "STRING" { return nil }
        guard case .box(let names, let only) = carrier(source) else { return nil }
        // An output that is named after its type has no name that tells anything.
        let told = output.flatMap { $0.name.isEmpty || $0.name.uppercased() == $0.type ? nil : $0.name }
        return (told ?? (asWords ? nil : wanted)).flatMap { names[Conventions.plain($0)] } ?? only
    }

    /// What a node hands on of its own inputs.
    enum Carrier: Sendable {
        /// The node takes images, models and the like, too, so it computes its outputs.
        case none
        /// Its inputs by their plain names, of equal ones the first, and the only one that counts.
        case box([String: String], only: String?)
    }

    private func carrier(_ node: Node) -> Carrier {
        carriers.value(node.index) {
            let members = node.inputs.members
            let isBox = members.allSatisfy { name, value in
                link(value) == nil
                    || node.type(name).map { Meaning(type: $0) == .value || $0 == "*" }
                        ?? [.value, .other].contains(meaning(of: name, in: node))
            }
            guard isBox else { return .none }
            let counting = members.count == 1 ? members : members.filter { $0.value != false }
            return .box(
                Dictionary(members.map { (Conventions.plain($0.key), $0.key) }) { first, _ in first },
                only: counting.count == 1 ? counting[0].key : nil)
        }
    }

    func number(_ node: Node, _ inputs: String...) -> JSON.Number? {
        inputs.first(giving: { name in
            (value(node, name)?.number ?? converted(node, name)).flatMap {
                $0.literal.utf8.count <= Self.longestNumber ? $0 : nil
            }
        })
    }

    /// What is longer is not a number that a node can use, but would be repeated wherever it is named. Digits.
    private static let longestNumber = 400
    /// The longest choice, and the longest name of a file. Bytes.
    static let longestName = 4096

    /// A condition, including the result of ComfyUI's own comparison of texts.
    func truth(_ node: Node, _ input: String) -> Bool? {
        if let known = value(node, input)?.bool { return known }
        return link(node.inputs[input]).map(origin).flatMap { nodes[$0.id] }.flatMap { settled.comparisons[$0.index] }
    }

    /// The result of a comparison of texts, as long as there is room for more of them.
    func comparison(_ source: Node, _ room: inout Int) -> Bool? {
        guard case .known(var a, _) = words(source, "string_a"), case .known(var b, _) = words(source, "string_b")
        else {
            return nil
        }
        room -= a.utf8.count + b.utf8.count
        if room < 0 { return nil }
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
            source.classType == "ComfyNumberConvert", case .known(let text, _) = words(source, "value"),
            text.utf8.count <= Self.longestNumber, let number = JSON.string(text).numeric
        else { return nil }
        return link.slot == 0 || number.isInteger ? number : nil
    }

    /// A choice, such as the name of a sampler or a file.
    func choice(_ node: Node, _ input: String) -> String? {
        value(node, input)?.string.flatMap { $0.utf8.count <= Self.longestName ? $0 : nil }
    }

    /// Where a text is written, or computed: what several nodes take needs to be looked at only once.
    struct TextPlace: Hashable {
        let node: Int
        /// Empty if the node computes it.
        let input: String
    }

    /// The words of an input.
    enum Words: Sendable {
        case known(String, at: TextPlace)
        /// This node made them.
        case unknown(Node)
        /// More nodes carry them than are followed.
        case far
        case none
    }

    func words(_ node: Node, _ input: String) -> Words {
        var (node, input) = (node, input)
        for step in 0..<Self.reach {
            guard let first = link(node.inputs[input]) else {
                let text = node.inputs[input].flatMap { $0.string ?? $0.number?.literal }
                guard let text else { return step == 0 ? .none : .unknown(node) }
                return .known(text, at: TextPlace(node: node.index, input: input))
            }
            let link = origin(first)
            guard let source = nodes[link.id] else { return .unknown(node) }
            // The arm of a switch may be a text itself; if the switch is not resolved, it is unknown which arm counts.
            if let passed = passedInput(of: source) {
                guard self.link(source.inputs[passed]) == nil else { return .unknown(source) }
                (node, input) = (source, passed)
                continue
            }
            if source.kind.hasLazyInputs { return .unknown(source) }
            if ComfyStrings.known[source.classType] != nil { return settled.words[source.index] ?? .unknown(source) }
            if source.kind.roles.contains(.generates), source.kind.carried == nil { return .unknown(source) }
            guard let carried = carriedInput(of: link, input, asWords: true) else { return .unknown(source) }
            (node, input) = (source, carried)
        }
        return .far
    }

    /// The words that a node computes, as long as there is room for more of them.
    func words(of node: Node, _ computed: ComfyStrings, _ room: inout Int) -> Words {
        var parts: [String] = []
        for name in computed.texts {
            switch words(node, name) {
            case .known(let text, _): parts.append(text)
            case .unknown(let maker): return .unknown(maker)
            case .far: return .far
            case .none: parts.append("")
            }
        }
        let size = parts.reduce(0) { $0 + $1.utf8.count }
        room -= size
        guard size <= ComfyStrings.limit, room >= 0, let result = computed.result(node, parts) else {
            return .unknown(node)
        }
        room -= result.utf8.count
        return .known(result, at: TextPlace(node: node.index, input: ""))
    }

    /// The node in a chain of words that makes them with a model, at random, or by a service.
    func makesUp(_ node: Node) -> Node? {
        var seen: Set<Int> = [node.index]
        var queue = [node]
        var next = 0
        while next < queue.count {
            let node = queue[next]
            next += 1
            if node.kind.roles.contains(.generates) || node.kind.isHosted
                || takes(node, .clip, .model, .image) && node.kind.outputs.contains(where: { $0.type == "STRING" })
            {
                return node
            }
            // A text that is computed is as unknown as what it is computed from.
            for meaning in [Meaning.value, .other] {
                for feed in links(node, meaning) where seen.count < Self.makers && seen.insert(feed.source).inserted {
                    queue.append(list[feed.source])
                }
            }
        }
        return nil
    }

    /// How many nodes are looked at to tell what makes a text.
    private static let makers = 256
}
