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
        #expect(
            recipe.findings.map(\.message).contains(
                "the subgraph '' contains itself; what it is made of within itself was not read"))
        #expect(try recipe.onlyPass().node == "2:3")
        #expect(try recipe.onlyPass().seed?.int == 7)
        #expect(recipe.models.map(\.reference.name) == ["ink.safetensors", "base.safetensors"])
        #expect(recipe.models.map(\.reference.node) == ["2:4", "1"])
    }

    /// A loader, an instance of the first of these subgraphs, and what saves its output.
    private static func nested(_ subgraphs: [String]) -> String {
        """
        {"nodes": [
        {"id": 1, "type": "CheckpointLoaderSimple", "widgets_values": ["base.safetensors"]},
        {"id": 2, "type": "u0", "inputs": [{"name": "model", "link": 1}], "outputs": [{"type": "LATENT"}]},
        {"id": 9, "type": "SaveImage", "inputs": [{"name": "images", "link": 2}], "widgets_values": ["x"]}],
        "links": [[1, 1, 0, 2, 0, "MODEL"], [2, 2, 0, 9, 0, "IMAGE"]],
        "definitions": {"subgraphs": [\(subgraphs.joined(separator: ",\n"))]}}
        """
    }

    /// A subgraph that passes its model through a LoRA to the instances, and gives the output of the last one.
    private static func subgraph(_ number: Int, lora: Int? = nil, instances: [String]) -> String {
        let source = lora == nil ? -10 : 4
        let loader = lora.map {
            #"{"id": 4, "type": "LoraLoaderModelOnly", "inputs": [{"name": "model", "link": 1}], "widgets_values": ["\#($0).safetensors", 1]},"#
        }
        let inner = instances.enumerated().map { place, type in
            #"{"id": \#(place + 5), "type": "\#(type)", "inputs": [{"name": "model", "link": \#(place + 5)}]}"#
        }
        let links = instances.indices.map { place in
            #"{"id": \#(place + 5), "origin_id": \#(source), "origin_slot": 0, "target_id": \#(place + 5), "target_slot": 0}"#
        }
        return """
            {"id": "u\(number)", "name": "part \(number)", "nodes": [\(loader ?? "")\(inner.joined(separator: ","))],
            "links": [{"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 4, "target_slot": 0},
            \(links.joined(separator: ",")),
            {"id": 2, "origin_id": \(4 + instances.count), "origin_slot": 0, "target_id": -20, "target_slot": 0}]}
            """
    }

    private static func sampler(_ number: Int) -> String {
        """
        {"id": "u\(number)", "nodes": [
        {"id": 3, "type": "KSampler", "inputs": [{"name": "model", "link": 1}], "widgets_values": [7, "fixed", 12, 3, "euler", "normal", 1]}],
        "links": [{"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 3, "target_slot": 0},
        {"id": 2, "origin_id": 3, "origin_slot": 0, "target_id": -20, "target_slot": 0}]}
        """
    }

    @Test(arguments: [1, 16, 17, 200]) func `is read through subgraphs at any depth`(depth: Int) throws {
        let parts = (0..<depth).map { Self.subgraph($0, lora: $0, instances: ["u\($0 + 1)"]) }
        let recipe = try Self.recipe(Self.nested(parts + [Self.sampler(depth)]))
        #expect(try recipe.onlyPass().seed?.int == 7)
        #expect(recipe.models.count == depth + 1 && recipe.models.last?.reference.name == "base.safetensors")
        #expect(recipe.findings.map(\.code) == [.canvasOnly])
    }

    @Test(arguments: [["u0"], ["u1"]]) func `whose subgraphs contain themselves has no models but those that are there`(
        inner: [String]
    ) throws {
        let parts = [
            Self.subgraph(0, lora: 0, instances: ["u2"] + inner), Self.subgraph(1, lora: 1, instances: ["u0"]),
        ]
        let recipe = try Self.recipe(Self.nested(parts + [Self.sampler(2)]))
        #expect(recipe.models.allSatisfy { $0.reference.node.split(separator: ":").count <= 3 })
        #expect(
            recipe.findings.map(\.message).contains(
                "the subgraph 'part 0' contains itself; what it is made of within itself was not read"))
    }

    @Test func `whose instances multiply a long id is read up to a limit, and says so`() throws {
        let id = String(repeating: "7", count: 100_000)
        let inner = (0..<1000).map { #"{"id": \#($0), "type": "LatentFlip"}"# }
        let recipe = try Self.recipe(
            """
            {"nodes": [{"id": 9, "type": "SaveImage", "widgets_values": ["x"]}, {"id": "\(id)", "type": "u0"}],
            "definitions": {"subgraphs": [{"id": "u0", "nodes": [\(inner.joined(separator: ","))]}]}}
            """)
        #expect(
            recipe.findings.map(\.message).contains(
                "the canvas and its subgraphs have more nodes than are read; the rest was not"))
    }

    @Test func `whose subgraphs multiply without end is read up to a limit, and says so`() throws {
        let parts = (0..<60).map { Self.subgraph($0, lora: $0, instances: ["u\($0 + 1)", "u\($0 + 1)"]) }
        let recipe = try Self.recipe(Self.nested(parts + [Self.sampler(60)]))
        #expect(
            recipe.findings.map(\.message).contains(
                "the canvas and its subgraphs have more nodes than are read; the rest was not"))
    }

    @Test func `gives a value through any number of reroutes, and none in a circle of them`() throws {
        let count = 500
        func reroute(_ id: Int, from link: Int) -> String {
            #"{"id": \#(id), "type": "Reroute", "inputs": [{"name": "", "link": \#(link)}]}"#
        }
        for isCircle in [false, true] {
            let first = isCircle ? 99 + count : 1
            let nodes = (0..<count).map { reroute(100 + $0, from: $0 == 0 ? first : 99 + $0) }
            let links = (0..<count).map { "[\(100 + $0), \(100 + $0), 0, \(101 + $0), 0, \"MODEL\"]" }
            let canvas = """
                {"nodes": [{"id": 1, "type": "CheckpointLoaderSimple", "widgets_values": ["base.safetensors"]},
                \(nodes.joined(separator: ",")),
                {"id": 2, "type": "KSampler", "inputs": [{"name": "model", "link": \(99 + count)}],
                 "widgets_values": [5, "fixed", 20, 7.5, "euler", "normal", 1.0]},
                {"id": 9, "type": "SaveImage", "inputs": [{"name": "images", "link": 2}]}],
                "links": [[1, 1, 0, 100, 0, "MODEL"], [2, 2, 0, 9, 0, "IMAGE"], \(links.joined(separator: ","))]}
                """
            #expect(try Self.recipe(canvas).models.map(\.reference.name) == (isCircle ? [] : ["base.safetensors"]))
        }
    }

    @Test func `that was saved by itself shows a primitive's next seed as unknown`() throws {
        let canvas = """
            {"nodes": [{"id": 1, "type": "PrimitiveNode", "widgets_values": [99, "randomize"]},
            {"id": 6, "type": "KSampler", "inputs": [{"name": "seed", "link": 1, "widget": {"name": "seed"}}],
             "widgets_values": [1, "fixed", 20, 7.5, "euler", "normal", 1.0]},
            {"id": 7, "type": "SaveImage", "inputs": [{"name": "images", "link": 2}]}],
            "links": [[1, 1, 0, 6, 0, "INT"], [2, 6, 0, 7, 0, "IMAGE"]]}
            """
        #expect(try Self.recipe(canvas).onlyPass().seed?.int == 99)
        let alone = try RecipeReader.read(MemorySource(Array(canvas.utf8)), fileName: "flow.json")?.recipe
        #expect(try alone?.onlyPass().seed == nil)
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
