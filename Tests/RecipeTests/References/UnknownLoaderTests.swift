import Recipe
import Testing

@Suite struct `A node of an unknown class` {
    static func names(_ value: String) throws -> [String] {
        let references = try Graphs.references("SomebodysLoader", #""anything": \#(value)"#)
        for reference in references { #expect(reference.folder == nil && reference.input == "anything") }
        return references.map(\.name)
    }

    @Test(arguments: [
        (#""a.safetensors""#, ["a.safetensors"]), (#""sub/A.GGUF""#, ["sub/A.GGUF"]),
        (#"{"on": true, "file": "a.safetensors", "strength": 1}"#, ["a.safetensors"]),
        (
            #"{"__value__": [{"name": "a.pt"}, {"name": "b.onnx", "more": {"deep": ["c.engine"]}}]}"#,
            ["a.pt", "b.onnx", "c.engine"]
        ),
        (#"["a.ckpt", "b.bin", "c.png"]"#, ["a.ckpt", "b.bin"]), (#"["a.pt", "a.pt"]"#, ["a.pt"]),
    ])
    func `names models wherever a value ends like one`(value: String, names: [String]) throws {
        #expect(try Self.names(value) == names)
    }

    @Test(arguments: [
        #""a.png""#, #""safetensors""#, #"".pt""#, #""None""#, #""Baked VAE""#, "1.5", "null", #"["2", 0]"#,
        #"{"a.pt": 1}"#,
        #""first line\nsecond.pt""#, #""first line\r\nsecond.pt""#, #""\#(String(repeating: "a", count: 2000)).pt""#,
    ])
    func `names nothing else`(value: String) throws {
        #expect(try Self.names(value).isEmpty)
    }

    @Test func `names no model by where it saves`() throws {
        #expect(try Graphs.references("Any", #""filename_prefix": "a.pt""#).isEmpty)
    }

    @Test func `names one by a known input`() throws {
        #expect(try Graphs.references("SomebodysLoader", #""lora_name": "a""#).first?.folder == "loras")
    }

    @Test(arguments: ["../a.pt", "/a.pt", #"C:\\a.pt"#]) func `gives no candidates for a hostile name`(name: String)
        throws
    {
        let references = try Graphs.references("SomebodysLoader", #""anything": ["\#(name)"]"#)
        #expect(references.count == 1)
        #expect(references.first?.candidates == [])
    }
}
