/// A pass, and which of its words are not known.
struct ReadPass {
    struct Doubt {
        /// The node and the input by which they were looked for.
        let teller: ComfyGraph.Node
        let input: String
        let found: ComfyPrompt.Finding
    }

    var pass: Recipe.Pass
    var doubts: [Doubt] = []
    /// Whether more nodes are between it and its size than are followed.
    var isSizeFar = false
}

extension ComfyGraph {
    /// The sampling passes among `nodes`, the last one first: a pass that feeds another comes after it. `total` counts those, too, that
    /// are not in the list.
    func passes(in nodes: [Node]) -> (passes: [ReadPass], total: Int) {
        let samplers = nodes.filter(isSampler)
        var rooms = (words: ComfyPrompt.Room(), sizes: ComfyPrompt.Room())
        guard samplers.count > 1 else { return (samplers.map { pass($0, &rooms) }, samplers.count) }
        // Ordered by the number of samplers in the chain before each, whatever the file's order is.
        let place = places(of: samplers)
        let passes = samplers.prefix(ReadLimit.passes).enumerated()
            .sorted { (place[$1.element.index], $0.offset) < (place[$0.element.index], $1.offset) }
            .map { pass($0.element, &rooms) }
        return (passes, samplers.count)
    }

    /// How many samplers the longest chain up to each node has, for `roots` and everything that feeds them.
    private func places(of roots: [Node]) -> [Int] {
        var places = [Int](repeating: 0, count: list.count)
        var isPass = [Bool](repeating: false, count: list.count)
        for root in roots { isPass[root.index] = true }
        for place in sourcesFirst(roots) {
            let before = feeds(of: list[place]).reduce(0) { max($0, places[$1.source]) }
            places[place] = before + (isPass[place] ? 1 : 0)
        }
        return places
    }

    /// A node that makes latents or images from a model and its conditioning; a box of parameters or a saver takes no model.
    private func isSampler(_ node: Node) -> Bool {
        if node.kind.isKnown { return node.kind.isSampler }
        let inputs = node.inputs
        let hasSeed = Conventions.seeds.contains { inputs[$0] != nil } || takes(node, .noise)
        let hasSampler = inputs["sampler_name"] != nil || inputs["scheduler"] != nil || inputs["sampler"] != nil
        let isNamedSo = node.classType.lowercased().holds("sampler")
        guard hasSeed && (hasSampler || inputs["steps"] != nil) || isNamedSo, gives(node, .latent, .image, .pipe) else {
            return false
        }
        let isFed = takes(node, .model, .guider, .pipe)
        if hasSeed, hasSampler || inputs["steps"] != nil {
            return isFed || (isNamedSo && inputs["sampler_name"] != nil)
        }
        // A sampler of an unknown kind is still a pass, with as much as can be read.
        return isFed && takes(node, .latent) && takes(node, .conditioning, .guider)
    }

    /// Whether some output of a node has one of these meanings; an output that nothing takes may have any.
    private func gives(_ node: Node, _ meanings: Meaning...) -> Bool {
        if let told = node.slots?.outputs { return told.contains { meanings.contains($0.meaning) } }
        return (0..<16).contains { slot in
            meaning(of: Link(id: node.id, slot: slot)).map { meanings.contains($0) } ?? false
        }
    }

    private func pass(
        _ node: Node, _ rooms: inout (words: ComfyPrompt.Room, sizes: ComfyPrompt.Room)
    ) -> ReadPass {
        let guider = first(node, .guider)
        let sampler = along(.sampler, from: node) { $0.inputs["sampler_name"] != nil }
        let sigmas = along(.sigmas, from: node) { $0.inputs["scheduler"] != nil }
        var pass = Recipe.Pass(node: node.id)
        pass.sampler =
            choice(node, "sampler_name") ?? (sampler == nil ? choice(node, "sampler") : nil)
            ?? sampler.flatMap { choice($0, "sampler_name") }
        pass.scheduler = choice(node, "scheduler") ?? sigmas.map { choice($0, "scheduler") ?? $0.classType }
        pass.steps = number(node, "steps") ?? sigmas.flatMap { number($0, "steps") }
        pass.denoise =
            number(node, "denoise", "denoise_strength", "denoising_strength")
            ?? sigmas.flatMap { number($0, "denoise") }
        pass.cfg = scale(node) ?? guider.flatMap(scale)
        pass.seed = seed(node)
        var read = ReadPass(pass: pass)
        if let size = rooms.sizes.search({ size(of: node, &$0) }) {
            (read.pass.width, read.pass.height) = size
        } else {
            read.isSizeFar = true
        }
        let tellers = [node] + [guider].compactMap { $0 }
        for (sign, words) in [("positive", \Recipe.Pass.positive), ("negative", \.negative)] {
            let (teller, input, found) = rooms.words.search { prompt(tellers, sign, &$0) }
            switch found {
            case .text(let text): read.pass[keyPath: words] = text
            case .none: break
            default: read.doubts.append(.init(teller: teller, input: input, found: found))
            }
        }
        return read
    }

