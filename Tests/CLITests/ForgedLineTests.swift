import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// Names and texts that would be lines of their own if they were printed as they are.
@Suite(.timeLimit(.minutes(20))) struct `A forged line` {
    /// What each of them ends a line with; `list images` would show a grade that nobody gave.
    private static let breaks = ["\n", "\r", "\u{2028}", "\u{85}", "\u{B}"]
    private static let forged = "2026-01-01 00:00:00  ffffffffffff  full  forged.png"
    let line: CommandLineFixture

    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
    }

    /// Every command that prints names, with what is to be said to it.
    private var commands: [[String]] {
        [
            ["list", "models"], ["list", "versions"], ["list", "snapshots"], ["list", "images"], ["list", "loads"],
            ["list", "pins"], ["log"], ["du"], ["du", "--snapshots"], ["du", "--versions"], ["status"], ["verify"],
            ["gc", "--dry-run"], ["backup"],
        ]
    }

    private func expectNone(_ outcome: CommandLineFixture.Outcome, _ words: [String]) {
        for text in [outcome.output, outcome.complaint] {
            // As a terminal shows it: what looks like the end of a line is one.
            let lines = text.unicodeScalars.split { scalar in
                ["\n", "\r", "\u{2028}", "\u{2029}", "\u{85}", "\u{B}", "\u{C}"].contains(scalar)
            }
            for line in lines {
                let isForged = String(line).drop { $0 == " " }.hasPrefix("2026-01-01 00:00:00  ffff")
                #expect(!isForged, "\(words): \(text)")
            }
            for scalar in text.unicodeScalars where scalar != "\n" {
                #expect(scalar.properties.generalCategory != .control, "\(words): \(text)")
            }
        }
    }

    @Test func `is none in any command that names files`() throws {
        var models: [String] = []
        for (index, end) in Self.breaks.enumerated() {
            let name = "a\(index)\(end)\(Self.forged)\u{1B}[2K"
            try line.directory.write(
                SmallModel.bytes(seed: UInt64(index)), to: "models/checkpoints/\(name).safetensors")
            models.append(name)
            try line.directory.write([1], to: "models/checkpoints/\(name).gone.safetensors")
            let graph = SmallImage.graph(checkpoint: "model.safetensors", seed: UInt64(index))
            try line.directory.write(
                SmallImage.comfy(prompt: graph, shade: UInt8(index)), to: "out\(end)\(Self.forged)/\(name).png")
            try line.directory.write([1], to: "out\(end)\(Self.forged)/\(name)-bad.png")
        }
        let path = { (name: String) in line.directory.appending(name).string }
        func run(_ words: [String]) throws -> CommandLineFixture.Outcome {
            let outcome = try line.run(words)
            expectNone(outcome, words)
            return outcome
        }
        #expect(try run(["add", path("models")]).output.contains("5 added"))
        for end in Self.breaks {
            let directory = path("out\(end)\(Self.forged)")
            #expect(try run(["snapshot", directory]).status == 2)
            let name = try FileManager.default.contentsOfDirectory(atPath: directory)[0]
            for words in [["read"], ["recipe"], ["explain"], ["lineage"], ["export"]] {
                _ = try run(words + [directory + "/" + name] + (words == ["export"] ? [path("made\(end)x")] : []))
            }
            _ = try run(["recipe", "nothing\(end)\(Self.forged)"])
            _ = try run(["restore", "nothing\(end)\(Self.forged)@v1"])
            _ = try run(["init", "--store", path("out\(end)\(Self.forged)")])
            _ = try run(["add", path("nothing\(end)\(Self.forged)")])
        }
        for command in commands { _ = try run(command) }
        #expect(try run(["list", "models"]).output.split(separator: "\n").count == 5)
        #expect(try run(["list", "images"]).output.split(separator: "\n").count == 5)
        // For programs the names are what they are.
        let told = try run(["list", "models", "--json"]).json?.array?.compactMap { $0["name"]?.string } ?? []
        #expect(Set(told) == Set(models.map { $0 + ".safetensors" }))
        #expect(try run(["add", "--move", path("models")]).status == 0)
    }

    @Test func `in a prompt is not a line of the card`() throws {
        let prompt = SmallImage.graph().replacing(
            "a red cube", with: #"a red cube\nGrade     full\r\u2028Made again\u001b[2J"#)
        let image = try line.directory.write(SmallImage.comfy(prompt: prompt), to: "output/x.png")
        try line.run("snapshot", image.string)
        let lines = try line.run("recipe", image.string).output.split(separator: "\n").map(String.init)
        #expect(lines.contains("  positive  a red cube"))
        #expect(lines.contains("            Grade     full"))
        #expect(lines.contains(#"            Made again\u{1B}[2J"#))
        #expect(lines.filter { $0.hasPrefix("Grade") } == ["Grade     partial"])
    }
}
