import Recipe
import Testing

/// Recipes with resolved models, for what only looks at the result.
enum Examples {
    static func digest(_ byte: UInt8) throws -> Digest {
        try #require(Digest(bytes: [UInt8](repeating: byte, count: 32)))
    }

    /// A model or input that was found with some evidence; nil bytes stand for one that was not found.
    static func model(
        _ name: String = "base.safetensors",
        folder: String = "checkpoints",
        evidence: Evidence = .observed,
        bytes: UInt8? = 1,
        node: String = "4"
    ) throws -> Recipe.ModelUse {
        let path = try ModelPath(name)
        var use = Recipe.ModelUse(
            reference: .init(folder: folder, name: name, candidates: [path], node: node, input: "ckpt_name")
        )
        use.evidence = evidence
        if let bytes {
            use.resolution = .init(
                folder: try EntryName(folder), path: path, sha256: try digest(bytes), size: 1000, version: 1)
        }
        return use
    }

    static func input(
        _ name: String = "in.png",
        evidence: Evidence = .observed,
        bytes: UInt8? = 2
    ) throws -> Recipe.InputUse {
        let path = try ModelPath(name)
        let reading = try Graphs.recipe(
            Graphs.graph([
                Graphs.node("1", "LoadImage", #""image": "\#(name)""#),
                Graphs.node("2", "SaveImage", #""images": ["1", 0]"#),
            ])
        )
        var use = try #require(reading.inputs.first)
        use.evidence = evidence
        if let bytes {
            use.resolution = .init(folder: "input", path: path, sha256: try digest(bytes), size: 100, version: nil)
        }
        return use
    }

    /// A recipe in which nothing is wrong.
    static func recipe(models: [Recipe.ModelUse], inputs: [Recipe.InputUse] = []) throws -> Recipe {
        var recipe = try Graphs.recipe(Graphs.sampling())
        recipe.models = models
        recipe.inputs = inputs
        return recipe
    }

    static func snapshot(_ recipe: Recipe, seconds: Int = 1_700_000_000) throws -> SnapshotDocument {
        var metadata = Metadata(mediaType: "image/png")
        metadata.width = 512
        metadata.height = 768
        let image = ImageFacts(
            sha256: try digest(9),
            size: 12345,
            metadata: metadata,
            time: Timestamp(seconds: seconds, nanoseconds: 5)
        )
        return SnapshotDocument(
            image: image,
            recipe: recipe,
            prompt: .init(sha256: try digest(7), size: 700),
            workflow: nil,
            parent: nil
        )
    }

    static func document(
        _ recipe: Recipe,
        name: String = "ComfyUI_00001_.png",
        prompt: String? = nil,
        workflow: String? = nil
    ) throws -> RecipeDocument {
        RecipeDocument(
            id: try digest(3),
            snapshot: try snapshot(recipe),
            verdict: Verdict(recipe) { _ in .here },
            name: name,
            prompt: prompt.map { Array($0.utf8) },
            workflow: workflow.map { Array($0.utf8) }
        )
    }
}
