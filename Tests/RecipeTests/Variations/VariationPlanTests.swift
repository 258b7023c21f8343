import Recipe
import Support
import Testing

@Suite struct `A variation` {
    private let json: JSON
    private let graph: ComfyGraph

    init() throws {
        json = try JSONParser.parse(Array(SmallImage.graph(lora: "ink.safetensors", seed: .max).utf8))
        graph = try #require(ComfyGraph(json))
    }

    private func values(_ setting: String) throws -> [String] {
        try VariationAxis(setting, in: graph).values.map {
            ($0.value.string ?? $0.value.compact()) + ($0.version.map { "@\($0)" } ?? "")
        }
    }

    @Test(arguments: [
        ("3.seed=1..4", ["1", "2", "3", "4"]), ("seed=4..1..2", ["4", "2"]), ("cfg=4,6.5", ["4", "6.5"]),
        ("cfg=0.1..0.5..0.1", ["0.1", "0.2", "0.3", "0.4", "0.5"]), ("KSampler.steps=10", ["10"]),
        ("denoise=1..0.9..0.05", ["1.00", "0.95", "0.90"]),
        ("seed=18446744073709551615", ["18446744073709551615"]),
        ("sampler_name=euler,dpmpp_2m", ["euler", "dpmpp_2m"]),
        (#"6.text=["a, b","c"]"#, ["a, b", "c"]), ("lora_name=other.safetensors@v2", ["other.safetensors@2"]),
        ("6.text=mail@v2", ["mail@v2"]),
    ])
    func `takes lists, ranges, texts and versions of models`(_ setting: String, _ expected: [String]) throws {
        #expect(try values(setting) == expected)
    }

    @Test(arguments: [
        ("seed", "is not a PATH=VALUES"), ("nothing=1", "no node has an input 'nothing'"),
        ("text=a", "'text' is ambiguous; say which: 6.text (CLIPTextEncode), 7.text (CLIPTextEncode)"),
        ("3.nothing=1", "node 3 has no input 'nothing'; it has model, seed"),
        ("99.seed=1", "the graph has no node '99'"),
        ("3.model=x", "is the output of another node"), ("seed=x", "'x' is not a number"),
        ("seed=-1", "'-1' is not a seed"),
        ("seed=1.5", "'1.5' is not a seed"), ("seed=1..99999", "more than 10000 values"),
        ("seed=0..9223372036854775807", "more than 10000 values"),
        ("cfg=-1..9223372036854775807", "more than 10000 values"),
        ("cfg=9223372036854775807..-9223372036854775808", "more than 10000 values"),
        ("cfg=-922337203685477580.8..0.5..0.1", "more than 10000 values"),
        ("cfg=1..9223372036854775807..0.1", "too many digits"),
        ("cfg=1..2..0", "must be more than 0"),
    ])
    func `says what is wrong with a setting`(_ setting: String, _ words: String) throws {
        let error = #expect(throws: VariationError.self) { try VariationAxis(setting, in: graph) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func `changes one parameter at a time, the rest stays as it was written`() throws {
        let axes = try ["seed=1,2", "cfg=6"].map { try VariationAxis($0, in: graph) }
        let runs = try VariationPlan(json, axes, asGrid: false).runs
        #expect(runs.map(\.label) == ["seed=1", "seed=2", "cfg=6"])
        #expect(runs[2].graph["3"]?["inputs"]?["seed"]?.number?.literal == "18446744073709551615")
        #expect(runs[0].graph["3"]?["inputs"]?["cfg"]?.number?.literal == "4.0")
        #expect(runs[2].changes.map(\.new) == [6])
    }

    @Test func `makes every combination of a grid, the last setting first`() throws {
        let axes = try ["seed=1,2", "cfg=4,6"].map { try VariationAxis($0, in: graph) }
        #expect(
            try VariationPlan(json, axes, asGrid: true).runs.map(\.label)
                == ["seed=1 cfg=4", "seed=1 cfg=6", "seed=2 cfg=4", "seed=2 cfg=6"])
    }

    @Test func `refuses an input that is set twice, and a grid that nobody wants`() throws {
        let twice = try ["seed=1", "3.seed=2"].map { try VariationAxis($0, in: graph) }
        #expect(throws: VariationError.self) { try VariationPlan(json, twice, asGrid: false) }
        let large = try ["seed=1..5000", "steps=1..5000"].map { try VariationAxis($0, in: graph) }
        #expect(throws: VariationError.self) { try VariationPlan(json, large, asGrid: true) }
    }

    @Test func `is written into a snapshot and read back`() throws {
        let variation = Variation(
            base: SHA256.digest(of: [1]), changes: [.init(node: "3", input: "seed", old: 1, new: .integer(UInt64.max))])
        #expect(Variation(variation.json) == variation)
        #expect(Variation(JSON.null) == nil)
    }
}

@Suite struct `A graph that runs again` {
    @Test func `saves under a directory of its own, unless a node computes the name`() throws {
        var edit = GraphEdit(
            try JSONParser.parse(
                Array(#"{"9":{"inputs":{"filename_prefix":"day/a"}},"8":{"inputs":{"filename_prefix":["7",0]}}}"#.utf8))
        )
        edit.save(under: "reprofs/x")
        #expect(edit.graph["9"]?["inputs"]?["filename_prefix"] == "reprofs/x/day/a")
        #expect(edit.graph["8"]?["inputs"]?["filename_prefix"]?.array != nil)
    }

    @Test func `loses what the server wrote into it, and nothing else`() throws {
        let text = #"{"9":{"inputs":{"seed":18446744073709551615,"x":NaN},"is_changed":["a"],"class_type":"A"}}"#
        var edit = GraphEdit(try JSONParser.parse(Array(text.utf8)))
        edit.removeMarks()
        #expect(
            edit.graph.python()
                == #"{"9": {"inputs": {"seed": 18446744073709551615, "x": NaN}, "class_type": "A"}}"#)
    }
}
