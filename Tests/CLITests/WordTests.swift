import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `What is said of a snapshot` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
    }

    @Test func `that was superseded names the better one`() throws {
        let image = try line.copyImage().string
        let old = String(try line.run("snapshot", image).output.prefix(12))
        try line.writeModels(seed: 1)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        let new = String(
            try #require(try line.run("list", "images", "--json").json?.array?.first?["snapshot"]?.string).prefix(12))
        try #require(new != old)
        for command in ["recipe", "explain"] {
            #expect(
                try line.run(command, old).complaint
                    == "This snapshot is superseded by \(new), for which more is known: reprofs explain \(new)\n")
            #expect(try line.run(command, new).complaint.isEmpty)
        }
        let listed = try line.run("list", "snapshots").output
        #expect(listed.contains("superseded by \(new)"), "\(listed)")
        let rows = try #require(try line.run("list", "snapshots", "--json").json?.array)
        #expect(rows.compactMap { $0["supersededBy"]?.string }.map { $0.prefix(12) } == [new.prefix(12)])
    }

    @Test func `ends with commands that are to be copied`() throws {
        let image = try line.copyImage().string
        let id = try line.run("snapshot", image).output.prefix(12)
        let missing = try line.run("explain", image).output
        #expect(missing.contains("reprofs add FILE --folder FOLDER"), "\(missing)")
        let batch = SmallImage.graph(seed: 1).replacingOccurrences(of: #""batch_size":1"#, with: #""batch_size":4"#)
        let one = try line.directory.write(SmallImage.comfy(prompt: batch), to: "output/one.png")
        let other = String(try line.run("snapshot", one.string).output.prefix(12))
        try #require(other != id)
        let told = try line.run("explain", one.string).output
        #expect(told.contains("reprofs reproduce \(other) --launch COMFYUI"), "\(told)")
    }

    @Test func `of a film is not that it is one of a batch`() throws {
        let batch = SmallImage.graph(seed: 1).replacingOccurrences(of: #""batch_size":1"#, with: #""batch_size":4"#)
        let still = SmallImage.comfy(prompt: batch)
        // The chunk that makes an animation of a PNG, after the header; nothing checks its sum.
        var film = Array(still[..<33])
        film += [0, 0, 0, 8] + Array("acTL".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0] + still[33...]
        for (name, bytes, isOne) in [("still.png", still, true), ("film.png", film, false)] {
            let file = try line.directory.write(bytes, to: "output/\(name)")
            try #require(try line.run("snapshot", file.string).status == 0)
            #expect(try line.run("explain", file.string).output.contains("is one of a batch of 4") == isOne, "\(name)")
        }
    }

    @Test func `is exported with the image and a script that tells its pixels from others`() throws {
        try line.writeModels(seed: 1)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        let image = try line.copyImage()
        try #require(try line.run("snapshot", image.string).status == 0)
        let target = line.directory.appending("exported")
        let made = try line.run("export", image.string, target.string)
        try #require(made.status == 0, "\(made.complaint)")
        let copy = target.appending("original-txt2img_lora_00001_.png").string
        #expect(FileManager.default.contentsEqual(atPath: copy, andPath: image.string))
        let readme = try String(contentsOfFile: target.appending("README.md").string, encoding: .utf8)
        let named = readme.components(separatedBy: "- `").dropFirst().compactMap { $0.split(separator: "`").first }
        for name in named {
            #expect(FileManager.default.fileExists(atPath: target.appending(String(name)).string), "\(name)")
        }
        guard try line.run(tool: "/usr/bin/env", ["python3", "-c", "import PIL"]).status == 0 else {
            try Test.cancel("skipped: Pillow is not installed")
        }
        func check(_ picture: String) throws -> CommandLineFixture.Outcome {
            try line.run(tool: "/usr/bin/env", ["python3", target.appending("check.py").string, picture])
        }
        #expect(try check(copy).output == "the same pixels\n")
        let other = try line.directory.write(SmallImage.comfy(prompt: SmallImage.graph()), to: "other.png")
        let told = try check(other.string)
        #expect(told.output == "other pixels\n" && told.status == 1)
        // Of 16 bits Pillow sees 8.
        var deep = try Data(contentsOf: URL(fileURLWithPath: copy))
        deep[24] = 16
        let unlike = try check(try line.directory.write(Array(deep), to: "deep.png").string)
        #expect(unlike.status == 1 && unlike.complaint.contains("are not compared"), "\(unlike)")
    }

    @Test func `is not exported with an image that holds keys in any of its texts`() throws {
        try line.writeModels(seed: 1)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        let bytes = SmallImage.comfy(prompt: SmallImage.graph(), parameters: #"{"api_key": "sk-SECRETSECRETSECRET"}"#)
        let image = try line.directory.write(bytes, to: "output/keys.png")
        try #require(try line.run("snapshot", image.string).status == 0)
        let target = line.directory.appending("exported")
        #expect(try line.run("export", image.string, target.string).status == 0)
        let names = FileManager.default.enumerator(atPath: target.string)?.allObjects.compactMap { $0 as? String } ?? []
        #expect(names.contains("recipe.json") && !names.contains { $0.hasPrefix("original-") })
        for name in names {
            let held = FileManager.default.contents(atPath: target.appending(name).string) ?? Data()
            #expect(held.range(of: Data("sk-SECRET".utf8)) == nil, "\(name)")
        }
    }
}
