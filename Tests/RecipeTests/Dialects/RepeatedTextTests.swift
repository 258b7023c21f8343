import Recipe
import Testing

/// Small files can name a large text very often. What is read of them stays in proportion to the file.
@Suite struct `A text that many nodes take` {
    /// One text, and nodes that take it, each with a sampler of its own, all of which end in one image.
    private static func graph(_ text: String, _ count: Int, through node: (Int) -> [String]) -> String {
        let samplers = (0..<count).map {
            Graphs.node(
                "s\($0)", "KSampler",
                #""seed": \#($0), "steps": 1, "sampler_name": "euler", "model": ["4", 0], "positive": ["e\#($0)", 0], "latent_image": ["s\#($0 + 1)", 0]"#
            )
        }
        return Graphs.graph(
            [
                Graphs.node("t", "PrimitiveStringMultiline", #""value": "\#(text)""#),
                Graphs.node("4", "CheckpointLoaderSimple", #""ckpt_name": "base.safetensors""#),
                Graphs.node("9", "SaveImage", #""images": ["s0", 0]"#),
            ] + samplers + (0..<count).flatMap(node))
    }

    private static func encoder(_ number: Int, _ source: String) -> String {
        Graphs.node("e\(number)", "CLIPTextEncode", #""text": ["\#(source)", 0], "clip": ["4", 1]"#)
    }

    @Test func `is in the recipe as often as there is room, and the rest is said to be too long`() throws {
        let text = String(repeating: "word ", count: 200_000)
        let recipe = try Graphs.recipe(Self.graph(text, 100) { [Self.encoder($0, "t")] })
        #expect(recipe.passes.count == 100 && recipe.passes[0].positive == text)
        #expect(recipe.passes.reduce(0) { $0 + ($1.positive?.utf8.count ?? 0) } <= 24 << 20)
        let known = recipe.passes.count { $0.positive != nil }
        let long = recipe.findings.count {
            $0.message.hasSuffix("is too long to be repeated in the recipe; the recorded graph has it")
        }
        #expect(known + long == 100 && known > 20 && long > 20)
    }

    @Test func `is computed from as often as there is room, and the rest is unknown`() throws {
        let text = String(repeating: "word ", count: 100_000)
        let recipe = try Graphs.recipe(
            Self.graph(text, 100) { number in
                let inputs = #""string_a": ["t", 0], "string_b": "\#(number)", "delimiter": """#
                return [Self.encoder(number, "c\(number)"), Graphs.node("c\(number)", "StringConcatenate", inputs)]
            })
        let known = recipe.passes.compactMap(\.positive)
        #expect(!known.isEmpty && known.reduce(0) { $0 + $1.utf8.count } <= 16 << 20)
        #expect(known.allSatisfy { $0.hasPrefix("word ") })
        let doubts = recipe.findings.filter {
            $0.message.hasSuffix("comes from StringConcatenate, whose words are not recorded")
        }
        #expect(known.count + doubts.count == 100)
    }

    @Test func `names its models once`() throws {
        let text = (0..<500).map { "embedding:e\($0)" }.joined(separator: " ")
        let models = try Graphs.recipe(Self.graph(text, 200) { [Self.encoder($0, "t")] }).models
        #expect(models.count == 501)
    }

    @Test func `is not a name of files or samplers, however often it is used as one`() throws {
        let text = String(repeating: "x", count: 100_000)
        let recipe = try Graphs.recipe(
            Self.graph(text, 50) { number in
                [
                    Self.encoder(number, "u\(number)"),
                    Graphs.node(
                        "u\(number)", "UNETLoader",
                        #""unet_name": ["t", 0], "weight_dtype": ["t", 0], "sampler_name": ["t", 0]"#),
                ]
            })
        let names = recipe.models.map(\.reference).filter { $0.folder == "diffusion_models" }
        #expect(names.count == 50 && names.allSatisfy { $0.candidates.isEmpty && $0.name.utf8.count < 100 })
        #expect(recipe.features.allSatisfy { $0.utf8.count < 100 })
        #expect(recipe.findings.allSatisfy { $0.message.utf8.count < 300 })
    }

    @Test func `decides every switch that compares it`() throws {
        let text = String(repeating: "x", count: 50_000)
        let recipe = try Graphs.recipe(
            Self.graph(text, 20) { number in
                [
                    Graphs.node(
                        "e\(number)", "ComfySwitchNode",
                        #""switch": ["q", 0], "on_true": ["y\#(number)", 0], "on_false": ["n\#(number)", 0]"#),
                    Graphs.node("y\(number)", "CLIPTextEncode", #""text": "yes", "clip": ["4", 1]"#),
                    Graphs.node("n\(number)", "CLIPTextEncode", #""text": "no", "clip": ["4", 1]"#),
                    Graphs.node(
                        "q", "StringCompare",
                        #""string_a": ["t", 0], "string_b": ["t", 0], "mode": "Equal", "case_sensitive": false"#),
                ]
            })
        #expect(recipe.passes.map(\.positive) == Array(repeating: "yes", count: 20))
    }
}
