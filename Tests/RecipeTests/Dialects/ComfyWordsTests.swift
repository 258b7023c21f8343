import Recipe
import Testing

@Suite struct `The words of a pass` {
    static func pass(positive: String = #"["6", 0]"#, negative: String = #"["7", 0]"#, _ also: [String]) throws
        -> Recipe.Pass
    {
        let sampler = Graphs.kSampler(["positive": positive, "negative": negative])
        return try Graphs.recipe(Graphs.sampling(sampler, also: also)).onlyPass()
    }

    @Test func `are told apart by the output of a node that passes both on`() throws {
        let control = Graphs.node(
            "30",
            "ControlNetApplyAdvanced",
            #""positive": ["6", 0], "negative": ["7", 0], "strength": 1.0"#
        )
        let pass = try Self.pass(positive: #"["30", 0]"#, negative: #"["30", 1]"#, [control])
        #expect(pass.positive == "a red cube")
        #expect(pass.negative == "blurry")
    }

    @Test func `are told apart where the outputs are crossed`() throws {
        let control = Graphs.node("30", "ControlNetApplyAdvanced", #""negative": ["7", 0], "positive": ["6", 0]"#)
        let pass = try Self.pass(positive: #"["30", 1]"#, negative: #"["30", 0]"#, [control])
        #expect(pass.positive == "blurry")
        #expect(pass.negative == "a red cube")
    }

    @Test func `are told apart through two such nodes`() throws {
        let nodes = [
            Graphs.node("30", "ControlNetApplyAdvanced", #""positive": ["31", 0], "negative": ["31", 1]"#),
            Graphs.node("31", "ControlNetApplyAdvanced", #""positive": ["6", 0], "negative": ["7", 0]"#),
        ]
        let pass = try Self.pass(positive: #"["30", 0]"#, negative: #"["30", 1]"#, nodes)
        #expect(pass.positive == "a red cube")
        #expect(pass.negative == "blurry")
    }

    @Test(arguments: ["ConditioningCombine", "ConditioningConcat", "ConditioningAverage"])
    func `are those of all that is combined`(classType: String) throws {
        let nodes = [
            Graphs.node("30", classType, #""conditioning_1": ["6", 0], "conditioning_2": ["31", 0]"#),
            Graphs.node("31", "CLIPTextEncode", #""text": "on a table""#),
        ]
        #expect(try Self.pass(positive: #"["30", 0]"#, nodes).positive == "a red cube\non a table")
    }

    @Test func `are those of all that is combined, however many that are`() throws {
        let count = 300
        let nodes = (0..<count).flatMap { number in
            [
                Graphs.node(
                    "c\(number)", "ConditioningCombine",
                    #""conditioning_1": ["c\#(number + 1)", 0], "conditioning_2": ["w\#(number)", 0]"#),
                Graphs.node("w\(number)", "CLIPTextEncode", #""text": "word \#(number)""#),
            ]
        }
        let last = Graphs.node("c\(count)", "CLIPTextEncode", #""text": "the last""#)
        let words = try Self.pass(positive: #"["c0", 0]"#, nodes + [last]).positive?.split(separator: "\n") ?? []
        #expect(words.count == count + 1 && words.contains("word 0") && words.contains("the last"))
    }

    @Test func `are those of both encoders, once where they are the same`() throws {
        let nodes = [
            Graphs.node("30", "CLIPTextEncodeSDXL", #""text_g": "cube", "text_l": "red""#),
            Graphs.node("31", "CLIPTextEncodeSDXL", #""text_g": "blur", "text_l": "blur""#),
        ]
        let pass = try Self.pass(positive: #"["30", 0]"#, negative: #"["31", 0]"#, nodes)
        #expect(pass.positive == "cube\nred")
        #expect(pass.negative == "blur")
    }

    @Test func `are followed to the node that holds them`() throws {
        let nodes = [
            Graphs.node("30", "CLIPTextEncode", #""text": ["31", 0]"#),
            Graphs.node("31", "PrimitiveStringMultiline", #""value": "two\nlines""#),
        ]
        #expect(try Self.pass(positive: #"["30", 0]"#, nodes).positive == "two\nlines")
    }

    @Test func `are none for a conditioning that is zeroed out`() throws {
        let graph = Graphs.sampling(
            Graphs.kSampler(["negative": #"["30", 0]"#]),
            also: [Graphs.node("30", "ConditioningZeroOut", #""conditioning": ["6", 0]"#)]
        )
        #expect(try Graphs.recipe(graph).onlyPass().negative == nil)
        #expect(try Graphs.codes(graph) == [])
    }

    @Test func `may be empty`() throws {
        #expect(
            try Self.pass(negative: #"["30", 0]"#, [Graphs.node("30", "CLIPTextEncode", #""text": """#)]).negative == ""
        )
    }

    @Test func `are unknown where a node computes them`() throws {
        let nodes = [
            Graphs.node("30", "CLIPTextEncode", #""text": ["31", 0]"#),
            Graphs.node("31", "LoadImage", #""image": "in.png""#),
        ]
        let graph = Graphs.sampling(Graphs.kSampler(["positive": #"["30", 0]"#]), also: nodes)
        #expect(try Graphs.recipe(graph).onlyPass().positive == nil)
        #expect(try Graphs.codes(graph) == ["params.unresolved"])
    }

    @Test func `end where conditionings run in a circle`() throws {
        let nodes = [
            Graphs.node("30", "ConditioningCombine", #""conditioning_1": ["31", 0], "conditioning_2": ["6", 0]"#),
            Graphs.node("31", "ConditioningCombine", #""conditioning_1": ["30", 0], "conditioning_2": ["31", 0]"#),
        ]
        #expect(try Self.pass(positive: #"["30", 0]"#, nodes).positive == "a red cube")
    }
}
