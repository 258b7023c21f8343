import Recipe
import Support
import Testing

/// Random records written into every container and encoding, and read back.
@Suite struct `A record` {
    /// Letters of every width, what JSON and XML escape, and what infotext gives a meaning to.
    private static let letters: [String] = [
        "a", "Z", " ", "é", "ß", "ÿ", "猫", "😀", "\u{301}", "\"", "\\", "<", ">", "&", "'", "{", "}", "[", "]", ":", ",",
        "|",
        "%", "\u{2028}", "\u{FEFF}b", "\u{1F468}\u{200D}\u{1F469}",
    ]

    private static func words(_ random: inout SplitMix64, isLatin: Bool) -> String {
        let known = isLatin ? letters.filter { $0.unicodeScalars.allSatisfy { $0.value < 256 } } : letters
        let text = (0..<Int.random(in: 1...40, using: &random)).map { _ in known.randomElement(using: &random) ?? "a" }
            .joined()
        // A prompt does not begin or end with what every reader trims.
        return "x" + text + "x"
    }

    private static func graph(_ random: inout SplitMix64, isLatin: Bool) -> (
        text: String, seed: UInt64, positive: String, model: String
    ) {
        let seed = UInt64.random(in: .min ... .max, using: &random)
        let positive = words(&random, isLatin: isLatin)
        let model = "m\(UInt32.random(in: 0...999, using: &random))/ü.safetensors"
        let text = Graphs.graph([
            Graphs.node("4", "CheckpointLoaderSimple", #""ckpt_name": \#(ContainerWriter.quoted(model))"#),
            Graphs.node("6", "CLIPTextEncode", #""text": \#(ContainerWriter.quoted(positive)), "clip": ["4", 1]"#),
            Graphs.kSampler(["seed": String(seed), "negative": "null", "latent_image": "null"]),
            Graphs.node("9", "SaveImage", #""images": ["3", 0]"#),
        ])
        return (text, seed, positive, model)
    }

    @Test(arguments: ContainerWriter.ways.filter(\.holdsGraph)) func `of a graph comes back from every container`(
        way: ContainerWriter.Way
    ) throws {
        var random = SplitMix64(seed: 1)
        for round in 0..<40 {
            let graph = Self.graph(&random, isLatin: way.isLatin)
            let file = way.write([("prompt", graph.text), ("workflow", "{\"nodes\": []}")])
            let reading = try #require(try RecipeReader.read(MemorySource(file), fileName: nil), "\(round)")
            #expect(reading.metadata.damage.isEmpty)
            #expect(reading.prompt.map { String(decoding: $0, as: UTF8.self) } == graph.text)
            let pass = try reading.recipe.onlyPass()
            #expect(pass.seed?.unsigned == graph.seed)
            #expect(pass.positive == graph.positive)
            #expect(reading.recipe.models.map(\.reference.name) == [graph.model])
        }
    }

    @Test(arguments: ContainerWriter.ways.filter(\.holdsText))
    func `of plain text comes back from every container and encoding`(
        way: ContainerWriter.Way
    ) throws {
        var random = SplitMix64(seed: 2)
        for round in 0..<40 {
            let seed = UInt64.random(in: .min ... .max, using: &random)
            let positive = Self.words(&random, isLatin: way.isLatin)
            let negative = Self.words(&random, isLatin: way.isLatin)
            let text =
                "\(positive)\nNegative prompt: \(negative)\nSteps: 20, Seed: \(seed), CFG scale: 7, Model: m\(round), RNG: CPU"
            // Where there are names, A1111's; elsewhere the one comment that there is.
            let file = way.write([("parameters", text)])
            let reading = try #require(try RecipeReader.read(MemorySource(file), fileName: nil), "\(round)")
            #expect(reading.metadata.damage.isEmpty)
            let pass = try reading.recipe.onlyPass()
            #expect(pass.seed?.unsigned == seed)
            #expect(pass.positive == positive)
            #expect(pass.negative == negative)
            #expect(reading.recipe.models.map(\.reference.name) == ["m\(round)"])
        }
    }
}
