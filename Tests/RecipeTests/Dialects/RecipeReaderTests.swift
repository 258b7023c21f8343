import Recipe
import Testing

@Suite struct `What is read from an image` {
    static func reading(_ chunks: [UInt8]...) throws -> RecipeReader.Reading {
        let image = PNGBuilder.png(chunks.flatMap { $0 }, PNGBuilder.pixels)
        let read = try RecipeReader.read(MemorySource(image), fileName: nil)
        return try #require(read)
    }

    static let canvas = #"""
        {"nodes": [
            {"id": 4, "type": "CheckpointLoaderSimple", "mode": 0, "widgets_values": ["base.safetensors", 7, null]},
            {"id": 5, "type": "LoraLoader", "mode": 2, "widgets_values": ["muted.safetensors"]},
            {"id": 6, "type": "LoraLoader", "mode": 4, "widgets_values": ["bypassed.safetensors"]},
            {"id": "7", "type": "VAELoader", "widgets_values": ["../x.pt"]},
            {"id": 8, "type": "KSampler", "widgets_values": [42, "randomize", 20, 8, "euler"]},
            {"id": 9, "type": "Power Lora Loader (rgthree)", "widgets_values": {"a": "b.pt"}}
        ]}
        """#

    @Test func `is the graph that ran, and its bytes as they are`() throws {
        let reading = try Self.reading(
            PNGBuilder.tEXt("prompt", Graphs.sampling()),
            PNGBuilder.tEXt("workflow", Self.canvas)
        )
        #expect(reading.recipe.generator == .init(name: "ComfyUI", dialect: "comfyui-prompt"))
        #expect(reading.prompt == Array(Graphs.sampling().utf8))
        #expect(reading.workflow == Array(Self.canvas.utf8))
    }

    @Test func `is the graph from where an animated PNG has it`() throws {
        let reading = try Self.reading(PNGBuilder.comf("prompt", Graphs.sampling()))
        #expect(try reading.recipe.onlyPass().seed?.int == 42)
    }

    @Test func `is a graph that holds NaN`() throws {
        let sampler = Graphs.kSampler(["cfg": "NaN"])
        let reading = try Self.reading(PNGBuilder.tEXt("prompt", Graphs.sampling(sampler)))
        #expect(try reading.recipe.onlyPass().cfg?.literal == "NaN")
    }

    @Test func `is the canvas's models where that is all there is`() throws {
        let reading = try Self.reading(PNGBuilder.tEXt("workflow", Self.canvas))
        #expect(reading.recipe.generator.dialect == "comfyui-workflow")
        #expect(reading.recipe.models.map(\.reference.name) == ["base.safetensors", "../x.pt", "b.pt"])
        #expect(reading.recipe.models.map(\.reference.node) == ["4", "7", "9"])
        #expect(reading.recipe.models.map(\.reference.candidates.count) == [1, 0, 1])
        #expect(try reading.recipe.onlyPass().seed?.int == 42)
        #expect(try reading.recipe.onlyPass().steps?.int == 20)
        #expect(Set(reading.recipe.findings.map(\.code)).contains(.canvasOnly))
        #expect(reading.prompt == nil)
        #expect(reading.workflow != nil)
    }

    @Test(arguments: [
        "a red cube", "", "{}", "[]", "null", #"{"a": 1}"#, #"{"4": {"class_type": 7}}"#,
        #"{"4": {"class_type": "KSamp"#,
    ])
    func `is the canvas where the prompt is not a graph`(prompt: String) throws {
        let reading = try Self.reading(PNGBuilder.tEXt("prompt", prompt), PNGBuilder.tEXt("workflow", Self.canvas))
        #expect(reading.recipe.generator.dialect == "comfyui-workflow")
    }

    @Test func `is nothing but a reason where there is no metadata`() throws {
        let reading = try Self.reading()
        #expect(reading.recipe.generator == .init(name: nil, dialect: nil))
        #expect(reading.recipe.findings.map(\.code) == [.metadataAbsent])
        #expect(reading.prompt == nil)
    }

    @Test func `is a reason that names the fields where they hold no graph`() throws {
        let reading = try Self.reading(PNGBuilder.tEXt("parameters", "a cube"), PNGBuilder.tEXt("prompt", "a cube"))
        #expect(reading.recipe.findings.map(\.code) == [.metadataAbsent])
        #expect(reading.recipe.findings.first.map { $0.message.contains("parameters, prompt") } == true)
        #expect(reading.prompt == nil)
    }

    @Test func `is what is left of a damaged image, and why`() throws {
        let reading = try Self.reading(PNGBuilder.tEXt("prompt", Graphs.sampling()), PNGBuilder.chunk("tEXt", [1]))
        #expect(reading.recipe.passes.count == 1)
        #expect(reading.recipe.findings.map(\.code) == [.metadataDamaged])
    }

    @Test func `is not a graph where it is nested too deeply`() throws {
        let deep = String(repeating: #"{"a":"#, count: 5000)
        let reading = try Self.reading(PNGBuilder.tEXt("prompt", deep))
        #expect(reading.recipe.findings.map(\.code) == [.metadataAbsent])
    }
}
