import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// Every command that takes an image, with every form of naming one, as text and as JSON.
@Suite(.timeLimit(.minutes(20))) struct `An image that is named` {
    let line: CommandLineFixture
    /// The ids of the snapshots of output/up_00001_.png, other/up_00001_.png and output/only.png.
    let up, otherUp, only: String
    /// The digests of their files, by those ids.
    let files: [String: String]

    init() throws {
        line = try CommandLineFixture()
        try line.writeModels(seed: 1)
        try #require(try line.run("init").status == 0)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        var ids: [String] = []
        var files: [String: String] = [:]
        for (index, path) in ["output/up_00001_.png", "other/up_00001_.png", "output/only.png"].enumerated() {
            let graph = SmallImage.graph(seed: UInt64(1000 + index))
            let bytes = SmallImage.comfy(prompt: graph, shade: UInt8(index))
            let file = try line.directory.write(bytes, to: path)
            ids.append(String(try line.run("snapshot", file.string).output.prefix(12)))
            files[ids[index]] = SHA256.digest(of: bytes).hex
        }
        self.files = files
        (up, otherUp, only) = (ids[0], ids[1], ids[2])
        try #require(try line.run("pin", up, "best-cover").status == 0)
        for (name, shade) in [("up_00001_.png", UInt8(100)), ("only.png", 101)] {
            let graph = SmallImage.graph(seed: 7)
            try line.directory.write(SmallImage.comfy(prompt: graph, shade: shade), to: "new/\(name)")
        }
        // The pixels of output/only.png, in another file.
        try line.directory.write(SmallImage.infotext("gone", shade: 2), to: "new/stripped.png")
        // The same with its record, and with another one.
        try line.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph(seed: 1002), shade: 2) + [0], to: "new/saved-again.png")
        try line.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph(seed: 8), shade: 2), to: "new/own-record.png")
    }

    /// What a text must come to.
    enum Meaning {
        case snapshot(String)
        case failure(problem: String, words: [String], candidates: [String])
    }

    private func path(_ name: String) -> String { line.directory.appending(name).string }

    private var forms: [(text: String, meaning: Meaning)] {
        let both = ["output/up_00001_.png", "other/up_00001_.png"]
        return [
            (path("output/up_00001_.png"), .snapshot(up)), (path("other/up_00001_.png"), .snapshot(otherUp)),
            (path("new/stripped.png"), .snapshot(only)), (path("new/saved-again.png"), .snapshot(only)),
            (
                path("new/own-record.png"),
                .failure(
                    problem: "not-kept",
                    words: ["has no snapshot yet. output/only.png, snapshot \(only), has the same pixels, but another"],
                    candidates: [])
            ),
            ("output/up_00001_.png", .snapshot(up)), ("other/up_00001_.png", .snapshot(otherUp)),
            ("only.png", .snapshot(only)), (otherUp, .snapshot(otherUp)), (String(up.prefix(8)), .snapshot(up)),
            ("best-cover", .snapshot(up)), (files[up] ?? "", .snapshot(up)),
            (String(files[otherUp]?.prefix(12) ?? ""), .snapshot(otherUp)),
            (
                String(files[up]?.prefix(11) ?? ""),
                .failure(problem: "unknown", words: ["no image's SHA-256"], candidates: [])
            ),
            (
                "up_00001_.png",
                .failure(problem: "ambiguous", words: [up, otherUp, "stands for several"], candidates: both)
            ),
            (
                path("new/up_00001_.png"),
                .failure(
                    problem: "not-kept", words: ["has no snapshot yet. Make one: reprofs snapshot "], candidates: [])
            ),
            (path("new/only.png"), .failure(problem: "not-kept", words: ["has no snapshot yet"], candidates: [])),
            (
                "/no/such/dir/only.png",
                .failure(problem: "unknown", words: ["Did you mean:"], candidates: ["output/only.png"])
            ),
            ("onyl.png", .failure(problem: "unknown", words: ["Did you mean:"], candidates: ["output/only.png"])),
            ("best-cvoer", .failure(problem: "unknown", words: ["a pin"], candidates: ["best-cover"])),
            ("nothing-like-it.png", .failure(problem: "unknown", words: ["is not a file"], candidates: [])),
            (String(repeating: "f", count: 12), .failure(problem: "unknown", words: ["an id"], candidates: [])),
        ]
    }

    /// A command, how it shows what it took, and whether that is JSON.
    private struct Command {
        let words: (String) -> [String]
        let shown: (CommandLineFixture.Outcome) -> String?
        var isJSON = false
        /// Its exit code where the image was found.
        var status: Int32 = 0
    }

    private var commands: [Command] {
        let id = { (key: String) in { (outcome: CommandLineFixture.Outcome) in outcome.json?[key]?.string } }
        let text = { (outcome: CommandLineFixture.Outcome) in outcome.output + outcome.complaint }
        let export = path("export")
        return [
            .init(words: { ["recipe", $0] }, shown: text),
            .init(words: { ["recipe", $0, "--json"] }, shown: id("snapshot"), isJSON: true),
            .init(words: { ["explain", $0] }, shown: { $0.output.contains(": ") ? nil : "" }),
            .init(words: { ["explain", $0, "--json"] }, shown: id("snapshot"), isJSON: true),
            .init(words: { ["lineage", $0] }, shown: { _ in nil }),
            .init(
                words: { ["lineage", $0, "--format", "json"] },
                shown: { [files] outcome in
                    let node = outcome.json?["nodes"]?.array?.first?["id"]?.string
                    return files.first { "image:" + $0.value.prefix(16) == node }?.key
                }, isJSON: true),
            .init(words: { ["diff", $0, $0, "--json"] }, shown: id("first"), isJSON: true),
            .init(words: { ["pin", $0, "a-name"] }, shown: text),
            .init(words: { ["use", $0] }, shown: text),
            .init(
                words: { ["export", $0, export] },
                shown: { _ in
                    defer { try? FileManager.default.removeItem(atPath: export) }
                    return try? String(contentsOfFile: export + "/README.md", encoding: .utf8)
                }),
            .init(words: { ["pin", $0, "a-name", "--json"] }, shown: id("snapshot"), isJSON: true),
            .init(words: { ["use", $0, "--json"] }, shown: id("snapshot"), isJSON: true),
            .init(
                words: { ["export", $0, export, "--json"] },
                shown: { outcome in
                    try? FileManager.default.removeItem(atPath: export)
                    return outcome.json?["snapshot"]?.string
                }, isJSON: true),
            .init(words: { ["vary", $0, "--set", "cfg=2", "--dry-run"] }, shown: { _ in nil }),
            .init(words: { ["reproduce", $0, "--server", "http://127.0.0.1:9"] }, shown: { _ in nil }, status: 5),
            .init(
                words: { ["reproduce", $0, "--server", "http://127.0.0.1:9", "--json"] }, shown: { _ in nil },
                isJSON: true, status: 5),
        ]
    }

    @Test func `is the one that was meant, or nothing is done, in every command and every form`() throws {
        for command in commands {
            for (text, meaning) in forms {
                let words = command.words(text)
                let outcome = try line.run(words)
                let told = "\(words): \(outcome.output)\(outcome.complaint)"
                switch meaning {
                case .snapshot(let id):
                    #expect(outcome.status == command.status, "\(told)")
                    if let shown = command.shown(outcome) { #expect(shown.contains(id), "\(told)") }
                    if words[0] == "pin" { try line.run("unpin", "a-name") }
                case .failure(let problem, let needed, let candidates):
                    #expect(outcome.status == 1, "\(told)")
                    for word in needed where words[0] != "lineage" {
                        #expect(outcome.complaint.contains(word), "\(told)")
                    }
                    for candidate in candidates { #expect(outcome.complaint.contains(candidate), "\(told)") }
                    guard command.isJSON else {
                        #expect(outcome.output.isEmpty, "\(told)")
                        continue
                    }
                    let json = try #require(outcome.json, "\(told)")
                    let listed = json[problem == "ambiguous" ? "candidates" : "suggestions"]?.array ?? []
                    #expect(json["schema"] == "reprofs.naming/1" && json["problem"]?.string == problem, "\(told)")
                    #expect(json["argument"]?.string == text)
                    for candidate in candidates {
                        #expect(listed.contains { $0["name"]?.string == candidate }, "\(told)")
                    }
                }
            }
        }
        #expect(try line.run("list", "pins", "--json").json?.array?.map { $0["name"] } == ["best-cover"])
        #expect(!FileManager.default.fileExists(atPath: path("export")))
    }

    @Test func `by a path that is there is that file, whatever the store calls by the same path`() throws {
        try line.directory.write(SmallImage.comfy(prompt: SmallImage.graph(), shade: 50), to: "home/output/only.png")
        let script = "cd \"$1\" && exec \"$2\" recipe output/only.png"
        let outcome = try line.run(
            tool: "/bin/sh", ["-c", script, "sh", path("home"), CommandLineFixture.executable],
            environment: ["REPROFS_STORE": line.store.string])
        #expect(outcome.status == 1)
        #expect(
            outcome.complaint
                == "reprofs: output/only.png has no snapshot yet. Make one: reprofs snapshot output/only.png\n")
    }

    @Test func `is told by 'explain --json' with its snapshot`() throws {
        let told = try #require(try line.run("explain", "only.png", "--json").json)
        #expect(told["schema"] == "reprofs.explain/1" && told["image"]?["name"] == "only.png")
        #expect(told["snapshot"]?.string?.hasPrefix(only) == true)
        #expect(told["image"]?["sha256"]?.string?.count == 64)
    }

    @Test func `is an older one of its name as it is listed`() throws {
        let file = try line.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph(seed: 5), shade: 60), to: "output/only.png")
        let newer = String(try line.run("snapshot", file.string).output.prefix(12))
        let listed = try #require(try line.run("list", "images", "--json").json?.array).compactMap {
            $0["path"]?.string
        }
        let older = try #require(listed.first { $0.hasPrefix("output/only.png@") })
        for (name, id) in [(older, only), ("output/only.png", newer), ("only.png", newer)] {
            #expect(try line.run("recipe", name, "--json").json?["snapshot"]?.string?.hasPrefix(id) == true, "\(name)")
        }
    }

    @Test func `is never guessed from pixels that several images show`() throws {
        let twin = try line.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph(seed: 99), shade: 2), to: "output/twin.png")
        #expect(try line.run("snapshot", twin.string).status == 0)
        let outcome = try line.run("recipe", path("new/stripped.png"))
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.complaint.contains("output/only.png") && outcome.complaint.contains("output/twin.png"))
    }
}
