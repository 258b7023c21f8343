import Foundation
import Recipe
import Support
import Testing

@Suite struct `Environments` {
    private let recorded: JSON = [
        "comfyui": ["version": "0.33.0", "commit": "aaa"], "python": "3.11.7", "torch": "2.1",
        "device": ["name": "cpu", "type": "cpu"], "threads": ["OMP_NUM_THREADS": "1"],
        "argv": ["--cpu", "--port", "8188", "--fast", "fp16_accumulation"],
        "nodePacks": [["name": "pack", "commit": "1"]],
    ]

    @Test func `of a run gives the next one all its flags but those of one installation`() {
        let argv: [JSON] = [
            "--port", "8188", "--cpu", "--fast-disk", "--new-in-1", "x", "--output-directory=/o", "--async-offload",
            "2",
        ]
        let environment: JSON = ["argv": .array(argv)]
        #expect(
            EnvironmentComparison.carriedFlags(of: environment) == [
                "--cpu", "--fast-disk", "--new-in-1", "x", "--async-offload", "2",
            ])
        #expect(
            EnvironmentComparison.carriedFlags(of: environment) { $0 != "--new-in-1" } == [
                "--cpu", "--fast-disk", "--async-offload", "2",
            ])
    }

    @Test func `that are the same give no reason`() {
        #expect(EnvironmentComparison.reasons(recorded: recorded, present: recorded).isEmpty)
    }

    @Test(
        arguments: [
            (["comfyui": ["version": "0.34.0"]], "env.version", "ComfyUI was 0.33.0 and is 0.34.0"),
            (["torch": "2.2"], "env.version", "torch was 2.1 and is 2.2"),
            (["device": ["name": "RTX"]], "env.device", "the device was cpu and is RTX"),
            (["threads": ["OMP_NUM_THREADS": "2"]], "env.threads", "OMP_NUM_THREADS was 1 and is 2"),
            (["argv": ["--cpu"]], "env.flags", "were --cpu --fast fp16_accumulation and are --cpu"),
            (["nodePacks": []], "env.nodes", "the node pack pack is not there"),
            (["nodePacks": [["name": "pack", "commit": "2"]]], "env.nodes", "was at 1 and is at 2"),
        ] as [(JSON, String, String)])
    func `that differ are told, each difference as a reason`(_ present: JSON, _ code: String, _ words: String) {
        let reasons = EnvironmentComparison.reasons(recorded: recorded, present: present)
        #expect(reasons.count == 1)
        #expect(reasons.first?.code.rawValue == code && reasons.first?.message.contains(words) == true)
    }

    @Test func `are not other for where files lie or what is not told`() {
        let present: JSON = ["argv": ["--port", "1", "--cpu", "--fast", "fp16_accumulation", "--base-directory", "/x"]]
        #expect(EnvironmentComparison.reasons(recorded: recorded, present: present).isEmpty)
    }

    @Test func `are read from what every server tells`() throws {
        let stats = try JSONParser.parse(
            Array(
                #"{"system":{"comfyui_version":"0.33.0","python_version":"3.11.7 (main)","pytorch_version":"2.1","argv":["main.py","--cpu"]},"devices":[{"name":"cpu","type":"cpu"}]}"#
                    .utf8))
        let environment = EnvironmentComparison.environment(ofSystemStats: stats)
        #expect(environment["python"] == "3.11.7" && environment["comfyui"]?["version"] == "0.33.0")
        #expect(environment["argv"]?.array == ["--cpu"])
    }
}

@Suite struct `Node classes` {
    private let graph: ComfyGraph

    init() throws {
        graph = try Self.graph(
            #"{"3":{"class_type":"Sampler","inputs":{"seed":1,"mode":"a"}},"4":{"class_type":"Old","inputs":{}}}"#)
    }

    private static func graph(_ text: String) throws -> ComfyGraph {
        try #require(ComfyGraph(try JSONParser.parse(Array(text.utf8))))
    }

    private let recorded: JSON = [
        "Sampler": [
            "input": [
                "required": ["seed": ["INT"], "mode": [["a", "b"]]], "optional": ["size": ["INT", ["default": 1]]],
            ]
        ],
        "Old": ["python_module": "custom_nodes.old-pack", "input": ["required": [:]]],
    ]

    private func told(_ sampler: JSON, old: JSON? = ["input": ["required": [:]]]) -> [NodeClasses.Difference] {
        var present = JSON.Object()
        present["Sampler"] = ["input": sampler]
        present["Old"] = old
        return NodeClasses.differences(graph, recorded: recorded, present: .object(present))
    }

    @Test func `that take the same give nothing to tell`() {
        #expect(
            told([
                "required": ["seed": ["INT"], "mode": [["a", "b"]]], "optional": ["size": ["INT", ["default": 1]]],
            ]).isEmpty)
    }

