import Recipe
import Testing

@Suite struct `A snapshot's document` {
    static func documents() throws -> [SnapshotDocument] {
        var rich = try Examples.snapshot(
            Examples.recipe(
                models: [
                    Examples.model(),
                    Examples.model("sub/ink.safetensors", folder: "loras", evidence: .assumed, bytes: nil),
                ],
                inputs: [Examples.input(), Examples.input("gone.png", evidence: .missing, bytes: nil)]
            )
        )
        rich.recipe.models[1].reference.strength = .init(literal: "0.80")
        rich.recipe.findings = [Reason(.deviceNoise, "noise\u{202E}"), Reason(.nodeVersion, "pack")]
        rich.workflow = .init(sha256: try Examples.digest(8), size: 0)
        rich.parent = try Examples.digest(6)
        let graphs = [
            Graphs.sampling(),
            Graphs.sampling(Graphs.kSampler(["seed": "18446744073709551615", "cfg": "NaN", "denoise": "1e999"])),
            Graphs.graph([
                Graphs.node("1", "VAELoader", #""vae_name": "taesd""#),
                Graphs.node("2", "SaveImage", #""images": ["1", 0]"#),
            ]),
            Graphs.graph([
                Graphs.node("1", "LoadImage", #""image": "../x [output]""#),
                Graphs.node(
                    "2",
                    "CLIPTextEncode",
                    #""text": "embedding:.. embedding:/a embedding:b embedding:e\u0301""#
                ),
                Graphs.node("3", "Any", #""a": "../x.pt", "b": ["y.pt", "\\z.pt"]"#),
                Graphs.node("4", "DiffusersLoader", #""model_path": "a/b""#),
                Graphs.node("9", "SaveImage", #""a": ["1", 0], "b": ["2", 0], "c": ["3", 0], "d": ["4", 0]"#),
            ]),
        ]
        return [rich] + (try graphs.map { try Examples.snapshot(Graphs.recipe($0)) })
    }

    @Test func `is written the same after it was read`() throws {
        for document in try Self.documents() {
            let read = try SnapshotDocument(JSONParser.parse(document.canonicalBytes))
            #expect(
                String(decoding: read.canonicalBytes, as: UTF8.self)
                    == String(decoding: document.canonicalBytes, as: UTF8.self)
            )
        }
    }

    @Test func `gets the same grade after it was read`() throws {
        for document in try Self.documents() {
            let read = try SnapshotDocument(JSONParser.parse(document.canonicalBytes))
            #expect(Verdict(read.recipe) { _ in .here } == Verdict(document.recipe) { _ in .here })
        }
    }

    @Test func `is the same for the same evidence`() throws {
        #expect(try Self.documents().map(\.canonicalBytes) == Self.documents().map(\.canonicalBytes))
    }

    @Test func `differs wherever the evidence does`() throws {
        let base = try Examples.snapshot(Examples.recipe(models: [Examples.model()]))
        var others = [base, base, base, base, base, base, base]
        others[1].recipe.models[0].evidence = .recorded
        others[2].recipe.models[0].resolution?.sha256 = try Examples.digest(4)
        others[3].recipe.passes[0].seed = .init(literal: "43")
        others[4].parent = try Examples.digest(5)
        others[5].image.time = Timestamp(seconds: 0, nanoseconds: 0)
        others[6].recipe.models[0].reference.strength = .init(literal: "0.5")
        #expect(Set(others.map(\.canonicalBytes)).count == others.count)
    }

    @Test func `has sorted keys, no blanks and no line end`() throws {
        let document = try #require(try Self.documents().first)
        let text = String(decoding: document.canonicalBytes, as: UTF8.self)
        #expect(text.hasPrefix(#"{"environment":null,"features":["CLIPTextEncode","CheckpointLoaderSimple","#))
        #expect(!text.contains("\n"))
        let keys = try JSONParser.parse(document.canonicalBytes).object?.members.map(\.key)
        #expect(keys == keys?.sorted())
    }

    @Test func `says neither its id nor its grade nor when it was made`() throws {
        let json = try #require(try Self.documents().first).json
        let keys = json.object?.members.map(\.key).sorted()
        #expect(
            keys == [
                "environment", "features", "findings", "generator", "image", "inputs", "models", "parameters", "parent",
                "passes",
                "prompt", "records",
                "schema", "variation", "workflow",
            ]
        )
        #expect(json["schema"] == "reprofs.snapshot/1")
        let facts = json["image"]?.object?.members.map(\.key).sorted()
        #expect(facts == ["height", "mediaType", "sha256", "size", "time", "width"])
    }

    @Test func `holds a 64-bit seed exactly`() throws {
        let graph = Graphs.sampling(Graphs.kSampler(["seed": "18446744073709551615"]))
        let document = try Examples.snapshot(Graphs.recipe(graph))
        let read = try SnapshotDocument(JSONParser.parse(document.canonicalBytes))
        #expect(read.recipe.passes.first?.seed?.unsigned == .max)
    }

    @Test(arguments: [
        ("schema", "\"reprofs.snapshot/2\""), ("schema", "null"), ("image", "null"),
        ("image", #"{"sha256": "ab", "size": 1}"#),
        ("passes", "[{}]"), ("models", "[{}]"),
        ("models", #"[{"name": "a", "reference": "a", "node": "1", "input": "b", "evidence": "seen"}]"#),
        ("inputs", "[{}]"), ("findings", #"[{"code": "unheard.of", "message": ""}]"#), ("prompt", "{}"),
        ("workflow", #"{"sha256": 7, "size": 1}"#),
    ])
    func `is refused where a member is of another kind`(member: String, value: String) throws {
        var object = try #require(try Self.documents().first?.json.object)
        object[member] = try JSONParser.parse(value)
        #expect(throws: DocumentError.self) { try SnapshotDocument(.object(object)) }
    }
}
