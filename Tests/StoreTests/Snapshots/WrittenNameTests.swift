import Recipe
import Store
import Support
import Testing

@Suite struct `A name that somebody wrote` {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    private static let rest = "Steps: 1, Seed: 5, CFG scale: 3, Sampler: Euler"

    @Test func `is that of a LoRA with commas and blanks, and of no other`() throws {
        try fixture.model("loras/test2.safetensors", seed: 1)
        try fixture.model("loras/test2 .safetensors", seed: 2)
        try fixture.model("loras/te,st1.safetensors", seed: 3)
        _ = try fixture.addModels()
        let recipe = { (text: String) throws in
            let image = try fixture.directory.write(SmallImage.infotext(text), to: "output/b.png")
            return try fixture.recipe(try fixture.store.snapshot(image).id)["models"]?.array?.map {
                $0["sha256"]?.string
            }
        }
        #expect(try recipe("<lora:test2 :1>\n\(Self.rest)") == [SmallModel.digest(seed: 2).hex])
        #expect(try recipe("<lora:test2:1> b\n\(Self.rest)") == [SmallModel.digest(seed: 1).hex])
        #expect(try recipe("<lora:test2  :1> c\n\(Self.rest)") == [nil])
        let hash = SmallModel.digest(seed: 3).hex.prefix(12)
        #expect(
            try recipe("<lora:te,st1:1>\n\(Self.rest), Lora hashes: \"te,st1: \(hash)\"")
                == [SmallModel.digest(seed: 3).hex])
        #expect(
            try recipe("d\n\(Self.rest), AddNet Model 1: te [a, b](\(hash)), AddNet Weight A 1: 1")
                == [SmallModel.digest(seed: 3).hex])
    }

    @Test func `is that of an embedding where it is a word of the prompt and the embedding was there`() throws {
        try fixture.model("embeddings/bad-hands-5.safetensors", seed: 1)
        try fixture.model("embeddings/hand.safetensors", seed: 2)
        _ = try fixture.addModels()
        let text = "a cat\nNegative prompt: (Bad-Hands-5:1.2), blurry\n\(Self.rest)"
        let image = try fixture.directory.write(SmallImage.infotext(text), to: "output/a.png")
        let models = try fixture.recipe(try fixture.store.snapshot(image).id)["models"]?.array
        #expect(models?.map { $0["sha256"]?.string } == [SmallModel.digest(seed: 1).hex])
        // Where the record lists embeddings, it lists all.
        let listed = try fixture.directory.write(
            SmallImage.infotext(text + ", TI hashes: \"hand: \(SmallModel.digest(seed: 2).hex.prefix(12))\""),
            to: "output/b.png")
        let others = try fixture.recipe(try fixture.store.snapshot(listed).id)["models"]?.array
        #expect(others?.map { $0["sha256"]?.string } == [SmallModel.digest(seed: 2).hex])
        // One that came later was not used.
        let old = try fixture.directory.write(
            SmallImage.infotext(text + ", Size: 64x64"), to: "output/c.png", modified: 1_000_000_000)
        #expect(try fixture.recipe(try fixture.store.snapshot(old).id)["models"]?.array?.isEmpty != false)
    }
}
