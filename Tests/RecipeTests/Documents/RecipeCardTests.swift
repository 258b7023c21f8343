import Recipe
import Testing

@Suite struct `A recipe's card` {
    static func card(_ recipe: Recipe, name: String = "ComfyUI_00001_.png") throws -> String {
        try Examples.document(recipe, name: name).card
    }

    @Test func `says everything of a plain image`() throws {
        let card = try Self.card(Examples.recipe(models: [Examples.model()], inputs: [Examples.input()]))
        let expected = """
            ComfyUI_00001_.png
            ==================
            Image     512 x 768 pixels, 12345 bytes, image/png
            Made      2023-11-14 22:13:20 UTC
            With      ComfyUI
            Snapshot  030303030303
            Grade     full

            Sampling (node 3)
              seed      42
              steps     20
              cfg       7.5
              sampler   euler
              scheduler normal
              denoise   1.0
              size      512 x 768
              positive  a red cube
              negative  blurry

            Models
              checkpoints/base.safetensors  v1
                observed  sha256 \(try Examples.digest(1).hex)

            Inputs
              in.png (image)
                observed  sha256 \(try Examples.digest(2).hex)

            Everything this image was made from is known and kept; the same result is expected.

            """
        #expect(card == expected)
    }

    @Test func `says why the grade is not full`() throws {
        let card = try Self.card(Examples.recipe(models: [Examples.model(bytes: nil)]))
        #expect(card.contains("Grade     partial\n"))
        #expect(
            card.contains(
                "cannot be exactly reproduced, because:\n  - the model checkpoints/base.safetensors is not in the store [model.missing]\n"
            )
        )
    }

    @Test func `counts several passes from the first to the last`() throws {
        var recipe = try Examples.recipe(models: [])
        recipe.passes = [.init(node: "b"), .init(node: "a")]
        let card = try Self.card(recipe)
        #expect(card.contains("Sampling, pass 2 (node b)"))
        #expect(card.contains("Sampling, pass 1 (node a)"))
        #expect(card.contains("  seed      unknown\n"))
    }

    @Test func `shows the version and the strength of a model`() throws {
        var use = try Examples.model("ink.safetensors", folder: "loras", evidence: .inferred)
        use.resolution?.version = 3
        use.reference.strength = .init(literal: "0.80")
        #expect(
            try Self.card(Examples.recipe(models: [use])).contains(
                "  loras/ink.safetensors  v3  strength 0.80\n    inferred  sha256 01"
            )
        )
    }

    @Test func `indents the lines of a prompt`() throws {
        var recipe = try Examples.recipe(models: [])
        recipe.passes[0].positive = "one\ntwo"
        #expect(try Self.card(recipe).contains("  positive  one\n            two\n"))
    }

    @Test func `cannot steer a terminal from any of its parts`() throws {
        let hostile = "\u{1B}[2J\u{7}\u{9B}\u{7F}\u{202E}\u{2066}\u{200F}\r"
        var recipe = try Examples.recipe(
            models: [Examples.model("a\(hostile).pt", bytes: nil)],
            inputs: [Examples.input()]
        )
        recipe.generator.name = hostile
        recipe.inputs[0].reference.name = hostile
        recipe.findings = [Reason(.nodeVersion, hostile)]
        recipe.passes[0].node = hostile
        recipe.passes[0].sampler = hostile
        recipe.passes[0].positive = hostile
        recipe.passes[0].seed = .init(literal: hostile)
        let card = try Self.card(recipe, name: hostile)
        let steering = card.unicodeScalars.filter {
            let isControl = $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t"
            return isControl || $0.properties.isBidiControl
        }
        #expect(steering.isEmpty)
        #expect(card.contains("[2J"))
    }
}
