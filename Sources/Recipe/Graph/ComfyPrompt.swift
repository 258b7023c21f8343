/// Finds the words of a sampler's conditioning.
struct ComfyPrompt {
    /// The words of an input of a pass.
    enum Finding {
        case text(String)
        /// This node made them, and they are computed or unknown.
        case unknown(ComfyGraph.Node)
        /// More nodes are between than are followed.
        case far
        /// They are too long to be in the recipe.
        case long
        /// There are no words: nothing is linked, it is always empty, or it is made from images only.
        case none
    }

    /// What may still be read for a graph: a hostile one has many passes, each with a way to the same long texts through the same many
    /// nodes.
    struct Room {
        /// Inputs of nodes.
        var inputs = 200_000
        /// All words of a recipe. Bytes.
        var words = ReadLimit.fields

        /// Runs a search with what it may read. That is a little in any case, so that what is near and short is found whatever was read
        /// before it.
        mutating func search<Found>(_ body: (inout Room) -> Found) -> Found {
            let granted = Room(inputs: max(inputs, 2000), words: max(words, 16 << 10))
            var left = granted
            let found = body(&left)
            inputs -= granted.inputs - left.inputs
            words -= granted.words - left.words
            return found
        }

        /// Looks at another input; false if there is no room for it.
        mutating func look() -> Bool {
            inputs -= 1
            return inputs >= 0
        }
    }

    private let graph: ComfyGraph
    private var room: Room
    private var texts: [String] = []
    private var places: Set<ComfyGraph.TextPlace> = []
    private var told: Set<String> = []
    private var unknown: ComfyGraph.Node?
    private var isFar = false
    private var isLong = false
    private var isTold = false
    private var taken: Set<Step> = []
    private var queue: [Step] = []

    private struct Step: Hashable {
        let link: ComfyGraph.Link
        /// The sign that is looked for, and the name that the value had last.
        let sign: String
        let name: String
        /// Whether an input on the way has the sign in its name; without one it is not a negative prompt.
        let isSigned: Bool
    }

    private init(_ graph: ComfyGraph, _ room: Room) { (self.graph, self.room) = (graph, room) }

    /// The words of a sign behind a link, which may also be a pipe. `isSigned`: the name of the input has the sign.
    static func words(
        _ graph: ComfyGraph, _ link: ComfyGraph.Link, sign: String, isSigned: Bool, _ room: inout Room
    ) -> Finding {
        var walk = ComfyPrompt(graph, room)
        walk.queue = [Step(link: link, sign: sign, name: sign, isSigned: isSigned)]
        defer { room = walk.room }
        return walk.found()
    }

    private mutating func found() -> Finding {
        var next = 0
        while next < queue.count, !isFar {
            let step = queue[next]
            next += 1
            let origin = Step(
                link: graph.origin(step.link), sign: step.sign, name: step.name, isSigned: step.isSigned)
            guard taken.insert(origin).inserted, let source = graph.nodes[origin.link.id] else { continue }
            room.inputs -= 1 + source.inputs.members.count
            guard room.inputs >= 0 else { return .far }
            look(at: source, origin)
        }
        if let unknown { return .unknown(unknown) }
        if isFar { return .far }
        if isLong { return .long }
        // Some encoders have several texts, of which one is used.
        let written = texts.filter { !$0.isEmpty }
        if !isTold { return .none }
        if written.count < 2 { return .text(written.first ?? texts.first ?? "") }
        return .text(written.joined(separator: "\n"))
    }

    private mutating func look(at source: ComfyGraph.Node, _ step: Step) {
        if source.kind.roles.contains(.zeroes) { return }
        let name = graph.outputName(step.link) ?? step.name
        let named = Conventions.sign(name)
        // What is reached without any sign is the positive prompt, whatever an output is called.
        if step.sign == "negative", !step.isSigned, named == "positive" { return }
        let sign = named ?? step.sign
        let isUnsigned = sign == "negative" && !step.isSigned
        var written = wordInputs(of: source).map { (name: $0, sign: Conventions.sign($0)) }
        let fed = graph.links(source, .conditioning).map {
            (name: $0.input, link: $0.link, sign: Conventions.sign($0.input))
        }
        // A node with both signs has an output for each: its name, or else what takes it, says which is which.
        let signs = Set(written.compactMap(\.sign) + fed.compactMap(\.sign))
        if isUnsigned { written = written.filter { $0.sign == sign } }
        if !signs.isEmpty {
            let hasBoth = signs.count > 1 || givesBoth(source) || written.contains { $0.sign == nil }
            if hasBoth { written = written.filter { $0.sign ?? (signs.contains(sign) ? "" : sign) == sign } }
        }
        for input in written { tell(source, input.name) }
        var further = fed
        let plain = fed.isEmpty ? "" : Conventions.plain(name)
        if let same = fed.first(where: { Conventions.plain($0.name) == plain }) {
            further = [same]
        } else if signs.count > 1 {
            further = fed.filter { $0.sign == sign }
            if further.isEmpty, written.isEmpty { unknown = unknown ?? source }
        }
        if isUnsigned { further = further.filter { $0.sign == sign } }
        queue += further.map {
            Step(link: $0.link, sign: sign, name: name, isSigned: step.isSigned || $0.sign != nil)
        }
        guard written.isEmpty, further.isEmpty, fed.isEmpty else { return }
        let pipes = graph.links(source, .pipe)
        if !pipes.isEmpty {
            queue += pipes.map { Step(link: $0.link, sign: sign, name: sign, isSigned: step.isSigned) }
        } else if !source.isKnown {
            unknown = unknown ?? source
        } else if source.output(step.link.slot).map({ $0.meaning }) == .some(.conditioning) {
            // It is made from something other than words, and all of its inputs are known.
            if source.kind.hasLazyInputs { unknown = unknown ?? source }
        } else {
            unknown = unknown ?? source
        }
    }

    /// Whether a node has a conditioning output of each sign.
    private func givesBoth(_ node: ComfyGraph.Node) -> Bool {
        let outputs = node.slots?.outputs ?? node.kind.outputs
        return Set(outputs.compactMap { Conventions.sign($0.name) }).count > 1
    }

    /// The inputs of an encoder with words, in order.
    private func wordInputs(of node: ComfyGraph.Node) -> [String] {
        if node.kind.isKnown {
            return node.inputs.members.map(\.key).filter { node.kind.input($0)?.isLines == true }
        }
        return Conventions.words.filter { name in
            guard let value = node.inputs[name] else { return false }
            if let type = node.slots?.inputs[name] { return type == "STRING" }
            if value.string != nil { return true }
            guard let link = graph.link(value) else { return false }
            return graph.meaning(of: name, in: node) == .value
                || (name.hasPrefix("text") || name == "prompt" || name == "string")
                    && graph.meaning(of: link) != .conditioning
        }
    }

    private mutating func tell(_ node: ComfyGraph.Node, _ input: String) {
        switch graph.words(node, input) {
        case .known(let text, let place):
            isTold = true
            guard places.insert(place).inserted else { return }
            room.words -= text.utf8.count
            guard room.words >= 0 else { return isLong = true }
            if told.insert(text).inserted { texts.append(text) }
        case .unknown(let maker): unknown = unknown ?? maker
        case .far: isFar = true
        case .none: break
        }
    }
}
