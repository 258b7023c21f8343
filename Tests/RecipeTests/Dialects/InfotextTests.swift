import Recipe
import Testing

@Suite("The text of A1111 and its relatives") struct InfotextTests {
    static let lines =
        """
        a red cube, <lora:ink:0.8>, <lyco:style:0.5:1>
        on a table
        Negative prompt: blurry,
        dark
        Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 18446744073709551615, \
        Size: 512x768, Model hash: 0123456789, Model: dream, VAE hash: 1123456789, VAE: ae.safetensors, \
        Denoising strength: 0.4, Lora hashes: "ink: 00112233aabb, style: 445566778899", RNG: CPU, Version: v1.10.1
        """

    static func reading(_ parameters: String) throws -> RecipeReader.Reading {
        let image = PNGBuilder.png(PNGBuilder.tEXt("parameters", parameters), PNGBuilder.pixels)
        let reading = try RecipeReader.read(MemorySource(image), fileName: nil)
        return try #require(reading)
    }

    static func recipe(_ parameters: String = lines) throws -> Recipe { try reading(parameters).recipe }

    @Test func `gives the parameters of the pass`() throws {
        let pass = try Self.recipe().onlyPass()
        #expect(pass.seed?.literal == "18446744073709551615")
        #expect(pass.steps?.int == 20)
        #expect(pass.cfg?.double == 7.5)
        #expect(pass.denoise?.double == 0.4)
        #expect(pass.sampler == "DPM++ 2M")
        #expect(pass.scheduler == "Karras")
        #expect(pass.width?.int == 512 && pass.height?.int == 768)
        #expect(pass.positive == "a red cube, <lora:ink:0.8>, <lyco:style:0.5:1>\non a table")
        #expect(pass.negative == "blurry,\ndark")
    }

    @Test func `gives the models with their folders, strengths and hashes`() throws {
        let models = try Self.recipe().models.map(\.reference)
        #expect(models.map(\.name) == ["dream", "ae", "ink", "style"])
        #expect(models.map(\.folder) == ["checkpoints", "vae", "loras", "loras"])
        #expect(models.map { $0.strength?.literal } == [nil, nil, "0.8", "1"])
        #expect(
            models.map { $0.recorded.first?.value } == ["0123456789", "1123456789", "00112233aabb", "445566778899"])
        #expect(models.allSatisfy { $0.isStem && $0.candidates.count == 1 })
    }

    @Test(arguments: [
        ("Version: v1.6.0", "A1111"), ("Version: f2.0.1v1.10.1-previous-637-gdaee4c0d", "Forge"),
        ("App: SD.Next, Version: abc", "SD.Next"), ("Version: ComfyUI", "ComfyUI"),
        ("Eta: 1", "A1111 or a relative of it"),
    ])
    func `tells its generator`(pair: String, name: String) throws {
        #expect(try Self.recipe("x\nSteps: 1, Seed: 1, CFG scale: 7, \(pair)").generator.name == name)
    }

    @Test func `is read from one line too`() throws {
        let pass = try Self.recipe("a cat Negative prompt: a dog Steps: 5, Seed: 3, Sampler: Euler, RNG: NV").onlyPass()
        #expect(pass.positive == "a cat" && pass.negative == "a dog" && pass.seed?.int == 3)
    }

    @Test func `keeps commas and quotes in quoted and bracketed values apart`() throws {
        let text =
            #"x\#nSteps: 1, Seed: 2, Hashes: {"model": "aabbccddee", "x": "a, Seed: 9"}, Note: "a, Seed: 8 \"q\"", Model: m, RNG: CPU"#
        let recipe = try Self.recipe(text)
        #expect(try recipe.onlyPass().seed?.int == 2)
        #expect(recipe.models.map(\.reference.recorded.first?.value) == ["aabbccddee"])
    }

    @Test(arguments: ["a cat", "a cat\nSteps: 1", "{\"other\": {}}", "", "Steps: , Seed", "\n\n\n"])
    func `is not seen in other text`(text: String) throws {
        #expect(try Self.recipe(text).generator.dialect == nil)
    }

    @Test(arguments: [
        ("RNG: CPU, Sampler: Euler", ["params.flat"]), ("Sampler: Euler", ["params.flat", "rng.gpu_default"]),
        ("RNG: NV, Sampler: Euler a", ["params.flat", "rng.device_noise"]),
        ("RNG: CPU, Sampler: DPM adaptive", ["params.flat", "sampler.nondet"]),
        ("RNG: CPU, Batch size: 4", ["batch.index_unknown", "params.flat"]),
        ("RNG: CPU, ControlNet 0: \"Model: x [01234567]\"", ["params.flat"]),
        ("RNG: CPU, ADetailer model: face.pt", ["model.hidden", "params.flat"]),
    ])
    func `shows why a re-run might differ`(pairs: String, codes: [String]) throws {
        let recipe = try Self.recipe("x\nSteps: 1, Seed: 1, CFG scale: 7, \(pairs)")
        #expect(recipe.findings.map(\.code.rawValue).sorted() == codes)
    }

    @Test func `has no seed where it says minus one`() throws {
        let recipe = try Self.recipe("x\nSteps: 1, Seed: -1, CFG scale: 7, RNG: CPU")
        #expect(try recipe.onlyPass().seed == nil)
        #expect(recipe.findings.map(\.code).contains(.seedUnknown))
    }

    @Test func `refuses a model's name that leads outside`() throws {
        let recipe = try Self.recipe("x\nSteps: 1, Seed: 1, CFG scale: 7, Model: ../../secret")
        #expect(recipe.models.map(\.reference.candidates) == [[]])
        #expect(Verdict(recipe) { _ in .here }.reasons.map(\.code).contains(.nameRefused))
    }

    @Test func `gives way to a graph that ran`() throws {
        let image = PNGBuilder.png(
            PNGBuilder.tEXt("parameters", Self.lines), PNGBuilder.tEXt("prompt", Graphs.sampling()), PNGBuilder.pixels)
        let reading = try #require(try RecipeReader.read(MemorySource(image), fileName: nil))
        #expect(reading.recipe.generator.dialect == "comfyui-prompt")
        #expect(reading.parameters == Array(Self.lines.utf8))
    }

    @Test func `cut off anywhere does no harm`() throws {
        for length in 0..<Self.lines.count { _ = try Self.recipe(String(Self.lines.prefix(length))) }
    }
}

@Suite struct `A recorded hash` {
    @Test(arguments: [
        ("0123456789", "sha256", "probable"), ("01234567", "autov1", "weak"), ("0123456789AB", "sha256", "strong"),
        (String(repeating: "a", count: 64), "sha256", "exact"),
    ])
    func `is trusted by its length`(text: String, algorithm: String, trust: String) throws {
        let hash = try #require(RecordedHash(text, .sha256))
        #expect(hash.algorithm.rawValue == algorithm)
        #expect(hash.trust == trust)
        #expect(hash.value == text.lowercased())
    }

    @Test(arguments: [
        "", "0123456", "NOFILE", "xyzxyzxyzx", "e3b0c44298", "e3b0c442", String(repeating: "a", count: 65),
    ])
    func `is none that tells nothing`(text: String) {
        #expect(RecordedHash(text, .sha256) == nil)
    }
}
