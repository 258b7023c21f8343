import Recipe
import Testing

/// The rows of the table of signals that the other tests do not show.
@Suite struct `The table of grades` {
    private static func reasons(_ use: Recipe.ModelUse) throws -> [Reason] {
        Verdict(try Examples.recipe(models: [use])) { _ in .here }.reasons
    }

    private static func match(_ digits: Int, _ algorithm: RecordedHash.Algorithm, isClaim: Bool = false) throws
        -> Recipe.ModelUse
    {
        var use = try Examples.model(evidence: .recorded)
        var hash = try #require(RecordedHash(String(repeating: "a", count: digits), algorithm))
        hash.isClaim = isClaim
        use.reference.recorded = [hash]
        use.match = hash
        return use
    }

    @Test(arguments: [(10, Reason.Code.modelClaimed), (11, .modelClaimed)]) func `caps what few digits found`(
        digits: Int, code: Reason.Code
    ) throws {
        #expect(try Self.reasons(try Self.match(digits, .sha256)).map(\.code) == [code])
    }

    @Test func `lets pass what many digits found, and notes when it was by the weights alone`() throws {
        #expect(try Self.reasons(try Self.match(12, .sha256)).isEmpty)
        #expect(try Self.reasons(try Self.match(64, .blake3)).isEmpty)
        let equal = try Self.reasons(try Self.match(12, .tensors))
        #expect(equal.map(\.code) == [.modelTensorEqual] && equal.map(\.cap) == [.full])
    }

    @Test func `never trusts a claim or a checksum`() throws {
        #expect(try Self.reasons(try Self.match(64, .tensors, isClaim: true)).map(\.code) == [.modelClaimed])
        #expect(try Self.reasons(try Self.match(8, .crc32)).map(\.code) == [.modelClaimed])
        #expect(try Self.reasons(try Self.match(8, .autov1)).map(\.code) == [.modelClaimed])
    }

    @Test func `says where the name holds other bytes than were recorded`() throws {
        var use = try Examples.model(evidence: .missing, bytes: nil)
        use.isChanged = true
        #expect(try Self.reasons(use).map(\.code) == [.modelMissing, .modelChanged])
    }

    @Test(arguments: [
        ("euler_ancestral", "2024-12-31T00:00:00Z", true), ("euler_ancestral", "2025-02-01T00:00:00Z", false),
        ("dpmpp_2m_sde_gpu", "2023-01-01T00:00:00Z", true), ("uni_pc_bh2", "2023-09-01T00:00:00Z", true),
        ("euler", "2020-01-01T00:00:00Z", false),
    ])
    func `knows the changes that lie between then and now`(sampler: String, time: String, isCrossed: Bool) throws {
        let recipe = try Graphs.recipe(Graphs.sampling(Graphs.kSampler(["sampler_name": "\"\(sampler)\""])))
        let made = try #require(Timestamp(time))
        let codes = Verdict(recipe, made: made) { _ in .here }.reasons.map(\.code)
        #expect(codes.contains(.driftKnown) == isCrossed)
        #expect(!Verdict(recipe) { _ in .here }.reasons.map(\.code).contains(.driftKnown))
    }

    @Test(arguments: [
        ("v1.5.2", "DDIM", true), ("v1.5.2-128-gabc", "PLMS", true), ("v1.6.0", "DDIM", false),
        ("v1.5.2", "Euler", false),
        ("odd", "DDIM", false),
    ])
    func `knows A1111's changes by its version`(version: String, sampler: String, isCrossed: Bool) throws {
        let recipe = try InfotextTests.recipe(
            "x\nSteps: 1, Seed: 1, Sampler: \(sampler), CFG scale: 7, Version: \(version)")
        #expect(Verdict(recipe) { _ in .here }.reasons.map(\.code).contains(.driftKnown) == isCrossed)
    }

    @Test func `knows fp8 weights from before they were rounded repeatably`() throws {
        let graph = Graphs.sampling(also: [
            Graphs.node("20", "UNETLoader", #""unet_name": "f.safetensors", "weight_dtype": "fp8_e4m3fn""#),
            Graphs.node("21", "SaveImage", #""images": ["20", 0]"#),
        ])
        let recipe = try Graphs.recipe(graph)
        let old = try #require(Timestamp("2024-01-01T00:00:00Z"))
        #expect(Verdict(recipe, made: old) { _ in .here }.reasons.map(\.code).contains(.driftKnown))
        #expect(recipe.features.contains("weight_dtype:fp8_e4m3fn"))
    }

    @Test func `knows batches whose images share their noise`() throws {
        for (width, isCoupled) in [(512, false), (520, true)] {
            let nodes = [
                Graphs.node("5", "EmptyLatentImage", #""width": \#(width), "height": 520, "batch_size": 4"#),
                Graphs.node("9", "SaveImage", #""images": ["5", 0]"#),
            ]
            let codes = try Graphs.recipe(Graphs.graph(nodes)).findings.map(\.code)
            #expect(codes.contains(.batchIndexUnknown))
            #expect(codes.contains(.batchCoupled) == isCoupled)
        }
    }

    @Test(arguments: ["WD14Tagger|pysssss", "OllamaGenerate", "DPRandomGenerator"])
    func `knows words that a node made up`(classType: String) throws {
        let graph = Graphs.graph([
            Graphs.node("4", "CheckpointLoaderSimple", #""ckpt_name": "base.safetensors""#),
            Graphs.node("10", classType, #""image": "x""#),
            Graphs.node("6", "CLIPTextEncode", #""text": ["10", 0], "clip": ["4", 1]"#),
            Graphs.kSampler(["negative": "null", "latent_image": "null"]),
            Graphs.node("9", "SaveImage", #""images": ["3", 0]"#),
        ])
        let reasons = Verdict(try Graphs.recipe(graph)) { _ in .here }
        #expect(reasons.reasons.map(\.code).contains(.textGenerated) && reasons.grade == .partial)
    }

    @Test func `has words for what would help, wherever something would`() {
        let hopeless: Set<Reason.Code> = [
            .metadataUnread, .remoteNode, .toolClosed, .originForged, .modelTensorEqual, .nameRefused, .verified,
        ]
        for code in Reason.Code.allCases {
            #expect((Reason(code, "").remedy == nil) == hopeless.contains(code), "\(code)")
        }
    }
}