    @Test func `that are absent prevent a run, with the pack that they came from`() {
        let found = told(["required": ["seed": ["INT"], "mode": [["a", "b"]]]], old: nil)
        #expect(found.map(\.prevents) == [true])
        #expect(found[0].message == "the server has no node class 'Old'; it came from the node pack 'old-pack'")
    }

    @Test func `that need more than the recipe has prevent a run`() {
        let found = told(["required": ["seed": ["INT"], "mode": [["a", "b"]], "noise": ["INT"]]])
        #expect(found.contains { $0.prevents && $0.message.contains("now needs the input 'noise'") })
    }

    @Test func `that no longer take a value prevent a run, and say what they take`() {
        let found = told(["required": ["seed": ["INT"], "mode": [["b", "c"]]]])
        #expect(found.contains { $0.prevents && $0.message.contains("no longer takes 'a' for 'mode'; it takes b, c") })
        #expect(found.contains { !$0.prevents && $0.message.contains("lost a and has new c") })
    }

    @Test func `with another default, option or kind are told`() {
        let found = told([
            "required": ["seed": ["FLOAT"], "mode": [["a", "b"]]],
            "optional": ["size": ["INT", ["default": 2]], "new": ["INT"]],
        ])
        #expect(found.allSatisfy { !$0.prevents })
        #expect(
            found.map(\.message) == [
                "'seed' of Sampler was INT and is FLOAT",
                "the default of 'size' of Sampler, which the recipe leaves to it, was 1 and is 2",
                "Sampler has a new input 'new', left at its default",
            ])
    }

    @Test func `are not other for the files in their lists`() throws {
        let graph = try Self.graph(#"{"4":{"class_type":"L","inputs":{"name":"a.safetensors"}}}"#)
        let present: JSON = ["L": ["input": ["required": ["name": [["b.safetensors"]]]]]]
        #expect(NodeClasses.differences(graph, recorded: nil, present: present).isEmpty)
    }
}

@Suite struct `Secrets` {
    @Test func `are values whose input's name says so, wherever they stand`() throws {
        let graph = try JSONParser.parse(
            Array(
                #"{"1":{"class_type":"A","inputs":{"api_key":"abcd1234","max_tokens":"many","text":"say abcd1234"}}}"#
                    .utf8))
        let clean = Redaction.clean(graph, secretsOf: graph)
        #expect(clean["1"]?["inputs"]?["api_key"] == "[redacted]" && clean["1"]?["inputs"]?["max_tokens"] == "many")
        #expect(clean["1"]?["inputs"]?["text"] == "say [redacted]")
        #expect(
            Redaction.clean(["w": ["x", "abcd1234"]] as JSON, secretsOf: graph)["w"]?.array == ["x", "[redacted]"])
    }

    @Test(arguments: [
        ("key sk-abcdefghijklmnop1234 end", "key [redacted] end"), ("hf_abcdefghijklmnopqrst", "[redacted]"),
        ("task-abcdefghijklmnopqrstuvwx", "task-abcdefghijklmnopqrstuvwx"), ("sk-short", "sk-short"),
    ])
    func `are also what looks like a key`(_ text: String, _ expected: String) {
        #expect(Redaction.clean(text) == expected)
    }

    @Test func `are also values of arguments`() {
        #expect(
            Redaction.arguments(["--cpu", "--api-key", "abc", "--auth-token=x", "--port", "8188"])
                == ["--cpu", "--api-key", "[redacted]", "--auth-token=[redacted]", "--port", "8188"])
    }

    @Test(arguments: ["api_key", "API-Key", "auth_token", "hf_token", "password", "client_secret"])
    func `have such names`(_ name: String) { #expect(Redaction.isSecret(name)) }

    @Test(arguments: ["max_tokens", "tokens", "token_count", "tokenizer", "seed", "keyframe", "monkey"])
    func `have no such names`(_ name: String) { #expect(!Redaction.isSecret(name)) }
}