    /// The node at the other end of the first link with this meaning.
    func first(_ node: Node, _ meaning: Meaning) -> Node? {
        links(node, meaning).first.flatMap { nodes[origin($0.link).id] }
    }

    /// The node at the beginning of a chain of links with this meaning, or the first one on the way that `matches`.
    func along(_ meaning: Meaning, from node: Node, until matches: (Node) -> Bool) -> Node? {
        guard var here = first(node, meaning) else { return nil }
        for _ in 0..<64 {
            if matches(here) { return here }
            guard let next = first(here, meaning) else { return here }
            here = next
        }
        // A circle, or a chain so long that where it begins stays unknown.
        return nil
    }

    /// The guidance scale; the first one if there are several.
    private func scale(_ node: Node) -> JSON.Number? {
        scales.value(node.index) {
            number(node, "cfg")
                ?? node.inputs.members.first(giving: { name, _ in
                    name.holds("cfg") && (node.type(name) ?? "FLOAT") == "FLOAT" ? number(node, name) : nil
                })
        }
    }

    /// The seed that was used; a value that means "random" is not one.
    private func seed(_ node: Node) -> JSON.Number? {
        let noise = along(.noise, from: node) { source in Conventions.seeds.contains { source.inputs[$0] != nil } }
        let found = number(node, "seed", "noise_seed") ?? noise.flatMap { number($0, "noise_seed", "seed") }
        return found.flatMap { $0.isInteger && !$0.isNegative ? $0 : nil }
    }

    /// Whether a pass adds no noise, so that it needs no seed: it continues an earlier one.
    func addsNoNoise(_ pass: Recipe.Pass) -> Bool {
        guard let node = nodes[pass.node] else { return false }
        if choice(node, "add_noise") == "disable" || value(node, "add_noise")?.bool == false { return true }
        return along(.noise, from: node) { _ in false }?.kind.roles.contains(.quiet) == true
    }

    /// The positive or negative prompt of a pass, with the node and the input that it was found by. `tellers` take its conditioning: the
    /// sampler, and then its guider.
    private func prompt(
        _ tellers: [Node], _ sign: String, _ room: inout ComfyPrompt.Room
    ) -> (teller: Node, input: String, found: ComfyPrompt.Finding) {
        // A guider with one conditioning, or with several, has none that is called positive.
        let signs: [String?] = sign == "positive" ? [sign, nil] : [sign]
        for teller in tellers {
            var last: String?
            for wanted in signs {
                for feed in links(teller, .conditioning) {
                    guard room.look() else { return (teller, feed.input, .far) }
                    guard Conventions.sign(feed.input) == wanted else { continue }
                    let found = ComfyPrompt.words(self, feed.link, sign: sign, isSigned: wanted != nil, &room)
                    last = feed.input
                    if case .none = found { continue }
                    return (teller, feed.input, found)
                }
            }
            if let last { return (teller, last, .none) }
        }
        for teller in tellers {
            // A pack's own type of embeddings contains both signs, and so does a pipe.
            for meaning in [Meaning.pipe, .conditioning] {
                for feed in links(teller, meaning) {
                    guard room.look() else { return (teller, feed.input, .far) }
                    guard Conventions.sign(feed.input) == nil else { continue }
                    let found = ComfyPrompt.words(self, feed.link, sign: sign, isSigned: false, &room)
                    if case .none = found { continue }
                    return (teller, feed.input, found)
                }
            }
        }
        return (tellers[0], sign, .none)
    }

    /// The size of the latent image that a pass began with, in pixels; nil if more nodes are between than are followed.
    private func size(
        of node: Node, _ room: inout ComfyPrompt.Room
    ) -> (width: JSON.Number?, height: JSON.Number?)? {
        var seen: Set<Int> = [node.index]
        var queue = [node]
        var next = 0
        while next < queue.count {
            let here = queue[next]
            next += 1
            for meaning in [Meaning.latent, .pipe] {
                for feed in links(here, meaning) {
                    guard room.look() else { return nil }
                    guard let source = nodes[origin(feed.link).id], seen.insert(source.index).inserted else { continue }
                    if let (width, height) = sides(of: source) {
                        return (number(source, width), number(source, height))
                    }
                    queue.append(source)
                }
            }
        }
        return (nil, nil)
    }

    /// `width` and `height`, or `empty_latent_width` and `empty_latent_height`.
    private func sides(of node: Node) -> (width: String, height: String)? {
        for prefix in ["", "empty_latent_"]
        where node.inputs[prefix + "width"] != nil && node.inputs[prefix + "height"] != nil {
            return (prefix + "width", prefix + "height")
        }
        return nil
    }
}
