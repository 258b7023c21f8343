import Recipe
import Testing

@Suite struct `Only what an image was made from` {
    static func loader(_ id: String, _ name: String) -> String {
        Graphs.node(id, "CheckpointLoaderSimple", #""ckpt_name": "\#(name)""#)
    }
    static func save(_ id: String, _ from: String, prefix: String) -> String {
        Graphs.node(id, "SaveImage", #""filename_prefix": "\#(prefix)", "images": ["\#(from)", 0]"#)
    }
    static func models(_ nodes: [String], fileName: String? = nil) throws -> [String] {
        try Graphs.recipe(Graphs.graph(nodes), fileName: fileName).models.map(\.reference.name).sorted()
    }

    static let two = [
        loader("1", "a.safetensors"), loader("2", "b.safetensors"), save("3", "1", prefix: "portrait"),
        save("4", "2", prefix: "sub/landscape"),
    ]

    @Test func `counts, and a stray loader does not`() throws {
        let stray = [Self.loader("20", "stray.safetensors"), Graphs.node("21", "LoadImage", #""image": "stray.png""#)]
        let recipe = try Graphs.recipe(Graphs.sampling(also: stray))
        #expect(recipe.models.map(\.reference.name) == ["base.safetensors"])
        #expect(recipe.inputs.isEmpty)
    }

    @Test func `counts, and a sampler that leads nowhere does not`() throws {
        let stray = Graphs.node("20", "KSampler", #""model": ["4", 0], "seed": 7, "sampler_name": "dpm_adaptive""#)
        let recipe = try Graphs.recipe(Graphs.sampling(also: [stray]))
        #expect(recipe.passes.map(\.node) == ["3"])
        #expect(recipe.findings.isEmpty)
    }

    @Test(arguments: [
        ("portrait_00001_.png", ["a.safetensors"]), ("landscape_00001_.png", ["b.safetensors"]),
        ("renamed.png", ["a.safetensors", "b.safetensors"]),
    ])
    func `is told by the file's name where two nodes save`(fileName: String, models: [String]) throws {
        #expect(try Self.models(Self.two, fileName: fileName) == models)
    }

    @Test func `is everything that was saved where the name is not known`() throws {
        #expect(try Self.models(Self.two) == ["a.safetensors", "b.safetensors"])
    }

    @Test(arguments: [
        ("%date%", "2026-11_00001_.png"), ("portrait%year%", "portrait2026_00001_.png"),
        (#"2026\\%month%\\portrait"#, "portrait_00001_.png"),
    ])
    func `is told by the fixed part of a prefix`(prefix: String, fileName: String) throws {
        let nodes = [
            Self.loader("1", "a.pt"), Self.loader("2", "b.pt"), Self.save("3", "1", prefix: prefix),
            Self.save("4", "2", prefix: "other"),
        ]
        let expected = prefix == "%date%" ? ["a.pt", "b.pt"] : ["a.pt"]
        #expect(try Self.models(nodes, fileName: fileName) == expected)
    }

    @Test func `is not told by a prefix that another one begins with`() throws {
        let nodes = [
            Self.loader("1", "a.pt"), Self.loader("2", "b.pt"), Self.save("3", "1", prefix: "lat"),
            Self.save("4", "2", prefix: "latent"),
        ]
        #expect(try Self.models(nodes, fileName: "latent_00001_.png") == ["b.pt"])
    }

    @Test(arguments: [
        "SaveImage", "PreviewImage", "SaveAnimatedPNG", "SaveImageWebsocket", "Image Save", "Image Saver",
        "WAS_Image_Save", "VHS_VideoCombine",
    ])
    func `is found from a node that saves or shows`(classType: String) throws {
        let nodes = [
            Self.loader("1", "a.pt"), Self.loader("2", "b.pt"), Graphs.node("3", classType, #""images": ["1", 0]"#),
        ]
        #expect(try Self.models(nodes) == ["a.pt"])
    }

    @Test func `is found from the nodes that feed nobody where none is known to save`() throws {
        let nodes = [
            Self.loader("1", "a.pt"), Self.loader("2", "b.pt"), Graphs.node("3", "Keep", #""images": ["1", 0]"#),
        ]
        let recipe = try Graphs.recipe(Graphs.graph(nodes))
        #expect(recipe.models.map(\.reference.name).sorted() == ["a.pt", "b.pt"])
    }

    @Test func `is found where node ids lead into subgraphs`() throws {
        let nodes = [Self.loader("12:3", "a.pt"), Self.save("12:4:5", "12:3", prefix: "x")]
        #expect(try Self.models(nodes) == ["a.pt"])
    }

    @Test func `is found through a link that writes its id as a number`() throws {
        let nodes = [Self.loader("1", "a.pt"), Graphs.node("2", "SaveImage", #""images": [1, 0]"#)]
        #expect(try Self.models(nodes) == ["a.pt"])
    }

    @Test func `is found in a graph that runs in a circle`() throws {
        let nodes = [
            Graphs.node("1", "LoraLoader", #""lora_name": "a.pt", "model": ["2", 0]"#),
            Graphs.node("2", "LoraLoader", #""lora_name": "b.pt", "model": ["1", 0]"#),
            Self.save("3", "1", prefix: "x"),
        ]
        #expect(try Self.models(nodes) == ["a.pt", "b.pt"])
    }
}
