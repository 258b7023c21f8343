import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `A model with a recorded hash` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func result(model: String, hash: String, lora: String? = nil) throws -> (SnapshotResult, [JSON]) {
        let tag = lora.map { ", <lora:ink:0.8>\nSteps: 1, Lora hashes: \"ink: \($0)\"" } ?? "\nSteps: 1"
        let text = "a cube\(tag), Seed: 1, CFG scale: 7, Model: \(model), Model hash: \(hash), RNG: CPU, Version: v1.10"
        let image = try fixture.directory.write(SmallImage.infotext(text), to: "output/a.png")
        let result = try fixture.store.snapshot(image)
        return (result, try fixture.recipe(result.id)["models"]?.array ?? [])
    }

    /// > A model's evidence is `recorded` if the image's record has a hash of it, such as the first digits of its file's SHA-256, and one
    /// > blob in the store has that hash, under any name. A file that has the name but another SHA-256 is not the model.
    @Test func `is found by it and by nothing else`() throws {
        try fixture.add("checkpoints/renamed.safetensors", seed: 1)
        try fixture.add("checkpoints/dream.safetensors", seed: 2)
        let wanted = SmallModel.digest(seed: 1)
        let (found, models) = try result(model: "dream", hash: wanted.autoV2)
        #expect(models[0]["evidence"] == "recorded")
        #expect(models[0]["sha256"]?.string == wanted.hex)
        #expect(models[0]["name"] == "renamed.safetensors")
        #expect(models[0]["recorded"]?.array?.first?["trust"] == "probable")
        #expect(found.reasons.map(\.code).contains(.modelClaimed))
        let (lost, none) = try result(model: "dream", hash: SmallModel.digest(seed: 3).autoV2)
        #expect(none[0]["evidence"] == "missing")
        #expect(lost.grade == .partial)
    }

    @Test func `is proven by twelve digits`() throws {
        try fixture.add("checkpoints/dream.safetensors", seed: 1)
        let (result, _) = try result(model: "dream", hash: String(SmallModel.digest(seed: 1).hex.prefix(12)))
        #expect(!result.reasons.map(\.code).contains(.modelClaimed))
        #expect(result.grade == .approximate)
    }

    @Test func `prefers the version whose name is the recorded one`() throws {
        try fixture.add("checkpoints/copy.safetensors", seed: 1)
        try fixture.add("checkpoints/sub/dream.safetensors", seed: 1)
        let (_, models) = try result(model: "dream", hash: SmallModel.digest(seed: 1).autoV2)
        #expect(models[0]["name"] == "sub/dream.safetensors")
    }

    @Test func `made from the file's name is recognised and then counts for nothing`() throws {
        try fixture.add("checkpoints/dream.safetensors", seed: 1)
        let fake = SHA256.digest(of: Array("dream.safetensors".utf8)).autoV2
        let (result, models) = try result(model: "dream", hash: fake)
        #expect(result.reasons.map(\.code).contains(.hashFake))
        #expect(models[0]["evidence"] == "inferred")
        #expect(models[0]["recorded"] == [])
    }

    @Test func `of 8 digits says nothing of a file's SHA-256`() throws {
        try fixture.add("checkpoints/dream.safetensors", seed: 1)
        let (_, models) = try result(model: "dream", hash: "01234567")
        #expect(models[0]["evidence"] == "inferred")
    }

    @Test func `of a LoRA is tried as that of its file`() throws {
        try fixture.add("loras/style/renamed.safetensors", seed: 5)
        let digits = String(SmallModel.digest(seed: 5).hex.prefix(12))
        let (_, models) = try result(model: "gone", hash: "0123456789", lora: digits)
        #expect(models[1]["evidence"] == "recorded")
        #expect(models[1]["name"] == "style/renamed.safetensors")
    }

    @Test func `is looked for by its stem in every subfolder where no hash helps`() throws {
        try fixture.add("checkpoints/sdxl/dream.ckpt", seed: 1)
        let (_, models) = try result(model: "dream", hash: "")
        #expect(models[0]["name"] == "sdxl/dream.ckpt")
        #expect(models[0]["evidence"] == "inferred")
    }
}
