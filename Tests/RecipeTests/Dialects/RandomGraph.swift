import Recipe
import Support

/// A random graph in both forms in which ComfyUI saves one: as a canvas, with subgraphs, reroutes, setters and getters, muted and bypassed
/// nodes, and as the prompt that the front end would make of it.
struct RandomGraph {
    struct Wire: Hashable {
        let node: Int
        let slot: Int
    }

    /// A node, whatever it lies in.
    struct Node {
        let type: String
        /// In the order of the class.
        var widgets: [(name: String, value: JSON)] = []
        var links: [(name: String, type: String, from: Wire)] = []
        let outputs: [String]
        var mode = 0
    }

    private(set) var nodes: [Node] = []
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        build()
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func add(
        _ type: String, _ widgets: [(String, JSON)] = [], _ links: [(String, String, Wire)] = [], gives: [String],
        mayBeOff: Bool = false
    ) -> Wire {
        var node = Node(type: type, outputs: gives)
        node.widgets = widgets.map { (name: $0.0, value: $0.1) }
        node.links = links.map { (name: $0.0, type: $0.1, from: $0.2) }
        if mayBeOff, chance(30) { node.mode = chance(70) ? 4 : 2 }
        nodes.append(node)
        return Wire(node: nodes.count - 1, slot: 0)
    }

    /// From loaders to a saver, with one to three passes.
    private mutating func build() {
        let loader = add(
            "CheckpointLoaderSimple", [("ckpt_name", "base.safetensors")], gives: ["MODEL", "CLIP", "VAE"])
        var model = loader
        var clip = Wire(node: loader.node, slot: 1)
        for number in 0..<Int.random(in: 0...4, using: &random) {
            let name = JSON.string("lora\(number).safetensors")
            if chance(50) {
                model = add(
                    "LoraLoader", [("lora_name", name), ("strength_model", 1), ("strength_clip", 1)],
                    [("model", "MODEL", model), ("clip", "CLIP", clip)], gives: ["MODEL", "CLIP"], mayBeOff: true)
                clip = Wire(node: model.node, slot: 1)
            } else {
                model = add(
                    "LoraLoaderModelOnly", [("lora_name", name), ("strength_model", 1)], [("model", "MODEL", model)],
                    gives: ["MODEL"], mayBeOff: true)
            }
        }
        var latent = add(
            "EmptyLatentImage", [("width", 512), ("height", 768), ("batch_size", 1)], gives: ["LATENT"])
        for number in 0..<Int.random(in: 1...3, using: &random) {
            let prompts = (words("cube \(number)", clip), words("blur \(number)", clip))
            var links = [
                ("model", "MODEL", model), ("positive", "CONDITIONING", prompts.0),
                ("negative", "CONDITIONING", prompts.1), ("latent_image", "LATENT", latent),
            ]
            if chance(30) {
                links.append(("seed", "INT", add("PrimitiveInt", [("value", .integer(900 + number))], gives: ["INT"])))
            }
            let seed = JSON.integer(100 + number)
            latent = add(
                "KSampler",
                [
                    ("seed", seed), ("steps", 20), ("cfg", 7), ("sampler_name", "euler"), ("scheduler", "normal"),
                    ("denoise", 1),
                ], links, gives: ["LATENT"])
        }
        let image = add(
            "VAEDecode", [], [("samples", "LATENT", latent), ("vae", "VAE", Wire(node: loader.node, slot: 2))],
            gives: ["IMAGE"])
        _ = add("SaveImage", [("filename_prefix", "x")], [("images", "IMAGE", image)], gives: [])
    }

    /// One or several encoders, whose texts are written there or come from elsewhere.
    private mutating func words(_ text: String, _ clip: Wire) -> Wire {
        var links = [("clip", "CLIP", clip)]
        switch Int.random(in: 0..<4, using: &random) {
        case 0: links.append(("text", "STRING", add("PrimitiveString", [("value", .string(text))], gives: ["STRING"])))
        case 1:
            let a = add("PrimitiveStringMultiline", [("value", .string(text))], gives: ["STRING"])
            let joined = add(
                "StringConcatenate", [("string_a", "stale"), ("string_b", " red"), ("delimiter", ",")],
                [("string_a", "STRING", a)], gives: ["STRING"])
            links.append(("text", "STRING", joined))
        default: break
        }
        var found = add("CLIPTextEncode", [("text", .string(text))], links, gives: ["CONDITIONING"])
        if chance(40) {
            let other = words(text + " and", clip)
            found = add(
                "ConditioningCombine", [],
                [("conditioning_1", "CONDITIONING", found), ("conditioning_2", "CONDITIONING", other)],
                gives: ["CONDITIONING"])
        }
        if chance(20) {
            found = add(
                "ConditioningSetTimestepRange", [("start", 0), ("end", 1)], [("conditioning", "CONDITIONING", found)],
                gives: ["CONDITIONING"], mayBeOff: true)
        }
        if chance(20) {
            let never = add("CLIPTextEncode", [("text", "never")], [("clip", "CLIP", clip)], gives: ["CONDITIONING"])
            found = add(
                "ComfySwitchNode", [("switch", true)], [("on_false", "*", never), ("on_true", "*", found)], gives: ["*"]
            )
        }
        return found
    }

    // MARK: The prompt

    /// The prompt, with the nodes under these ids, in this order.
    func prompt(_ ids: [Int: String], _ order: [Int]) -> JSON {
        var all = JSON.Object()
        for index in order where nodes[index].mode == 0 {
            let node = nodes[index]
            var inputs = JSON.Object(node.widgets.map { (key: $0.name, value: $0.value) })
            for link in node.links {
                let source = source(of: link.from)
                if let source, let id = ids[source.node] {
                    inputs[link.name] = [.string(id), .integer(source.slot)]
                } else if !node.widgets.contains(where: { $0.name == link.name }) {
                    inputs[link.name] = nil
                }
            }
            all.append(ids[index] ?? "", ["class_type": .string(node.type), "inputs": .object(inputs)])
        }
        return .object(all)
    }

    /// The output that a link gets its value from: a bypassed node hands on its input of the same type, a muted one nothing.
    private func source(of wire: Wire) -> Wire? {
        let node = nodes[wire.node]
        if node.mode == 0 { return wire }
        guard node.mode == 4, let same = node.links.first(where: { $0.type == node.outputs[wire.slot] }) else {
            return nil
        }
        return source(of: same.from)
    }

    // MARK: The canvas

    /// The canvas, and which ids the nodes have in the graph that it stands for, in the order in which they are found there.
    mutating func canvas() -> (json: JSON, ids: [Int: String], order: [Int]) {
        var writer = CanvasWriter(nodes, random)
        defer { random = writer.random }
        return writer.write()
    }
}
