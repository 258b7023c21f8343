import Recipe
import Testing

@Suite struct `What a graph says around its loaders` {
    @Test func `lists a model that a primitive carries once, by its loader`() throws {
        let nodes = [
            Graphs.node("1", "PrimitiveString", #""value": "a.safetensors""#),
            Graphs.node("2", "CheckpointLoaderSimple", #""ckpt_name": ["1", 0]"#),
            Graphs.node("3", "SaveImage", #""images": ["2", 0]"#),
        ]
        let models = try Graphs.recipe(Graphs.graph(nodes)).models
        #expect(models.map(\.reference.folder) == ["checkpoints"])
    }

    @Test(arguments: [#""on": false"#, #""active": false"#])
    func `leaves out what is switched off`(off: String) throws {
        let inputs = #""lora_1": {"lora": "a.safetensors", \#(off)}, "lora_2": {"lora": "b.safetensors", "on": true}"#
        let nodes = [
            Graphs.node("1", "Power Lora Loader (rgthree)", inputs),
            Graphs.node("3", "SaveImage", #""images": ["1", 0]"#),
        ]
        #expect(try Graphs.recipe(Graphs.graph(nodes)).models.map(\.reference.name) == ["b.safetensors"])
    }
}
