import Recipe
import Testing

@Suite struct `An embedding in a prompt's words` {
    static func names(_ text: String) throws -> [String] {
        let references = try Graphs.references("CLIPTextEncode", #""text": \#(JSON.string(text).compact())"#)
        for reference in references { #expect(reference.folder == "embeddings" && reference.input == "text") }
        return references.map(\.name)
    }

    @Test(arguments: [
        ("embedding:bad", ["bad"]), ("a cube, embedding:bad, red", ["bad"]), ("(embedding:x:1.2)", ["x"]),
        ("((embedding:x))", ["x"]), ("[embedding:x:0.5]", ["x"]), ("embedding:sub/x.pt", ["sub/x.pt"]),
        (#"embedding:sub\x"#, [#"sub\x"#]), ("embedding:a embedding:b", ["a", "b"]),
        ("embedding:a,embedding:b", ["a", "b"]),
        ("one\nembedding:a\ntwo", ["a"]), ("embedding:a embedding:a", ["a"]), ("(embedding:a:1.1) (b:1.2)", ["a"]),
        ("{embedding:a|embedding:b}", ["a", "b"]),
    ])
    func `is found`(text: String, names: [String]) throws {
        #expect(try Self.names(text) == names)
    }

    @Test(arguments: [
        "", "a red cube", "embedding", "embedding:", "embedding: bad", "embeddings of a cube", "(embedding:)",
    ])
    func `is not found where none is`(text: String) throws {
        #expect(try Self.names(text).isEmpty)
    }

    @Test func `is tried as ComfyUI tries it`() throws {
        let reference = try #require(try Graphs.references("CLIPTextEncode", #""text": "embedding:bad""#).first)
        #expect(reference.candidates.map(\.description) == ["bad", "bad.safetensors", "bad.pt", "bad.bin"])
    }

    @Test(arguments: ["../x", "..", ".", "/etc/x", #"a\\..\\..\\x"#]) func `has no candidates for a hostile name`(
        name: String
    ) throws {
        let references = try Graphs.references("CLIPTextEncode", #""text": "embedding:\#(name)""#)
        #expect(references.count == 1)
        #expect(references.first?.candidates == [])
    }

    @Test(arguments: ["text", "text_g", "text_l", "clip_l", "t5xxl", "prompt", "positive_prompt", "negative_prompt"])
    func `is found in every input for words`(input: String) throws {
        #expect(try Graphs.references("Any", #""\#(input)": "embedding:bad""#).map(\.input) == [input])
    }

    @Test func `is found in words that a link brings`() throws {
        let recipe = try Graphs.recipe(
            Graphs.graph([
                Graphs.node("1", "PrimitiveString", #""value": "embedding:bad""#),
                Graphs.node("2", "CLIPTextEncode", #""text": ["1", 0]"#),
                Graphs.node("3", "SaveImage", #""images": ["2", 0]"#),
            ])
        )
        #expect(recipe.models.map(\.reference.name) == ["bad"])
    }
}
