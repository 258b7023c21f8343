extension ComfyGraph {
    /// The sampling passes among `nodes`, the last one first: a pass that feeds another comes after it.
    func passes(in nodes: [Node]) -> [Recipe.Pass] {
        let samplers = nodes.filter(isSampler)
        // The number of samplers in the chain up to one orders them, whatever the file's order is.
        let place = places(of: samplers)
        return samplers.prefix(ReadLimit.passes).enumerated()
            .sorted { (place[$1.element.index], $0.offset) < (place[$0.element.index], $1.offset) }
            .map { pass($0.element) }
    }

    /// How many samplers the longest chain up to each node has, for `roots` and all that feeds them; in linear time.
    private func places(of roots: [Node]) -> [Int] {
        var places = [Int](repeating: 0, count: list.count)
        var entered = [Bool](repeating: false, count: list.count)
        var stack = roots.map { (node: $0, isLeaving: false) }
        while let (node, isLeaving) = stack.popLast() {
            if isLeaving {
                places[node.index] = (sources(of: node).map { places[$0.index] }.max() ?? 0) + (isSampler(node) ? 1 : 0)
            } else if !entered[node.index] {
                entered[node.index] = true
                stack.append((node, true))
                stack += sources(of: node).map { ($0, false) }
            }
        }
        return places
    }

    private func isSampler(_ node: Node) -> Bool {
        if node.traits.contains(.sampler) { return node.traits.contains(.seed) || node.kind.isCustomSampler }
        // A sampler of an unknown kind is a pass all the same, with whatever of it can be told.
        return node.kind.isCustomSampler || (node.kind.isSampler && node.traits.isSuperset(of: [.positive, .latent]))
    }

    private func pass(_ node: Node) -> Recipe.Pass {
        let guider = linked(node, "guider")
        let sampler = linked(node, "sampler")
        let sigmas = linked(node, "sigmas").flatMap { first in
            isScheduler(first) ? first : nearest(from: first, along: ["sigmas"], where: isScheduler)
        }
        var pass = Recipe.Pass(node: node.id)
        pass.sampler = text(node, "sampler_name") ?? sampler.flatMap { text($0, "sampler_name") }
        pass.scheduler = text(node, "scheduler") ?? sigmas.flatMap { text($0, "scheduler") }
        pass.steps = number(node, "steps") ?? sigmas.flatMap { number($0, "steps") }
        pass.denoise = number(node, "denoise") ?? sigmas.flatMap { number($0, "denoise") }
        pass.cfg = number(node, "cfg") ?? guider.flatMap { number($0, "cfg") }
        pass.seed = seed(node)
        pass.positive =
            words(node, "positive")
            ?? guider.flatMap { guider in
                ComfyClasses.guiderTexts.first(giving: { words(guider, $0) })
            }
        pass.negative = words(node, "negative") ?? guider.flatMap { words($0, "negative") }
        if let latent = canvas(of: node) {
            pass.width = number(latent, "width")
            pass.height = number(latent, "height")
        }
        return pass
    }

    private func isScheduler(_ node: Node) -> Bool { node.inputs["steps"] != nil }

    /// The seed that counted: never one that stands for "random".
    private func seed(_ node: Node) -> JSON.Number? {
        let noise = linked(node, "noise")
        let found = number(node, "seed", "noise_seed") ?? noise.flatMap { number($0, "noise_seed") }
        return found.flatMap { $0.isInteger && !$0.isNegative ? $0 : nil }
    }

    private func words(_ node: Node, _ input: String) -> String? {
        if case .text(let text) = prompt(node, input) { text } else { nil }
    }

    /// The node that says how large the pass's latent image is.
    private func canvas(of node: Node) -> Node? {
        nearest(from: node, along: ["latent_image", "samples", "latent"]) {
            $0.inputs["width"] != nil && $0.inputs["height"] != nil
        }
    }

    private func linked(_ node: Node, _ input: String) -> Node? { link(node.inputs[input]).flatMap { nodes[$0.id] } }
}
