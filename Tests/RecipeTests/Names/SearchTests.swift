import Foundation
import Recipe
import Support
import Testing

/// The search by bytes is not seen from outside; what a canvas says of its models is found by it.
@Suite struct `A canvas's models` {
    @Test func `are found wherever in a long canvas they stand`() throws {
        let hash = String(repeating: "c3", count: 32)
        var random = SplitMix64(seed: 3)
        for _ in 0..<200 {
            // Words that begin like the one that is looked for.
            let filler = { (random: inout SplitMix64) in
                (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    ["model", "models", "mode\\\"ls", "xmodels", "m", " "].randomElement(using: &random) ?? ""
                }.joined()
            }
            let canvas = """
                {"a": "\(filler(&random))", "nodes": [{"properties": {"b": "\(filler(&random))", "models": [{"name": "base.safetensors", \
                "hash": "\(hash)"}]}}], "c": "\(filler(&random))"}
                """
            let image = PNGBuilder.png(
                PNGBuilder.tEXt("prompt", Graphs.sampling()), PNGBuilder.tEXt("workflow", canvas), PNGBuilder.pixels)
            let reading = try #require(try RecipeReader.read(MemorySource(image), fileName: nil))
            #expect(reading.recipe.models.first?.reference.recorded.map(\.value) == [hash])
        }
    }
}
