import Foundation
import Recipe
import Testing

/// What the fixtures of tools do not show.
@Suite struct `A tool's record` {
    static func reading(_ fields: (String, String)...) throws -> RecipeReader.Reading {
        let image = PNGBuilder.png(fields.flatMap { PNGBuilder.tEXt($0.0, $0.1) }, PNGBuilder.pixels)
        return try #require(try RecipeReader.read(MemorySource(image), fileName: nil))
    }

    @Test(arguments: [
        ("Description", "a photo --s not midjourney"), ("Description", "Job ID: not-a-uuid"),
        ("Comment", #"{"prompt": "x"}"#),
        ("Software", "Editor"), ("parameters", #"{"base_model": "x"}"#), ("parameters", #"{"model": "x", "seed": 1}"#),
        ("UserComment", #"{"c": 1}"#), ("invokeai_metadata", "[]"), ("invokeai_metadata", "{}"), ("Dream", "a cat"),
        ("sd-metadata", #"{"image": 7}"#), ("parameters", "Seed: 1"), ("xmp", "Adobe Firefly"),
    ])
    func `is not seen without its signs`(key: String, text: String) throws {
        #expect(try Self.reading((key, text)).recipe.generator.dialect == nil)
    }

    @Test(arguments: [
        ("{\"sui_image_params\": {\"model\": \"../../x\", \"seed\": -1}}", [Reason.Code.nameRefused]),
        (
            "{\"sui_image_params\": {\"model\": \"a\", \"seed\": -1, \"initimage\": \"data\"}}",
            [.seedUnknown, .inputMissing]
        ),
        ("{\"sui_image_params\": {\"seed\": 18446744073709551616}}", []),
    ])
    func `is graded by what it lacks`(text: String, codes: [Reason.Code]) throws {
        let recipe = try Self.reading(("parameters", text)).recipe
        #expect(Set(Verdict(recipe) { _ in .here }.reasons.map(\.code)).isSuperset(of: codes))
    }

    @Test func `keeps every text of the file, and says which counted`() throws {
        let reading = try Self.reading(
            ("prompt", Graphs.sampling()), ("parameters", "x\nSteps: 1, Seed: 2, CFG scale: 3"), ("Software", "Saver"),
            ("notes", "n"))
        #expect(reading.recipe.generator.dialect == "comfyui-prompt")
        let records = try JSONParser.parse(reading.records)
        #expect(records.array?.map { $0["key"] } == ["Software", "notes"])
        #expect(reading.parameters != nil)
    }

    @Test func `gives a graph the hashes that its saver wrote beside it`() throws {
        let reading = try Self.reading(
            ("prompt", Graphs.sampling()),
            ("parameters", "x\nSteps: 1, Seed: 2, CFG scale: 3, Model: base, Model hash: 0123456789"))
        #expect(reading.recipe.models.first?.reference.recorded.map(\.value) == ["0123456789"])
        let other = try Self.reading(
            ("prompt", Graphs.sampling()),
            ("parameters", "x\nSteps: 1, Seed: 2, CFG scale: 3, Model: other, Model hash: 0123456789"))
        #expect(other.recipe.models.first?.reference.recorded == [])
    }

    @Test func `is read again from the texts that were kept`() throws {
        for name in FixtureTests.images where !name.hasPrefix("ComfyUI/nometa") {
            let bytes = [UInt8](try Data(contentsOf: FixtureTests.folder.appendingPathComponent(name)))
            let reading = try #require(try RecipeReader.read(MemorySource(bytes), fileName: name))
            guard reading.recipe.generator.dialect != nil else { continue }
            let again = RecipeReader.read(
                prompt: reading.prompt, workflow: reading.workflow, parameters: reading.parameters,
                records: reading.records,
                fileName: name)
            #expect(again?.models == reading.recipe.models, "\(name)")
            #expect(again?.passes == reading.recipe.passes, "\(name)")
            #expect(again?.generator.dialect == reading.recipe.generator.dialect, "\(name)")
        }
    }

    /// The key is 00 01 … 1F as a seed; it signed the fixtures.
    @Test func `of NovelAI is proven by its signature, or shown to be changed`() throws {
        let key = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
        for (name, result) in [("novelai", NovelAISignature.Result.valid), ("novelai_tampered", .invalid)] {
            let bytes = [UInt8](try Data(contentsOf: FixtureTests.folder.appendingPathComponent("Tools/\(name).png")))
            let metadata = try #require(try Container.read(MemorySource(bytes)))
            #expect(try NovelAISignature.check(MemorySource(bytes), metadata, key: key) == result)
            // NovelAI's own key signed neither.
            #expect(try NovelAISignature.check(MemorySource(bytes), metadata) == .invalid)
        }
    }
}

@Suite struct `A file beside the image` {
    static func reading(_ name: String, _ text: String, image: [UInt8]? = nil) throws -> RecipeReader.Reading {
        let image = image ?? PNGBuilder.png(PNGBuilder.pixels)
        return try #require(
            try RecipeReader.read(MemorySource(image), fileName: "a.png") {
                [.init(name: name, source: MemorySource(Array(text.utf8)))]
            })
    }

    @Test(arguments: [
        ("a.txt", "a cat\nSteps: 1, Seed: 5, CFG scale: 3, Model: m", "a1111-infotext"),
        ("a.txt", "Prompt: a cat\nSeed: 5\nSteps: 1\nModel: m", "pasted-text"),
        ("a.txt", "prompt: a cat\nseed: 5\nuse_stable_diffusion_model: m\nnum_inference_steps: 1", "easy-diffusion"),
        ("a.json", #"{"prompt": "a cat", "seed": 5, "use_stable_diffusion_model": "m"}"#, "easy-diffusion"),
        ("a.swarm.json", #"{"sui_image_params": {"seed": 5, "model": "m"}}"#, "swarmui"),
        (
            "a.json", #"{"positive_prompt": "a cat", "seed": 5, "model": {"name": "m", "hash": "x", "base": "any"}}"#,
            "invokeai"
        ),
        ("a.json", Graphs.sampling(Graphs.kSampler(["seed": "5"])), "comfyui-prompt"),
    ])
    func `gives the recipe that the image lacks`(name: String, text: String, dialect: String) throws {
        let recipe = try Self.reading(name, text).recipe
        #expect(recipe.generator.dialect == dialect)
        #expect(try recipe.onlyPass().seed?.int == 5)
        #expect(recipe.models.count == 1)
    }

    @Test func `says nothing where the image speaks for itself, and is not even opened`() throws {
        let image = PNGBuilder.png(PNGBuilder.tEXt("prompt", Graphs.sampling()), PNGBuilder.pixels)
        let reading = try RecipeReader.read(MemorySource(image), fileName: "a.png") { () throws(SourceError) in
            throw SourceError("opened")
        }
        #expect(try #require(reading).recipe.generator.dialect == "comfyui-prompt")
    }

    @Test(arguments: ["a shopping list", "", "{", "\u{0}", "Steps: 1"]) func `that is no record changes nothing`(
        text: String
    ) throws {
        #expect(try Self.reading("a.txt", text).recipe.generator.dialect == nil)
    }

    @Test func `has one of these names`() {
        #expect(TextFile.sidecars(of: "a.b.mp4").contains("a.b.png"))
        #expect(TextFile.sidecars(of: "a.png").prefix(2) == ["a.swarm.json", "a.png.swarm.json"])
        #expect(!TextFile.sidecars(of: "a.png").contains("a.png"))
        #expect(TextFile.sidecars(of: "x").contains("x.txt"))
    }
}
