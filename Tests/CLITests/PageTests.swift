import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// The routes that the node pack adds to ComfyUI's server, on the stand-in; scripts/comfyui-tab opens them in a browser.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `The tab in ComfyUI` {
    let line: CommandLineFixture

    init() throws {
        line = try CommandLineFixture.mountedWithModel()
    }

    /// `mount` is what the pack is told to be the mount; `base` is a base directory that is there before.
    func withPage(
        mount: FilePath? = nil, base: FilePath? = nil, _ body: (StandIn) async throws -> Void
    ) async throws {
        let environment = [
            "REPROFS_MOUNT": (mount ?? line.mountPoint).string, "REPROFS_PROGRAM": CommandLineFixture.executable,
            "REPROFS_STORE": "/nowhere",
        ]
        try await withStandIn(line, pack: true, environment: environment, base: base, body)
    }

    struct Answer {
        let status: Int
        let json: JSON
        var problem: String? { json["problem"]?.string }
    }

    /// `words` are curl's.
    func ask(_ standIn: StandIn, _ what: String, _ words: String...) throws -> Answer {
        let outcome = try line.run(
            tool: "/usr/bin/curl",
            ["-sS", "--globoff", "--path-as-is", "-w", "\n%{http_code}", "\(standIn.address)/reprofs/\(what)"] + words)
        let lines = outcome.output.split(separator: "\n")
        let json = try JSONParser.parse(Array(lines.dropLast().joined(separator: "\n").utf8))
        return Answer(status: try #require(lines.last.flatMap { Int($0) }), json: json)
    }

    func send(_ standIn: StandIn, _ what: String, _ body: String, _ words: String...) throws -> Answer {
        let outcome = try line.run(
            tool: "/usr/bin/curl",
            [
                "-sS", "-w", "\n%{http_code}", "-H", "X-ReproFS: 1", "-H", "Content-Type: application/json", "-d", body,
                "\(standIn.address)/reprofs/\(what)",
            ] + words)
        let lines = outcome.output.split(separator: "\n")
        let json = try JSONParser.parse(Array(lines.dropLast().joined(separator: "\n").utf8))
        return Answer(status: try #require(lines.last.flatMap { Int($0) }), json: json)
    }

    /// The only output that is listed, once it has a snapshot.
    func listed(_ standIn: StandIn) async throws -> JSON {
        try await eventually {
            try ask(standIn, "outputs").json["images"]?.array?.first?["snapshot"]?.string != nil
        }
        return try #require(try ask(standIn, "outputs").json["images"]?.array?.first)
    }

    @Test func `lists the last outputs with their grades, and shows a recipe`() async throws {
        try await withPage { standIn in
            let image = try #require(try await standIn.run(SmallImage.graph()).first)
            let told = try await listed(standIn)
            let name = try #require(image.lastComponent?.string)
            #expect(told["filename"]?.string == name && told["type"] == "output")
            #expect(told["grade"] == "full" && told["verified"] == false)
            let all = try ask(standIn, "outputs").json
            #expect(all["mount"]?.string == line.mountPoint.string && all["program"] == true)
            let subfolder = told["subfolder"]?.string ?? ""
            let recipe = try ask(standIn, "recipe?filename=\(name)&subfolder=\(subfolder)&type=output")
            #expect(recipe.status == 200 && recipe.json["snapshot"] == told["snapshot"])
            #expect(recipe.json["card"]?.string?.contains("checkpoints/model.safetensors") == true)
            let run = try #require(recipe.json["run"]?.string)
            #expect(run.hasSuffix("--store \(line.store) --server \(standIn.address)"), "\(run)")
        }
    }

    @Test func `makes an image again when it is asked to, one at a time, and says what came of it`() async throws {
        try await withPage { standIn in
            _ = try await standIn.run(SmallImage.graph())
            let id = try #require(try await listed(standIn)["snapshot"]?.string)
            #expect(try ask(standIn, "run").json["kind"] == .null)
            let begun = try send(standIn, "reproduce", #"{"id":"\#(id)"}"#)
            #expect(begun.status == 200 && begun.json["running"] == true, "\(begun.json)")
            let second = try send(standIn, "reproduce", #"{"id":"\#(id)"}"#)
            #expect(second.status == 409 && second.problem?.hasPrefix("Another run is under way") == true)
            try await eventually { try ask(standIn, "run").json["running"] == false }
            let ended = try ask(standIn, "run").json
            #expect(ended["code"] == 0 && ended["message"] == "It is done.", "\(ended)")
            #expect(ended["lines"]?.array?.contains { $0.string?.contains("verified") == true } == true)
            try await eventually {
                try ask(standIn, "outputs").json["images"]?.array?.contains {
                    $0["snapshot"]?.string == id && $0["verified"] == true
                } == true
            }
        }
    }

    @Test func `varies the seed of the node that sampled`() async throws {
        try await withPage { standIn in
            _ = try await standIn.run(SmallImage.graph(seed: 7))
            let id = try #require(try await listed(standIn)["snapshot"]?.string)
            #expect(try send(standIn, "vary", #"{"id":"\#(id)"}"#).status == 200)
            try await eventually { try ask(standIn, "run").json["running"] == false }
            let ended = try ask(standIn, "run").json
            #expect(ended["code"] == 0, "\(ended)")
            let made = try FileManager.default.contentsOfDirectory(
                atPath: standIn.base.appending("output/reprofs/variations-\(id.prefix(12))").string)
            #expect(made.filter { $0.contains("seed=") }.count == 4 && made.contains("contact-sheet.png"), "\(made)")
        }
    }

    @Test func `tells nothing to pages of others, and does nothing for them`() async throws {
        try await withPage { standIn in
            _ = try await standIn.run(SmallImage.graph())
            let id = try #require(try await listed(standIn)["snapshot"]?.string)
            let port = try #require(standIn.address.split(separator: ":").last)
            for words in [
                ["-H", "Host: evil.example:\(port)"], ["-H", "Host: "], ["-H", "Host: 127.0.0.1.evil.example:\(port)"],
                ["-H", "Origin: http://evil.example"], ["-H", "Origin: null"], ["-H", "Origin: http://127.0.0.1:1"],
                ["-H", "Sec-Fetch-Site: cross-site"], ["-H", "Sec-Fetch-Site: same-site"],
            ] {
                #expect(try ask(standIn, "outputs", words[0], words[1]).status == 403, "\(words)")
                #expect(
                    try send(standIn, "reproduce", #"{"id":"\#(id)"}"#, words[0], words[1]).status == 403, "\(words)")
            }
            // A form can send a body, but no header.
            #expect(try ask(standIn, "reproduce", "-d", #"{"id":"\#(id)"}"#).status == 403)
            #expect(try ask(standIn, "reproduce").status == 404)
            #expect(try ask(standIn, "run").json["kind"] == .null)
            #expect(
                try ask(
                    standIn, "outputs", "-H", "Origin: \(standIn.address)", "-H", "Sec-Fetch-Site: same-origin"
                ).status == 200)
        }
    }

    @Test func `takes ids and the names of images, and nothing that leads elsewhere`() async throws {
        try await withPage { standIn in
            let image = try #require(try await standIn.run(SmallImage.graph()).first)
            let name = try #require(image.lastComponent?.string)
            try line.directory.write([1], to: "secret.png")
            try FileManager.default.createSymbolicLink(
                atPath: standIn.base.appending("output/link.png").string,
                withDestinationPath: line.directory.appending("secret.png").string)
            for query in [
                "filename=../main.png&type=output", "filename=%2Fetc%2Fpasswd&type=output",
                "filename=link.png&type=output",
                "filename=secret.png&subfolder=..%2F..&type=output", "filename=secret.png&subfolder=%2F&type=output",
                "filename=\(name)&type=models", "filename=\(name)%00&type=output", "filename=&type=output",
                "type=output", "",
                "filename=comfyui.log&subfolder=..&type=output",
            ] {
                let answer = try ask(standIn, "recipe?\(query)")
                #expect(answer.status == 400 && answer.problem?.hasPrefix("This is not the name") == true, "\(query)")
            }
            let short = String(repeating: "a", count: 64)
            for body in [
                "", "[]", "{}", #"{"id":7}"#, #"{"id":"--help"}"#, #"{"id":"abc"}"#, #"{"id":"../../etc"}"#,
                #"{"id":"\#(short) --store /tmp"}"#, #"{"id":"\#(short)\n"}"#,
                String(repeating: " ", count: 5000) + #"{"id":"\#(short)"}"#, String(repeating: "[", count: 4096),
                String(repeating: #"{"id":"#, count: 680),
            ] {
                let answer = try send(standIn, "reproduce", body)
                #expect(
                    answer.status == 400 && answer.problem == "This is not the id of a snapshot.", "\(body)")
            }
            #expect(
                try send(standIn, "reproduce", #"{"id":"\#(short)"}"#).problem == "ReproFS has no such snapshot.")
            #expect(try ask(standIn, "run").json["kind"] == .null)
        }
    }

    @Test func `says that the mount is away, and the log where runs are recorded`() async throws {
        try await withPage { standIn in
            let log = { try String(contentsOfFile: standIn.base.appending("comfyui.log").string, encoding: .utf8) }
            _ = try await standIn.run(SmallImage.graph())
            let id = try #require(try await listed(standIn)["snapshot"]?.string)
            try #require(try line.run("unmount", line.mountPoint.string).status == 0)
            let told = try ask(standIn, "outputs").json
            #expect(told["mount"] == .null && told["images"]?.array?.first?["grade"] == .null)
            #expect(try send(standIn, "reproduce", #"{"id":"\#(id)"}"#).problem == "ReproFS is not mounted.")
            for _ in 1...3 { _ = try ask(standIn, "outputs") }
            let said = try log()
            #expect(said.components(separatedBy: "what runs is recorded at '\(line.mountPoint)'").count == 2, "\(said)")
            #expect(said.components(separatedBy: "ReproFS cannot be reached").count == 2, "\(said)")
        }
    }
}
