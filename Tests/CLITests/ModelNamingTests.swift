import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// Every command that takes a model, a version, a pin or a folder, with every form of naming one, as text and as JSON.
@Suite(.timeLimit(.minutes(20))) struct `A model that is named` {
    let line: CommandLineFixture

    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        for (seed, path) in [
            (1, "checkpoints/base.safetensors"), (2, "loras/twin.safetensors"), (3, "vae/twin.safetensors"),
        ] {
            try line.directory.write(SmallModel.bytes(seed: UInt64(seed)), to: "models/\(path)")
        }
        try #require(try line.run("add", path("models")).status == 0)
        try line.directory.write(SmallModel.bytes(seed: 4), to: "models/checkpoints/base.safetensors")
        try #require(try line.run("add", path("models")).status == 0)
        // Bytes that the store does not have, under a name that it has.
        try line.directory.write(SmallModel.bytes(seed: 9), to: "strange/base.safetensors")
        try line.directory.write(SmallModel.bytes(seed: 1), to: "kept/whatever.safetensors")
    }

    private func path(_ name: String) -> String { line.directory.appending(name).string }
    private func hash(_ seed: UInt64) -> String { String(SmallModel.digest(seed: seed).hex.prefix(10)) }

    private enum Meaning {
        /// The model, and the numbers of the versions that are meant.
        case versions(String, [Int])
        case failure(problem: String, candidates: [String])
    }

    private var forms: [(text: String, meaning: Meaning)] {
        let base = "checkpoints/base.safetensors"
        return [
            (base, .versions(base, [1, 2])), ("base.safetensors", .versions(base, [1, 2])),
            ("\(base)@v1", .versions(base, [1])), ("base.safetensors@v2", .versions(base, [2])),
            (hash(1), .versions(base, [1])), (path("kept/whatever.safetensors"), .versions(base, [1])),
            (path("models/\(base)"), .versions(base, [2])),
            ("vae/twin.safetensors", .versions("vae/twin.safetensors", [1])),
            (
                "twin.safetensors",
                .failure(problem: "ambiguous", candidates: ["loras/twin.safetensors@v1", "vae/twin.safetensors@v1"])
            ),
            (path("strange/base.safetensors"), .failure(problem: "not-kept", candidates: [])),
            ("\(base)@v9", .failure(problem: "unknown", candidates: ["\(base)@v1", "\(base)@v2"])),
            ("bsae.safetensors", .failure(problem: "unknown", candidates: [base])),
            ("checkpoint/base.safetensors", .failure(problem: "unknown", candidates: [base])),
            ("nobody.pt", .failure(problem: "unknown", candidates: [])),
            ("ffffffffffff", .failure(problem: "unknown", candidates: [])),
        ]
    }

    private func run(_ words: [String]) throws -> CommandLineFixture.Outcome {
        try line.run(words)
    }

    @Test func `is the one that was meant, or nothing is done, in every command and every form`() throws {
        let commands: [(words: (String) -> [String], isJSON: Bool)] = [
            ({ ["log", $0] }, false), ({ ["log", $0, "--json"] }, true),
            ({ ["list", "versions", $0] }, false), ({ ["list", "versions", $0, "--json"] }, true),
            ({ ["list", "snapshots", "--uses", $0] }, false),
            ({ ["list", "snapshots", "--uses", $0, "--json"] }, true),
            ({ ["lineage", $0] }, false), ({ ["lineage", $0, "--format", "json"] }, true),
        ]
        for command in commands {
            for (text, meaning) in forms {
                let words = command.words(text)
                let outcome = try run(words)
                let told = "\(words): \(outcome.output)\(outcome.complaint)"
                switch meaning {
                case .versions(let name, let numbers):
                    #expect(outcome.status == 0, "\(told)")
                    guard words[1] == "versions", command.isJSON else { continue }
                    let rows = outcome.json?.array ?? []
                    #expect(
                        rows.allSatisfy { "\($0["folder"]?.string ?? "")/\($0["name"]?.string ?? "")" == name },
                        "\(told)")
                    #expect(rows.compactMap { $0["version"]?.number?.int } == numbers, "\(told)")
                case .failure(let problem, let candidates):
                    // A file of a model that is not an image either is said to have no snapshot.
                    #expect(outcome.status == 1, "\(told)")
                    for candidate in candidates { #expect(outcome.complaint.contains(candidate), "\(told)") }
                    guard command.isJSON else {
                        #expect(outcome.output.isEmpty, "\(told)")
                        continue
                    }
                    #expect(outcome.json?["problem"]?.string == problem, "\(told)")
                }
            }
        }
    }

    @Test func `is restored where one version is meant, and all are understood before one is`() throws {
        let live = {
            try self.run(["list", "versions", "checkpoints/base.safetensors", "--json"]).json?.array?.first {
                $0["live"] == true
            }?["version"]
        }
        for (text, status) in [
            ("checkpoints/base.safetensors", 1), ("twin.safetensors@v1", 1), ("base.safetensors@v9", 1),
            ("nobody.pt@v1", 1),
            (path("strange/base.safetensors"), 1),
        ] {
            let outcome = try run(["restore", "checkpoints/base.safetensors@v1", text])
            #expect(outcome.status == Int32(status) && outcome.output.isEmpty, "\(text): \(outcome.output)")
            #expect(try live() == 2, "\(text)")
        }
        for (text, number) in [("base.safetensors@v1", 1), (hash(4), 2), (path("kept/whatever.safetensors"), 1)] {
            #expect(try run(["restore", text]).status == 0)
            #expect(try live()?.number?.int == number, "\(text)")
        }
    }

    @Test func `of a pin that is not there is said, with what it may have been`() throws {
        let image = try line.copyImage()
        #expect(try run(["snapshot", image.string]).status == 0)
        #expect(try run(["pin", image.string, "cover"]).status == 0)
        let outcome = try run(["unpin", "covre"])
        #expect(outcome.status == 1 && outcome.complaint.contains("There is no pin 'covre'. Did you mean:"))
        #expect(outcome.complaint.contains("cover"))
        #expect(try run(["unpin", "cover"]).status == 0)
    }

    @Test func `of a folder that looks like a slip is not made`() throws {
        let file = path("strange/base.safetensors")
        for (folder, suggestion) in [("checkpoint", "checkpoints"), ("Loras", "loras"), ("lora/style", "loras/style")] {
            let outcome = try run(["add", file, "--folder", folder])
            #expect(outcome.status == 1 && outcome.complaint.contains(suggestion), "\(outcome.complaint)")
        }
        for folder in ["checkpoints", "loras/style", "ultralytics"] {
            #expect(try run(["add", file, "--folder", folder]).status == 0, "\(folder)")
        }
        // One that is there is no slip any more, however it looks.
        #expect(try run(["add", file, "--folder", "ultralytic"]).status == 1)
    }
}
