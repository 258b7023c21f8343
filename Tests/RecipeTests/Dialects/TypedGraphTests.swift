import Recipe
import Testing

/// Graphs of classes that nobody listed: what is read of them comes from types, names and the graph itself.
@Suite struct `A graph of unknown classes` {
    static func pass(_ nodes: [String]) throws -> Recipe.Pass { try Graphs.recipe(Graphs.graph(nodes)).onlyPass() }

    static let encoders = [
        Graphs.node("4", "CheckpointLoaderSimple", #""ckpt_name": "base.safetensors""#),
        Graphs.node("6", "CLIPTextEncode", #""text": "a fox", "clip": ["4", 1]"#),
        Graphs.node("7", "CLIPTextEncode", #""text": "blurry", "clip": ["4", 1]"#),
    ]

    @Test func `has passes where a node takes a model and gives latents, whatever they are called`() throws {
        let pass = try Self.pass([
            Graphs.node("1", "XModelLoader", #""model": "x.safetensors""#),
            Graphs.node(
                "2", "XTextEncode", #""positive_prompt": "a fox", "negative_prompt": "blurry", "t5": ["1", 0]"#),
            Graphs.node(
                "3", "XSampler",
                #""model": ["1", 0], "text_embeds": ["2", 0], "seed": 7, "steps": 30, "cfg": 6.0, "scheduler": "unipc""#
            ),
            Graphs.node("8", "XDecode", #""samples": ["3", 0]"#),
            Graphs.node("9", "SaveImage", #""images": ["8", 0]"#),
        ])
        #expect(pass.node == "3" && pass.seed?.int == 7 && pass.steps?.int == 30 && pass.scheduler == "unipc")
        #expect(pass.positive == "a fox" && pass.negative == "blurry")
    }

    @Test func `has none where a node only holds parameters or saves`() throws {
        let recipe = try Graphs.recipe(
            Graphs.sampling(
                Graphs.kSampler(["seed": #"["20", 0]"#, "steps": #"["20", 1]"#, "sampler_name": #"["20", 2]"#]),
                also: [Graphs.node("20", "XParameters", #""seed": 8, "steps": 12, "sampler": "heun", "model": "a""#)]))
        let pass = try recipe.onlyPass()
        #expect(pass.seed?.int == 8 && pass.steps?.int == 12 && pass.sampler == "heun")
    }

    @Test func `gives words through pipes under the name of their sign`() throws {
        let pass = try Self.pass(
            Self.encoders + [
                Graphs.node("20", "XToPipe", #""model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0]"#),
                Graphs.node("21", "XFromPipe", #""basic_pipe": ["20", 0]"#),
                Graphs.kSampler(["model": #"["21", 0]"#, "positive": #"["21", 3]"#, "negative": #"["21", 4]"#]),
                Graphs.node("5", "EmptyLatentImage", #""width": 512, "height": 768, "batch_size": 1"#),
                Graphs.node("9", "SaveImage", #""images": ["3", 0]"#),
            ])
        #expect(pass.positive == "a fox" && pass.negative == "blurry" && pass.width?.int == 512)
    }

    @Test(arguments: ["Text", "prompt", "string", "positive", "value"])
    func `gives the words of a box that holds nothing else`(input: String) throws {
        let graph = Graphs.sampling(also: [Graphs.node("30", "XBox", #""\#(input)": "a fox""#)])
            .replacing(#""text": "a red cube""#, with: #""text": ["30", 0]"#)
        #expect(try Graphs.recipe(graph).onlyPass().positive == "a fox")
    }

    @Test func `says that words are not known where something else may have been done to them`() throws {
        let graph = Graphs.sampling(also: [Graphs.node("30", "XUpper", #""text": "a fox", "mode": "upper""#)])
            .replacing(#""text": "a red cube""#, with: #""text": ["30", 0]"#)
        #expect(try Graphs.recipe(graph).onlyPass().positive == nil)
        #expect(try Graphs.codes(graph).contains("params.unresolved"))
    }

    @Test func `takes no model from a node that only saves`() throws {
        let graph = Graphs.graph([
            Graphs.node("1", "CheckpointLoaderSimple", #""ckpt_name": "base.safetensors""#),
            Graphs.node("2", "VAEDecode", #""samples": ["1", 0], "vae": ["1", 2]"#),
            Graphs.node("3", "Save Image w/Metadata", #""images": ["2", 0], "modelname": "left.safetensors""#),
        ])
        #expect(try Graphs.recipe(graph).models.map(\.reference.name) == ["base.safetensors"])
    }

    @Test func `was saved by an unknown node rather than by a preview`() throws {
        let graph = Graphs.graph([
            Graphs.node("1", "CheckpointLoaderSimple", #""ckpt_name": "a.safetensors""#),
            Graphs.node("2", "CheckpointLoaderSimple", #""ckpt_name": "b.safetensors""#),
            Graphs.node("3", "PreviewImage", #""images": ["1", 0]"#), Graphs.node("4", "XKeep", #""images": ["2", 0]"#),
        ])
        #expect(try Graphs.recipe(graph).models.map(\.reference.name) == ["b.safetensors"])
    }

    @Test func `is read better with what a run or a file told of its classes`() throws {
        let graph = Graphs.sampling(
            also: [Graphs.node("30", "XEncode", #""mine": "a fox", "clip": ["4", 1]"#)]
        ).replacing(#""positive": ["6", 0]"#, with: #""positive": ["30", 0]"#)
        let read = { (classes: ClassTable) in
            RecipeReader.read(
                prompt: Array(graph.utf8), workflow: nil, parameters: nil, records: nil, fileName: nil, classes: classes
            )
        }
        #expect(read(.builtIn)?.passes.first?.positive == nil)
        for told in [
            #"{"XEncode": {"python_module": "custom_nodes.x", "input": {"required": {"mine": ["STRING", {"multiline": true}], "clip": ["CLIP"]}}, "output": ["CONDITIONING"]}}"#,
            "# reprofs.classes/1, from ComfyUI 9\nXEncode\tpack:x\tmine=STRING!;clip=CLIP\tCONDITIONING=CONDITIONING\n",
        ] {
            let classes = try #require(ClassTable.builtIn.extended(by: Array(told.utf8)))
            #expect(read(classes)?.passes.first?.positive == "a fox")
        }
        #expect(ClassTable.builtIn.extended(by: Array("nonsense".utf8)) == nil)
    }

    @Test func `is read with choices and rows of inputs as ComfyUI tells them`() throws {
        let told =
            #"{"XEncode": {"python_module": "custom_nodes.x", "input": {"required": {"mode": ["COMFY_DYNAMICCOMBO_V3", {"options": [{"key": "on", "inputs": {"required": {"mine": ["STRING", {"multiline": true}]}}}]}], "rows": ["COMFY_AUTOGROW_V3", {"template": {"input": {"required": {"clip": ["CLIP", {}]}}}}]}}, "output": ["CONDITIONING"]}}"#
        let graph = Graphs.sampling(
            also: [Graphs.node("30", "XEncode", #""mode": "on", "mode.mine": "a fox", "rows.clip0": ["4", 1]"#)]
        ).replacing(#""positive": ["6", 0]"#, with: #""positive": ["30", 0]"#)
        let classes = try #require(ClassTable.builtIn.extended(by: Array(told.utf8)))
        let recipe = RecipeReader.read(
            prompt: Array(graph.utf8), workflow: nil, parameters: nil, records: nil, fileName: nil, classes: classes)
        #expect(recipe?.passes.first?.positive == "a fox")
    }
}

@Suite struct `What did not run` {
    static func switching(_ condition: String) -> String {
        Graphs.sampling(
            Graphs.kSampler(["model": #"["20", 0]"#]),
            also: [
                Graphs.node(
                    "20", "ComfySwitchNode", #""switch": \#(condition), "on_false": ["4", 0], "on_true": ["21", 0]"#),
                Graphs.node(
                    "21", "LoraLoaderModelOnly",
                    #""lora_name": "ink.safetensors", "strength_model": 1, "model": ["4", 0]"#),
                Graphs.node("22", "PrimitiveBoolean", #""value": false"#),
            ])
    }

    @Test(arguments: [("false", false), ("true", true), (#"["22", 0]"#, false)])
    func `is behind the other arm of a switch`(condition: String, isThere: Bool) throws {
        let names = try Graphs.recipe(Self.switching(condition)).models.map(\.reference.name)
        #expect(names.contains("ink.safetensors") == isThere && names.contains("base.safetensors"))
    }

    @Test func `is not known where the condition is not`() throws {
        let unknown = Self.switching(##"["23", 0]"##).replacing(
            ##""22": {"class_type": "PrimitiveBoolean", "inputs": {"value": false"##,
            with: ##""23": {"class_type": "XDecide", "inputs": {"a": 1, "b": 2"##)
        #expect(try Graphs.recipe(unknown).models.count == 2)
    }

    @Test(arguments: [#"["20", 0]"#, #"["24", 0]"#])
    func `is not known where the condition comes from the switch itself`(condition: String) throws {
        let circle = Self.switching(condition).replacing(
            ##""22": {"class_type": "PrimitiveBoolean", "inputs": {"value": false"##,
            with:
                ##""24": {"class_type": "ComfySwitchNode", "inputs": {"switch": ["20", 0], "on_false": true, "on_true": false"##
        )
        #expect(try Graphs.recipe(circle).models.count == 2)
    }

    @Test func `is known after a row of switches that decide about each other`() throws {
        // Each follows the one before it three times: followed anew each time, that would take 3^24 steps.
        let row = (1...24).map { number in
            let before = number == 1 ? #"["22", 0]"# : #"["s\#(number - 1)", 0]"#
            return Graphs.node(
                "s\(number)", "ComfySwitchNode",
                #""switch": \#(before), "on_false": \#(before), "on_true": \#(before)"#)
        }
        let graph = String(Self.switching(#"["s24", 0]"#).dropLast()) + ",\n" + row.joined(separator: ",\n") + "}"
        #expect(try Graphs.recipe(graph).models.map(\.reference.name) == ["base.safetensors"])
    }
}

@Suite struct `Words that nodes compute` {
    static func text(_ classType: String, _ inputs: String) throws -> String? {
        let graph = Graphs.sampling(also: [Graphs.node("30", classType, inputs)])
            .replacing(#""text": "a red cube""#, with: #""text": ["30", 0]"#)
        return try Graphs.recipe(graph).onlyPass().positive
    }

    @Test(arguments: [
        ("StringConcatenate", #""string_a": "a", "string_b": "b", "delimiter": ", ""#, "a, b"),
        ("StringReplace", #""string": "a cat, a cat", "find": "cat", "replace": "fox""#, "a fox, a fox"),
        ("StringTrim", #""string": "  a fox ", "mode": "Both""#, "a fox"),
        ("StringTrim", #""string": "  a fox ", "mode": "Right""#, "  a fox"),
        ("StringSubstring", #""string": "a red fox", "start": 2, "end": -4"#, "red"),
        ("CaseConverter", #""string": "A Fox", "mode": "UPPERCASE""#, "A FOX"),
        (
            "JsonExtractString", #""json_string": "{\"k\": {\"n\": 20, \"s\": \"x\"}}", "key": "k""#,
            "{'n': 20, 's': 'x'}"
        ),
        ("CustomCombo", #""choice": "a fox", "index": 0, "option1": "a cat""#, "a fox"),
    ])
    func `from words alone are computed`(classType: String, inputs: String, text: String) throws {
        #expect(try Self.text(classType, inputs) == text)
    }

    @Test(arguments: ["RegexReplace", "TruncateText"])
    func `in a way that is not followed are not called those that went in`(classType: String) throws {
        #expect(try Self.text(classType, #""string": "a fox", "texts": "a fox", "max_length": 3"#) == nil)
    }

    @Test func `have a limit: a few nodes would make any text of one letter`() throws {
        let long = String(repeating: "x", count: 1000)
        let chain = (0..<6).map { index in
            Graphs.node(
                "\(30 + index)", "StringReplace",
                #""string": ["\#(31 + index)", 0], "find": "x", "replace": "\#(long)""#)
        }
        let graph = Graphs.sampling(also: chain + [Graphs.node("36", "PrimitiveString", #""value": "x""#)])
            .replacing(#""text": "a red cube""#, with: #""text": ["30", 0]"#)
        #expect(try Graphs.recipe(graph).onlyPass().positive == nil)
        #expect(try Graphs.codes(graph) == ["params.unresolved"])
    }

    @Test func `with a model are said to be generated`() throws {
        let graph = Graphs.sampling(also: [Graphs.node("30", "TextGenerate", #""prompt": "x", "clip": ["4", 1]"#)])
            .replacing(#""text": "a red cube""#, with: #""text": ["30", 0]"#)
        #expect(try Graphs.codes(graph) == ["text.generated"])
    }
}
