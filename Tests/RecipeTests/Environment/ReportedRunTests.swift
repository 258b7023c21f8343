import Recipe
import Testing

@Suite struct `What a report tells` {
    static func recipe(_ environment: JSON?, holdsAllNodes: Bool = false) throws -> Recipe {
        var recipe = try Graphs.recipe(
            Graphs.sampling(
                Graphs.kSampler(["sampler_name": #""euler_ancestral""#, "model": #"["30", 0]"#]),
                also: [Graphs.node("30", "Somebodys", #""model": ["4", 0]"#)]
            ).replacing(#""batch_size": 1"#, with: #""batch_size": 2"#))
        recipe.take(reported: environment, holdsAllNodes: holdsAllNodes)
        return recipe
    }

    private static let environment: JSON = ["device": ["type": "cpu"], "comfyui": ["version": "0.33.0"]]

    @Test func `is no doubt any more: the place in a batch, the device, the code, the version`() throws {
        let recipe = try Self.recipe(Self.environment, holdsAllNodes: true)
        #expect(recipe.findings.isEmpty && recipe.generator.version == "0.33.0")
    }

    @Test(arguments: ["cpu", "cuda"]) func `answers that a sampler differs between devices, for which one is told`(
        _ device: String
    ) throws {
        var recipe = try Graphs.recipe(Graphs.sampling(Graphs.kSampler(["sampler_name": #""dpmpp_2m_sde_gpu""#])))
        recipe.take(reported: ["device": .null], holdsAllNodes: true)
        #expect(recipe.findings.map(\.code) == [.samplerNondeterministic])
        recipe.take(reported: ["device": ["type": .string(device)]], holdsAllNodes: true)
        #expect(recipe.findings.isEmpty)
    }

    @Test func `takes back nothing that it does not answer`() throws {
        #expect(try Self.recipe(nil).findings.map(\.code) == [.deviceNoise, .nodeVersion])
    }

    @Test func `is stronger than the clock where tools changed`() throws {
        let old = try #require(Timestamp("2024-12-01T00:00:00Z"))
        let codes = { (recipe: Recipe) in Verdict(recipe, made: old) { _ in .here }.reasons.map(\.code) }
        #expect(codes(try Self.recipe(nil)).contains(.driftKnown))
        #expect(!codes(try Self.recipe(Self.environment)).contains(.driftKnown))
    }

    @Test func `names the node that saved the file`() throws {
        let nodes = ["a", "b"].flatMap { name in
            [
                Graphs.node("1\(name)", "CheckpointLoaderSimple", #""ckpt_name": "\#(name).safetensors""#),
                Graphs.node("2\(name)", "SaveImage", #""images": ["1\#(name)", 0]"#),
            ]
        }
        let recipe = RecipeReader.read(
            prompt: Array(Graphs.graph(nodes).utf8), workflow: nil, parameters: nil, records: nil, fileName: nil,
            node: "2b")
        #expect(recipe?.models.map(\.reference.name) == ["b.safetensors"])
    }
}

@Suite struct `Flags` {
    static func messages(_ then: [String], _ now: [String]) -> [String] {
        let environment = { (flags: [String]) in ["argv": .array(flags.map { .string($0) })] as JSON }
        return EnvironmentComparison.reasons(recorded: environment(then), present: environment(now)).map(\.message)
    }

    @Test(arguments: [["--cache-none"], ["--listen", "0.0.0.0"], ["--verbose"], ["--async-offload", "2"]])
    func `that hold or show otherwise what is computed alike are not a difference`(flags: [String]) {
        #expect(Self.messages([], flags).isEmpty)
    }

    @Test(arguments: [["--fp16-vae"], ["--use-ck-attention"], ["--default-device", "1"], ["--fast"]])
    func `that may change pixels are told`(flags: [String]) {
        #expect(
            Self.messages([], flags) == [
                "the flags that change what is computed were none and are \(flags.joined(separator: " "))"
            ])
    }

    @Test func `that nobody knows are compared with their values and told to be unknown`() {
        #expect(Self.messages(["--new", "1"], ["--new", "1"]).isEmpty)
        let told = Self.messages(["--new", "1"], ["--new", "2"])
        #expect(told.count == 1 && told[0].contains("nobody knows") && told[0].contains("were --new 1 and are --new 2"))
    }
}
