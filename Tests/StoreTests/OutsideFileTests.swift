import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// Files that a node of a pack names by a path.
///
/// > If a run was reported, a file that a pack's node names is pinned too, even if the input is not known to be a file: in `input` under
/// > its name in ComfyUI's directory, and in `input/outside` if the node has its whole path, or a path below ComfyUI's directory. It must
/// > not be a model; one from outside must not be hidden and may have 64 MiB; the user who reported the run must be able to read it, and it
/// > must have the bytes that it had while the prompt ran. If it is not pinned, `input.unpinned` says why.
@Suite struct `A file outside` {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    /// The recipe of a reported image whose text node, of this module, has `name` as its text; the file had the bytes `told` then.
    private func recipe(
        _ name: String, told: String? = "red", why: String? = nil, module: String = "custom_nodes.pack",
        in directory: String = "outside", at path: String? = nil,
        by writer: ReportWriter = .own
    ) throws -> (recipe: JSON, row: SnapshotRow) {
        let plain = SmallImage.graph(seed: UInt64.random(in: 1...1_000_000))
        let graph = try #require(ComfyGraph(try JSONParser.parse(plain)))
        var edit = GraphEdit(try JSONParser.parse(plain.replacing("CLIPTextEncode", with: "PackText")))
        for node in graph.list where node.classType == "CLIPTextEncode" {
            edit.set("text", of: node.id, to: .string(name))
        }
        let prompt = edit.graph.compact()
        let image = try fixture.image(prompt)
        var input: JSON.Object = .init([("name", .string(name)), ("path", .string(path ?? name))])
        if let told { input["sha256"] = .string(SHA256.digest(of: Array(told.utf8)).hex) }
        if let why { input["why"] = .string(why) }
        let report: JSON = [
            "schema": "reprofs.report/1", "ended": .integer(Timestamp.now().nanoseconds), "prompt": .string(prompt),
            "outputs": [
                [
                    "path": .string(image.string),
                    "sha256": .string(try #require(try fixture.store.digest(ofFile: image)).hex),
                ]
            ],
            "inputs": [.object(input)], "outside": .object(.init([(name, .string(directory))])),
            "environment": [
                "schema": "reprofs.environment/1",
                "objectInfo": ["PackText": ["python_module": .string(module), "code": ["uses": []]]],
            ],
        ]
        try fixture.store.accept(report: Array(report.compact().utf8), from: nil, by: writer)
        var made: Digest?
        try fixture.store.takeReports(upTo: try #require(try fixture.store.newestReport())) {
            if case .snapshot(_, let result) = $0 { made = result.id }
        }
        let id = try #require(made)
        return (try fixture.recipe(id), try fixture.row(id))
    }

    private func problem(_ recipe: JSON) -> String? {
        recipe["grade"]?["reasons"]?.array?.first { $0["code"] == "input.unpinned" }?["message"]?.string
    }

    private func write(_ text: String, to name: String) throws -> String {
        try fixture.directory.write(Array(text.utf8), to: name).string
    }

    @Test func `is pinned with the bytes that it had, whatever becomes of it`() throws {
        let path = try write("red", to: "words/colours.txt")
        let (recipe, row) = try recipe(path)
        #expect(problem(recipe) == nil)
        let input = try #require(recipe["inputs"]?.array?.first)
        #expect(input["name"]?.string == path && input["evidence"] == "observed" && input["directory"] == "outside")
        _ = try write("blue", to: "words/colours.txt")
        let pinned = try fixture.store.pinnedFiles(in: row.inputs)
        #expect(pinned.map { "\($0.path)".hasPrefix("outside/") } == [true])
        #expect(pinned.first?.path.components.last == "colours.txt")
    }

    @Test func `that changed meanwhile is not pinned, and that is said`() throws {
        let (recipe, _) = try recipe(try write("blue", to: "words/colours.txt"))
        #expect(problem(recipe)?.contains("has other bytes than it had while the prompt ran") == true)
        #expect(recipe["grade"]?["grade"] != "full" && recipe["inputs"]?.array?.isEmpty == true)
    }

    @Test func `that the tool could not tell the bytes of is not pinned, and says why`() throws {
        let path = try write("red", to: "words/colours.txt")
        let (recipe, _) = try recipe(path, told: nil, why: "it has 9 TiB")
        #expect(problem(recipe)?.hasSuffix("is not pinned: it has 9 TiB") == true)
    }

    @Test func `in ComfyUI's own directory is pinned under its name there, which may be annotated`() throws {
        let path = try write("red", to: "base/input/words/colours.txt")
        for name in ["words/colours.txt", "words/colours.txt [input]"] {
            let (recipe, row) = try recipe(name, in: "input", at: path)
            #expect(problem(recipe) == nil)
            #expect(recipe["inputs"]?.array?.first?["name"] == "words/colours.txt")
            #expect(try fixture.store.pinnedFiles(in: row.inputs).map { "\($0.path)" } == ["words/colours.txt"])
        }
    }

    @Test func `that is hidden is not pinned`() throws {
        let (recipe, _) = try recipe(try write("red", to: "home/.ssh/id_rsa"))
        #expect(problem(recipe)?.contains("it is hidden") == true)
        #expect(try fixture.store.blob(SHA256.digest(of: Array("red".utf8))) == nil)
    }

    @Test func `that a node of ComfyUI's own has in its text is not a file`() throws {
        let (recipe, _) = try recipe(try write("red", to: "words/colours.txt"), module: "nodes")
        #expect(problem(recipe) == nil && recipe["inputs"]?.array?.isEmpty == true)
    }

    @Test(.enabled(if: getuid() == 0, "skipped: not root"))
    func `that whoever reported the run may not read is not pinned`() throws {
        #expect(chmod(fixture.directory.path.string, 0o755) == 0)
        let path = try write("red", to: "secret.txt")
        #expect(chmod(path, 0o600) == 0)
        let (recipe, _) = try recipe(path, by: ReportWriter(user: 65534, group: 65534, process: nil))
        #expect(problem(recipe) != nil)
        #expect(try fixture.store.blob(SHA256.digest(of: Array("red".utf8))) == nil)
    }
}
