extension ComfyGraph {
    /// The sampling passes among `nodes`, the last one first: a pass that feeds another comes after it.
    func passes(in nodes: [Node]) -> [Recipe.Pass] {
        let samplers = nodes.filter(isSampler)
        let upstream = samplers.map { sampler in
            Set(ancestors(of: [sampler]).map(\.id)).subtracting([sampler.id])
        }
        // The number of samplers before one in its chain orders them, whatever the file's order is.
        let depth = upstream.map { before in samplers.filter { before.contains($0.id) }.count }
        return zip(samplers, depth).enumerated()
            .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
            .map { pass($0.element.0) }
    }

    private func isSampler(_ node: Node) -> Bool {
        if ["SamplerCustom", "SamplerCustomAdvanced"].contains(node.classType) { return true }
        let names = node.inputs.members.map(\.key)
        return names.contains("sampler_name") && (names.contains("seed") || names.contains("noise_seed"))
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
        pass.positive = words(node, "positive") ?? guider.flatMap { words($0, "positive") ?? words($0, "conditioning") }
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
