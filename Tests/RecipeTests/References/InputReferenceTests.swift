import Recipe
import Testing

@Suite struct `A file that a graph reads` {
    static func inputs(_ classType: String, _ inputs: String) throws -> [InputReference] {
        let nodes = [Graphs.node("1", classType, inputs), Graphs.node("2", "SaveImage", #""images": ["1", 0]"#)]
        return try Graphs.recipe(Graphs.graph(nodes)).inputs.map(\.reference)
    }

    @Test(arguments: [
        ("LoadImage", "image", "image"), ("LoadImageOutput", "image", "image"), ("LoadImageMask", "image", "mask"),
        ("LoadAudio", "audio", "audio"), ("LoadVideo", "file", "video"), ("LoadVideo", "video", "video"),
        ("LoadLatent", "latent", "latent"), ("Load3D", "model_file", "model"),
    ])
    func `is of the kind that its loader reads`(classType: String, input: String, kind: String) throws {
        let found = try Self.inputs(classType, #""\#(input)": "sub/in.xyz""#)
        #expect(found.map(\.kind) == [kind])
        #expect(found.first?.name == "sub/in.xyz")
        #expect(found.first?.node == "1")
        #expect(found.first?.path == (try ModelPath("sub/in.xyz")))
    }

    @Test(arguments: [
        ("in.png", "in.png", "input"), ("in.png [input]", "in.png", "input"), ("out.png [output]", "out.png", "output"),
        ("t.png [temp]", "t.png", "temp"), ("clipspace/m.png [input]", "clipspace/m.png", "input"),
        ("a [x].png", "a [x].png", "input"),
    ])
    func `is of the directory that its annotation says`(value: String, name: String, directory: String) throws {
        let found = try #require(try Self.inputs("LoadImage", #""image": "\#(value)""#).first)
        #expect(found.name == name)
        #expect(found.directory == directory)
    }

    @Test(arguments: ["../in.png", "/etc/passwd", #"C:\\in.png"#, "", #"a\u0000"#, "../x [output]"])
    func `has no path for a hostile name`(name: String) throws {
        let found = try Self.inputs("LoadImage", #""image": "\#(name)""#)
        #expect(found.count == 1)
        #expect(found.first?.path == nil)
    }

    @Test func `is not a model, whatever it ends with`() throws {
        let nodes = [
            Graphs.node("1", "Load3D", #""model_file": "a.bin""#),
            Graphs.node("2", "SaveImage", #""images": ["1", 0]"#),
        ]
        let recipe = try Graphs.recipe(Graphs.graph(nodes))
        #expect(recipe.models.isEmpty)
        #expect(recipe.inputs.map(\.reference.name) == ["a.bin"])
    }

    @Test func `is none where an image comes over a link`() throws {
        #expect(try Self.inputs("ImageScale", #""image": "in.png""#).isEmpty)
    }
}
