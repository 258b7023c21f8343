import Recipe
import Testing

@Suite struct `A random graph` {
    private static func recipe(_ key: String, _ json: JSON) throws -> Recipe {
        let image = PNGBuilder.png(PNGBuilder.tEXt(key, json.compact()), PNGBuilder.pixels)
        return try #require(try RecipeReader.read(MemorySource(image), fileName: nil)).recipe
    }

    private static func lines(_ recipe: Recipe) -> [String] {
        recipe.passes.map { "pass \($0)" } + recipe.models.map { "model \($0.reference)" }.sorted()
            + recipe.inputs.map { "input \($0)" }.sorted()
            + recipe.findings.filter { $0.code != .canvasOnly }.map { "\($0.code) \($0.message)" }.sorted()
    }

    /// With the seeds 0 to 399.
    @Test func `says the same as a canvas and as the prompt that the front end makes of it`() throws {
        for seed in 0..<400 {
            var graph = RandomGraph(seed: UInt64(seed))
            let (canvas, ids, order) = graph.canvas()
            let prompt = graph.prompt(ids, order)
            let ran = try Self.recipe("prompt", prompt)
            let drawn = try Self.recipe("workflow", canvas)
            #expect(!ran.passes.isEmpty)
            let (a, b) = (Self.lines(ran), Self.lines(drawn))
            guard a != b else { continue }
            let message = """
                seed \(seed)
                prompt only: \(a.filter { !b.contains($0) })
                canvas only: \(b.filter { !a.contains($0) })
                \(prompt.compact())
                \(canvas.compact())
                """
            Issue.record("\(message)")
            return
        }
    }
}
