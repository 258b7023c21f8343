import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// Nodes of packs whose inputs the graph does not show, or that may not repeat, in the stand-in for ComfyUI.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `A node of a pack` {
    let line: CommandLineFixture
    let base: FilePath

    init() throws {
        line = try CommandLineFixture()
        base = line.directory.appending("comfy")
        try #require(try line.run("init").status == 0)
        try line.directory.write(SmallModel.bytes(seed: 1), to: "models/checkpoints/model.safetensors")
        try line.directory.write(SmallModel.bytes(seed: 2), to: "models/loras/hidden.safetensors")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        try line.mount()
    }

    /// The recipe of a picture that was made with a pack's text node whose method has this body.
    private func recipes(
        _ body: String, before: String = "", members: String = "", runs: UInt64 = 1, text: String? = nil,
        after: (StandIn) async throws -> Void = { _ in }
    ) async throws -> [JSON] {
        let indented = body.split(separator: "\n").map { "        " + $0 }.joined(separator: "\n")
        let code = """
            import os
            import random
            import threading
            import time

            LORAS = os.environ.get("LORAS", "")
            \(before)

            class PackText:
                FUNCTION, RETURN_TYPES = "go", ("CONDITIONING",)
                \(members)

                @classmethod
                def INPUT_TYPES(cls):
                    return {"required": {"text": ["STRING"]}}

                def go(self, text, **others):
            \(indented)


            NODE_CLASS_MAPPINGS = {"PackText": PackText}
            """
        try line.directory.write(Array(code.utf8), to: "comfy/custom_nodes/pack/__init__.py")
        let standIn = try await StandIn(
            line, models: line.file("active/models"), pack: true,
            environment: ["LORAS": line.file("active/models/loras")], base: base)
        var found: [JSON] = []
        do {
            for seed in 1...runs {
                var graph = SmallImage.graph(seed: seed).replacing("CLIPTextEncode", with: "PackText")
                if let text { graph = graph.replacing("a red cube", with: text).replacing("blurry", with: text) }
                let image = try #require(try await standIn.run(graph).first)
                try await eventually { try line.run("recipe", image.string, "--json").status == 0 }
                found.append(try #require(try line.run("recipe", image.string, "--json").json))
            }
            try await after(standIn)
        } catch {
            await standIn.stop()
            throw error
        }
        await standIn.stop()
        return found
    }

    private func reasons(_ recipe: JSON) -> [String] {
        (recipe["grade"]?["reasons"]?.array ?? []).map { "\($0["code"]?.string ?? ""): \($0["message"]?.string ?? "")" }
    }

    private func unnamed(_ recipe: JSON) -> [JSON] {
        (recipe["models"]?.array ?? []).filter { $0["role"] == "unnamed" }
    }

    private static let reads =
        #"with os.fdopen(os.open(os.path.join(LORAS, "hidden.safetensors"), os.O_RDONLY), "rb") as file:"#

    @Test func `that opens a model by itself has it pinned, also where a thread that it starts opens it`() async throws
    {
        let body = """
            def look():
                \(Self.reads)
                    file.read()
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()
            return (text,)
            """
        let recipe = try #require(try await recipes(body).first)
        let model = try #require(unnamed(recipe).first)
        #expect(
            model["name"] == "hidden.safetensors" && model["evidence"] == "observed", "\(recipe["models"] ?? .null)")
        #expect(model["node"] == "6" || model["node"] == "7")
        let id = try #require(recipe["snapshot"]?.string).prefix(12)
        #expect(try line.read("by-snapshot/\(id)/models/loras/hidden.safetensors") == SmallModel.bytes(seed: 2))
    }

    @Test func `gains nothing from what another thread of the process reads meanwhile`() async throws {
        let before = """
            def hash_all():
                while True:
                    with open(os.path.join(LORAS, "hidden.safetensors"), "rb") as file:
                        file.read()
                    time.sleep(0.002)

            threading.Thread(target=hash_all, daemon=True).start()
            """
        let recipe = try #require(try await recipes("time.sleep(0.1)\nreturn (text,)", before: before).first)
        #expect(unnamed(recipe).isEmpty)
    }

    @Test func `that keeps a model from an earlier run is said to have kept it`() async throws {
        let body = """
            if not hasattr(self, "kept"):
                \(Self.reads)
                    setattr(self, "kept", file.read())
            return (text,)
            """
        let found = try await recipes(body, runs: 2)
        #expect(found.map { unnamed($0).first?["evidence"] } == ["observed", "inferred"])
        #expect(reasons(found[1]).contains { $0.hasPrefix("model.kept") })
    }

    /// > If the code of a node pack's class may give other results when it runs again, a reason names the class, what it uses and the line;
    /// > an import alone does not count. Code that was not read, or cannot be read, is a reason itself.
    @Test func `whose code draws by chance is not full, and the line is told`() async throws {
        let found = reasons(try #require(try await recipes("return (text + str(random.random()),)").first))
        #expect(
            found == [
                "node.unrepeatable: the code of PackText draws without a seed: random.random, line 18 of __init__.py"
            ])
    }

    @Test func `whose code repeats is full, whatever it imports`() async throws {
        let found = try await recipes("random.seed(text)\nreturn (text + str(random.random()),)")
        #expect(found.first?["grade"]?["grade"] == "full", "\(reasons(found[0]))")
    }

    @Test func `that reads a file by the path in its widget is full, and made again from the pinned file`() async throws
    {
        let file = try line.directory.write(Array("red".utf8), to: "words/colours.txt")
        let body = "with open(text) as file:\n    return (file.read(),)"
        var verdict = ""
        let found = try await recipes(body, text: file.string) { standIn in
            try self.line.directory.write(Array("blue".utf8), to: "words/colours.txt")
            let image = try #require(try self.line.run("list", "snapshots").output.split(separator: " ").first)
            let outcome = try self.line.run("reproduce", String(image), "--server", standIn.address)
            verdict = outcome.output + outcome.complaint
        }
        #expect(found[0]["grade"]?["grade"] == "full", "\(reasons(found[0]))")
        #expect(found[0]["inputs"]?.array?.map { $0["name"]?.string } == [file.string, file.string])
        #expect(verdict.contains("verified"), "\(verdict)")
    }

    @Test func `that reads a file of its own pack is full, for the file is pinned with the code`() async throws {
        try line.directory.write(Array("red".utf8), to: "comfy/custom_nodes/pack/words/colour.txt")
        let before = "HERE = os.path.dirname(os.path.abspath(__file__))"
        let read = #"with open(os.path.join(HERE, "words", "colour.txt")) as file:"#
        let body = #"""
            names = sorted(os.listdir(os.path.join(HERE, "words")))
            \#(read)
                return (text + file.read() + str(names),)
            """#
        let recipe = try #require(try await recipes(body, before: before).first)
        #expect(recipe["grade"]?["grade"] == "full", "\(reasons(recipe))")
        let id = try #require(recipe["snapshot"]?.string).prefix(12)
        #expect(
            try line.read("by-snapshot/\(id)/custom_nodes/pack/words/colour.txt") == Array("red".utf8))
    }

    @Test(arguments: [
        (
            #"return (text + open(os.path.join(HERE, "none.txt")).read() if text == "" else text,)"#,
            "no file that is pinned"
        ),
        (#"return (str(os.listdir(os.path.join(HERE, "words"))),)"#, "an order that no copy has"),
        (#"return (str(sorted(os.listdir(os.path.dirname(HERE)))),)"#, "what lies outside the pack"),
        (#"return (READ,)"#, "what was read before the run"),
    ])
    func `is not full where what it reads of its pack is not pinned as it was`(_ body: String, _ why: String)
        async throws
    {
        try line.directory.write(Array("red".utf8), to: "comfy/custom_nodes/pack/words/colour.txt")
        let before = """
            HERE = os.path.dirname(os.path.abspath(__file__))
            READ = open(os.path.join(HERE, "words", "colour.txt")).read()
            """
        let found = reasons(try #require(try await recipes(body, before: before).first))
        #expect(found.contains { $0.hasPrefix("node.unrepeatable") }, "\(why): \(found)")
    }

    @Test func `that says it is never the same is not full`() async throws {
        let members = #"IS_CHANGED = classmethod(lambda cls, **inputs: float("nan"))"#
        let found = reasons(try #require(try await recipes("return (text,)", members: members).first))
        #expect(
            found.contains { $0.hasPrefix("node.changes: node 6 (PackText) says that it is never the same") },
            "\(found)")
    }
}
