import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// What a person sees at a terminal, at several widths.
@Suite(.timeLimit(.minutes(20))) struct `At a terminal` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
    }

    private func show(
        _ columns: Int, _ words: [String], environment: [String: String] = [:], output: FileHandle? = nil
    ) throws -> Shown {
        try Pseudoterminal(columns: columns).run(
            CommandLineFixture.executable, words,
            environment: ["REPROFS_STORE": line.store.string].merging(environment) { $1 }, output: output)
    }

    private func writeModels(_ count: Int) throws {
        for number in 0..<count {
            try line.directory.write(
                SmallModel.bytes(seed: UInt64(number)),
                to: "models/checkpoints/a model with a rather long name, for a narrow terminal \(number).safetensors")
        }
    }

    private func writeImages(_ count: Int) throws {
        for number in 0..<count {
            let graph = SmallImage.graph(checkpoint: "model.safetensors", seed: UInt64(number))
            try line.directory.write(
                SmallImage.comfy(prompt: graph, shade: UInt8(number)), to: "output/image \(number).png")
        }
    }

    @Test(arguments: [40, 80, 200]) func `progress is one line that fits, and goes away`(columns: Int) throws {
        try writeModels(3)
        let shown = try show(columns, ["add", line.directory.appending("models").string])
        #expect(shown.status == 0, "\(shown.lines)")
        let progress = shown.states.filter { $0.contains(" % of ") }
        #expect(!progress.isEmpty)
        #expect(progress.allSatisfy { $0.count < columns }, "\(progress)")
        #expect(!shown.lines.contains { $0.contains(" % of ") }, "\(shown.lines)")
        #expect(shown.lines.last == "3 added, 0 unchanged.")
    }

    @Test(arguments: [40, 80, 200]) func `a table is aligned and cuts no name`(columns: Int) throws {
        try writeModels(2)
        try line.directory.write(SmallModel.bytes(seed: 90), to: "models/loras/b.safetensors")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        let shown = try show(columns, ["list", "models"])
        let names = try #require(
            try line.run("list", "models", "--json").json?.array?.compactMap { $0["name"]?.string })
        for name in names { #expect(shown.lines.contains { $0.hasSuffix(name) }, "\(name): \(shown.lines)") }
        // A name that has no room beside the facts stands below them.
        let below = shown.lines.count(where: { $0.hasPrefix("  checkpoints/") })
        #expect(below == (columns == 200 ? 0 : 2), "\(shown.lines)")
        #expect(Set(shown.lines.compactMap { $0.firstRange(of: "v1 of 1")?.lowerBound.utf16Offset(in: $0) }).count == 1)
    }

    @Test func `grades are coloured, unless NO_COLOR is set or it is not a terminal`() throws {
        try writeImages(1)
        try #require(try line.run("snapshot", line.directory.appending("output").string).status == 0)
        let words = ["list", "images"]
        #expect(try show(80, words).hasColour)
        #expect(try !show(80, words, environment: ["NO_COLOR": "1"]).hasColour)
        #expect(try !show(80, words, environment: ["TERM": "dumb"]).hasColour)
        let file = line.directory.appending("told").string
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        #expect(try !show(80, words, output: FileHandle(forWritingAtPath: file)).hasColour)
        let told = try String(contentsOfFile: file, encoding: .utf8)
        #expect(told.contains("partial") && !told.unicodeScalars.contains("\u{1B}"))
    }

    @Test func `many images are a summary with the reason and the next step, and each with --verbose`() throws {
        try writeImages(12)
        let output = line.directory.appending("output").string
        let told = try line.run("snapshot", output)
        #expect(
            told.output == """
                12 images: 0 full, 0 approximate, 12 partial.
                Most often (12 of 12) because the model checkpoints/model.safetensors is not in the store.
                Next: put the file into the store, and the snapshot gets better by itself: reprofs add FILE --folder FOLDER.

                """)
        let images = try FileManager.default.contentsOfDirectory(atPath: output).map { output + "/" + $0 }
        let each = try line.run(["snapshot", "--verbose"] + images)
        #expect(each.output.split(separator: "\n").count(where: { $0.hasSuffix("as before") }) == 12, "\(each.output)")
        #expect(try line.run("snapshot", output).output == "12 images have not changed since they were read.\n")
    }

    @Test func `times are local with their zone, and UTC in JSON`() throws {
        try writeImages(1)
        let image = line.directory.appending("output/image 0.png").string
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: image)
        try #require(try line.run("snapshot", image).status == 0)
        func list(_ words: String...) throws -> CommandLineFixture.Outcome {
            try line.run(
                tool: CommandLineFixture.executable, ["list", "images"] + words,
                environment: ["REPROFS_STORE": line.store.string, "TZ": "Asia/Kolkata"])
        }
        #expect(try list().output.hasPrefix("2023-11-15 03:43:20 +0530  "))
        #expect(try list("--json").json?.array?.first?["time"] == "2023-11-14T22:13:20Z")
        // What is printed can be said.
        for since in ["2023-11-15 03:43:20 +0530", "2023-11-15 03:43", "2023-11-15", "2023-11-14T22:13:20Z"] {
            #expect(try list("--since", since).output.contains("image 0.png"), "\(since)")
        }
        for since in ["2023-11-15 03:43:21", "2023-11-16", "1d", "2023-11-15 03:43:21 +0530"] {
            #expect(try list("--since", since).complaint.contains("No image matches."), "\(since)")
        }
        for since in ["yesterday", "2023-13-01", "2023-11-15 25:00", ""] {
            #expect(try list("--since", since).status == 64, "\(since)")
        }
    }

    @Test func `one thing is called one`() throws {
        try writeImages(1)
        try line.directory.write([1], to: "output/notes.txt")
        let told = try line.run("snapshot", line.directory.appending("output").string)
        #expect(told.complaint == "1 file that is not an image, or a link, was left out.\n")
        #expect(try line.run("status").output.contains("Images     1 with 1 snapshot\n"))
        #expect(try line.run("verify").output == "0 blobs read; nothing is lost.\n")
    }
}
