import Recipe
import Testing

/// Small graphs as ComfyUI writes them, and what is read from an image that holds one.
enum Graphs {
    static func node(_ id: String, _ classType: String, _ inputs: String = "") -> String {
        #""\#(id)": {"class_type": "\#(classType)", "inputs": {\#(inputs)}}"#
    }

    static func graph(_ nodes: [String]) -> String { "{" + nodes.joined(separator: ",\n") + "}" }

    /// A plain text-to-image graph around the sampler node "3"; `also` are further nodes.
    static func sampling(
        _ sampler: String = plainSampler,
        prefix: String = "ComfyUI",
        also: [String] = []
    ) -> String {
        graph(
            [
                node("4", "CheckpointLoaderSimple", #""ckpt_name": "base.safetensors""#),
                node("5", "EmptyLatentImage", #""width": 512, "height": 768, "batch_size": 1"#),
                node("6", "CLIPTextEncode", #""text": "a red cube", "clip": ["4", 1]"#),
                node("7", "CLIPTextEncode", #""text": "blurry", "clip": ["4", 1]"#),
                sampler,
                node("8", "VAEDecode", #""samples": ["3", 0], "vae": ["4", 2]"#),
                node("9", "SaveImage", #""filename_prefix": "\#(prefix)", "images": ["8", 0]"#),
            ] + also
        )
    }

    static let plainSampler = kSampler()

    /// A KSampler "3"; inputs can be replaced by other JSON, and left out with none.
    static func kSampler(_ changes: [String: String] = [:]) -> String {
        let plain = [
            ("model", #"["4", 0]"#), ("seed", "42"), ("steps", "20"), ("cfg", "7.5"), ("sampler_name", #""euler""#),
            ("scheduler", #""normal""#), ("positive", #"["6", 0]"#), ("negative", #"["7", 0]"#),
            ("latent_image", #"["5", 0]"#), ("denoise", "1.0"),
        ]
        var inputs: [String] = []
        for (name, value) in plain {
            let json = changes[name] ?? value
            if !json.isEmpty { inputs.append(#""\#(name)": \#(json)"#) }
        }
        return node("3", "KSampler", inputs.joined(separator: ", "))
    }

    /// Reads an image that holds `prompt` as ComfyUI's executed graph.
    static func reading(_ prompt: String, fileName: String? = nil) throws -> RecipeReader.Reading {
        let image = PNGBuilder.png(PNGBuilder.tEXt("prompt", prompt), PNGBuilder.pixels)
        let reading = try RecipeReader.read(MemorySource(image), fileName: fileName)
        return try #require(reading)
    }

    static func recipe(_ prompt: String, fileName: String? = nil) throws -> Recipe {
        try reading(prompt, fileName: fileName).recipe
    }

    /// The models that one loader names, in an image made from its output.
    static func references(_ classType: String, _ inputs: String) throws -> [ModelReference] {
        let nodes = [node("1", classType, inputs), node("2", "SaveImage", #""images": ["1", 0]"#)]
        return try recipe(graph(nodes)).models.map(\.reference)
    }

    /// The codes of what was found, without repetition.
    static func codes(_ prompt: String) throws -> Set<String> {
        Set(try recipe(prompt).findings.map(\.code.rawValue))
    }
}

extension Recipe {
    /// The one pass that there is.
    func onlyPass() throws -> Pass {
        try #require(passes.count == 1)
        return passes[0]
    }
}
