import Recipe
import Testing

/// Canvases as the frontend saves them, without the graph that ran.
@Suite struct `A canvas` {
    static func recipe(_ canvas: String) throws -> Recipe {
        let image = PNGBuilder.png(PNGBuilder.tEXt("workflow", canvas), PNGBuilder.pixels)
        return try #require(try RecipeReader.read(MemorySource(image), fileName: nil)).recipe
    }

    /// Nodes 1 to 9 of a text-to-image canvas in the old format; `also` are further nodes and `links` further links.
    static func sampling(seed: String = #"5, "fixed""#, mode: Int = 0, also: String = "", links: String = "") -> String
    {
        """
        {"version": 0.4, "nodes": [
        {"id": 4, "type": "CheckpointLoaderSimple", "widgets_values": ["base.safetensors"], "outputs": [{"type": "MODEL"}]},
        {"id": 5, "type": "EmptyLatentImage", "widgets_values": [512, 768, 1]},
        {"id": 6, "type": "CLIPTextEncode", "inputs": [{"name": "clip", "link": 2}], "widgets_values": ["a cube"]},
        {"id": 10, "type": "LoraLoaderModelOnly", "mode": \(mode), "inputs": [{"name": "model", "type": "MODEL", "link": 7}],
         "outputs": [{"type": "MODEL"}], "widgets_values": ["ink.safetensors", 0.5]},
        {"id": 3, "type": "KSampler", "inputs": [{"name": "model", "link": 1}, {"name": "positive", "link": 3},
         {"name": "latent_image", "link": 4}], "widgets_values": [\(seed), 20, 7.5, "euler", "normal", 1.0]},
        {"id": 9, "type": "SaveImage", "inputs": [{"name": "images", "link": 5}], "widgets_values": ["x"]}\(also)],
        "links": [[1, 10, 0, 3, 0, "MODEL"], [7, 4, 0, 10, 0, "MODEL"], [2, 4, 1, 6, 0, "CLIP"], [3, 6, 0, 3, 1, "C"],
        [4, 5, 0, 3, 2, "LATENT"], [5, 3, 0, 9, 0, "IMAGE"]\(links)]}
        """
    }

    @Test func `is read like the graph that it would queue`() throws {
        let recipe = try Self.recipe(Self.sampling())
        let pass = try recipe.onlyPass()
        #expect(pass.seed?.int == 5 && pass.steps?.int == 20 && pass.sampler == "euler")
        #expect(pass.positive == "a cube" && pass.width?.int == 512 && pass.height?.int == 768)
        #expect(recipe.models.map(\.reference.name) == ["ink.safetensors", "base.safetensors"])
        #expect(recipe.models.map(\.reference.folder) == ["loras", "checkpoints"])
        #expect(recipe.models[0].reference.strength?.double == 0.5)
        #expect(recipe.findings.map(\.code).contains(.canvasOnly))
    }

    @Test(arguments: [#"5, "randomize""#, #"5, "increment""#, #"5, "fixed""#])
    func `in an output holds the seed that was used`(seed: String) throws {
        #expect(try Self.recipe(Self.sampling(seed: seed)).onlyPass().seed?.int == 5)
    }

    @Test(arguments: [#"5, "randomize""#, #"5, "increment""#, "5"])
    func `that was saved by itself shows the seed of the next image, unless that is fixed`(seed: String) throws {
        let read = { (canvas: String) in
            try #require(try RecipeReader.read(MemorySource(Array(canvas.utf8)), fileName: "flow.json")).recipe
        }
        let recipe = try read(Self.sampling(seed: seed))
        #expect(try recipe.onlyPass().seed == nil)
        #expect(try recipe.onlyPass().steps?.int == 20)
        #expect(recipe.findings.map(\.code).contains(.seedUnknown))
        #expect(try read(Self.sampling()).onlyPass().seed?.int == 5)
    }

    @Test func `passes a bypassed node through, and stops at a muted one`() throws {
        #expect(try Self.recipe(Self.sampling(mode: 4)).models.map(\.reference.name) == ["base.safetensors"])
        #expect(try !Self.recipe(Self.sampling(mode: 2)).models.map(\.reference.name).contains("ink.safetensors"))
    }

    static let subgraph = """
        {"version": 1, "nodes": [
        {"id": 1, "type": "CheckpointLoaderSimple", "widgets_values": ["base.safetensors"]},
        {"id": 2, "type": "uuid-1", "inputs": [{"name": "model", "link": 1}], "outputs": [{"type": "LATENT"}]},
        {"id": 9, "type": "SaveImage", "inputs": [{"name": "images", "link": 2}], "widgets_values": ["x"]}],
        "links": [[1, 1, 0, 2, 0, "MODEL"], [2, 2, 0, 9, 0, "IMAGE"]],
        "definitions": {"subgraphs": [{"id": "uuid-1", "nodes": [
        {"id": 3, "type": "KSampler", "inputs": [{"name": "model", "link": 11}, {"name": "seed", "widget": {"name": "seed"}},
         {"name": "steps", "widget": {"name": "steps"}}], "widgets_values": [7, "fixed", 12, 3, "euler", "normal", 1]},
        {"id": 4, "type": "LoraLoaderModelOnly", "inputs": [{"name": "model", "link": 10}], "widgets_values": ["ink.safetensors", 1]},
        {"id": 5, "type": "uuid-1"}],
        "links": [{"id": 10, "origin_id": -10, "origin_slot": 0, "target_id": 4, "target_slot": 0},
        {"id": 11, "origin_id": 4, "origin_slot": 0, "target_id": 3, "target_slot": 0},
        {"id": 12, "origin_id": 3, "origin_slot": 0, "target_id": -20, "target_slot": 0}]}]}}
        """

    @Test func `is read through its subgraphs, also where one holds itself`() throws {
        let recipe = try Self.recipe(Self.subgraph)
        #expect(try recipe.onlyPass().node == "2:3")
        #expect(try recipe.onlyPass().seed?.int == 7)
        #expect(recipe.models.map(\.reference.name) == ["ink.safetensors", "base.safetensors"])
        #expect(recipe.models.map(\.reference.node) == ["2:4", "1"])
    }

    @Test func `names the widgets of nodes that it does not know by their inputs`() throws {
        let node = """
            , {"id": 20, "type": "Unheard", "inputs": [{"name": "lora_name", "widget": {"name": "lora_name"}},
            {"name": "seed", "widget": {"name": "seed"}}], "widgets_values": ["b.safetensors", 9, "fixed"]},
            {"id": 21, "type": "SaveImage", "inputs": [{"name": "images", "link": 20}], "widgets_values": ["y"]}
            """
        let recipe = try Self.recipe(Self.sampling(also: node, links: #", [20, 20, 0, 21, 0, "IMAGE"]"#))
        #expect(recipe.models.contains { $0.reference.name == "b.safetensors" && $0.reference.folder == "loras" })
    }

    @Test func `gives values that only it has: primitives, reroutes, and nodes that set and get`() throws {
        let canvas = """
            {"nodes": [
            {"id": 1, "type": "PrimitiveNode", "widgets_values": [99, "fixed"]},
            {"id": 2, "type": "CheckpointLoaderSimple", "widgets_values": ["base.safetensors"]},
            {"id": 3, "type": "SetNode", "inputs": [{"name": "MODEL", "link": 2}], "widgets_values": ["m"]},
            {"id": 4, "type": "GetNode", "widgets_values": ["m"]},
            {"id": 5, "type": "Reroute", "inputs": [{"name": "", "link": 3}]},
            {"id": 6, "type": "KSampler", "inputs": [{"name": "seed", "link": 1, "widget": {"name": "seed"}}, {"name": "model", "link": 4}],
             "widgets_values": [1, "randomize", 20, 7.5, "euler", "normal", 1.0]},
            {"id": 7, "type": "SaveImage", "inputs": [{"name": "images", "link": 5}]}],
            "links": [[1, 1, 0, 6, 0, "INT"], [2, 2, 0, 3, 0, "MODEL"], [3, 4, 0, 5, 0, "MODEL"], [4, 5, 0, 6, 1, "MODEL"],
            [5, 6, 0, 7, 0, "IMAGE"]]}
            """
        let recipe = try Self.recipe(canvas)
        #expect(try recipe.onlyPass().seed?.int == 99)
        #expect(recipe.models.map(\.reference.name) == ["base.safetensors"])
    }

    @Test(arguments: [
        #"{"nodes": []}"#, #"{"nodes": 7}"#, "[]", #"{"nodes": [{"id": 1, "type": "Note"}]}"#,
        #"{"nodes": [null, 7, {"id": {}}]}"#,
    ])
    func `that holds no nodes gives no recipe`(canvas: String) throws {
        #expect(try Self.recipe(canvas).generator.dialect == nil)
    }

    @Test func `beside the graph adds the hashes and addresses of models`() throws {
        let canvas = """
            {"nodes": [], "definitions": {"subgraphs": [{"id": "u", "nodes": [{"id": 1, "type": "x", "properties": {"models": [
            {"name": "base.safetensors", "url": "https://example.invalid/base", "directory": "checkpoints", "hash": "\(String(repeating: "a1", count: 32))", "hash_type": "SHA256"},
            {"name": "base.safetensors2", "url": "u", "directory": "vae"}]}}]}]}}
            """
        let image = PNGBuilder.png(
            PNGBuilder.tEXt("prompt", Graphs.sampling()), PNGBuilder.tEXt("workflow", canvas), PNGBuilder.pixels)
        let reading = try #require(try RecipeReader.read(MemorySource(image), fileName: nil))
        let reference = try #require(reading.recipe.models.first).reference
        #expect(reference.recorded.map(\.value) == [String(repeating: "a1", count: 32)])
        #expect(reference.url == "https://example.invalid/base")
    }
}
