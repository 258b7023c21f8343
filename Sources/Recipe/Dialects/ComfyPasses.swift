extension ComfyGraph {
    /// The sampling passes among `nodes`, the last one first: a pass that feeds another comes after it.
    func passes(in nodes: [Node]) -> [Recipe.Pass] {
        let samplers = nodes.filter(isSampler)
        // The number of samplers in the chain up to one orders them, whatever the file's order is.
        let place = places(of: samplers)
        return samplers.prefix(ReadLimit.passes).enumerated()
            .sorted { (place[$1.element.id] ?? 0, $0.offset) < (place[$0.element.id] ?? 0, $1.offset) }
            .map { pass($0.element) }
    }

    /// How many samplers the longest chain up to a node has, for `roots` and all that feeds them; in linear time.
    private func places(of roots: [Node]) -> [String: Int] {
        var places: [String: Int] = [:]
        var entered: Set<String> = []
        var stack = roots.map { (node: $0, isLeaving: false) }
        while let (node, isLeaving) = stack.popLast() {
            let before = sources(of: node)
            if isLeaving {
                places[node.id] = (before.compactMap { places[$0.id] }.max() ?? 0) + (isSampler(node) ? 1 : 0)
            } else if entered.insert(node.id).inserted {
                stack.append((node, true))
                stack += before.compactMap { nodes[$0.id] }.map { ($0, false) }
            }
        }
        return places
    }

    private func isSampler(_ node: Node) -> Bool {
        if ["SamplerCustom", "SamplerCustomAdvanced"].contains(node.classType) { return true }
        let names = Set(node.inputs.members.map(\.key))
        if names.contains("sampler_name") { return names.contains("seed") || names.contains("noise_seed") }
        // A sampler of an unknown kind is a pass all the same, with whatever of it can be told.
        return node.classType.lowercased().contains("sampler") && names.contains("positive")
            && !names.isDisjoint(with: ["latent_image", "latent", "samples"])
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
                ComfyClasses.guiderTexts.lazy.compactMap { words(guider, $0) }.first
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
