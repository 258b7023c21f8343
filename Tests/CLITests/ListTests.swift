import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `What is listed` {
    let line: CommandLineFixture

    /// Two models, and an image of each in a folder of its own; the older one is of 2001.
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        for (number, name) in ["old", "new"].enumerated() {
            try line.directory.write(
                SmallModel.bytes(seed: UInt64(number)), to: "models/checkpoints/\(name).safetensors")
        }
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        for (number, name) in ["old", "new"].enumerated() {
            let graph = SmallImage.graph(checkpoint: "\(name).safetensors", seed: UInt64(number))
            let image = try line.directory.write(
                SmallImage.comfy(prompt: graph, shade: UInt8(number)), to: "output/\(name)/Picture.png")
            if name == "old" {
                let time = Date(timeIntervalSince1970: 1_000_000_000)
                try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: image.string)
            }
        }
        let broken = SmallImage.graph(checkpoint: "absent.safetensors", seed: 9)
        try line.directory.write(SmallImage.comfy(prompt: broken, shade: 9), to: "output/broken.png")
        try #require(try line.run("snapshot", line.directory.appending("output").string).status == 0)
    }

    private func list(_ words: String...) throws -> [String] {
        let outcome = try line.run(["list"] + words + ["--json"])
        let rows = try #require(outcome.json?.array, "\(words): \(outcome.complaint)")
        return rows.compactMap { $0["path"]?.string ?? $0["image"]?.string ?? $0["name"]?.string }.sorted()
    }

    @Test func `of images is what has a text in its path, a grade, a model, a time, or is newest`() throws {
        let (old, new, broken) = ("output/old/Picture.png", "output/new/Picture.png", "output/broken.png")
        #expect(try list("images") == [broken, new, old])
        #expect(try list("images", "picture") == [new, old])
        #expect(try list("images", "NEW/") == [new])
        #expect(try list("images", "--grade", "partial") == [broken])
        #expect(try list("images", "--grade", "approximate") == [new, old])
        #expect(try list("images", "--model", "old.safetensors") == [old])
        #expect(try list("images", "--since", "1d") == [broken, new])
        #expect(try list("images", "--limit", "2") == [broken, new])
        #expect(try list("images", "--limit", "1", "--model", "old.safetensors") == [old])
        #expect(try list("images", "--limit", "1", "--grade", "approximate") == [new])
        #expect(try list("images", "--grade", "approximate", "--model", "new.safetensors", "--since", "1d") == [new])
    }

    @Test func `of snapshots is the same`() throws {
        #expect(try list("snapshots") == ["Picture.png", "Picture.png", "broken.png"])
        #expect(try list("snapshots", "BROKEN") == ["broken.png"])
        #expect(try list("snapshots", "--grade", "partial", "--since", "1d") == ["broken.png"])
        #expect(try list("snapshots", "--model", "new.safetensors@v1") == ["Picture.png"])
        #expect(try list("snapshots", "--uses", "new.safetensors@v1") == ["Picture.png"])
        #expect(try list("snapshots", "--limit", "1").count == 1)
    }

    @Test func `of models is what has a text in its name, is newest, or unused`() throws {
        #expect(try list("models", "OLD") == ["old.safetensors"])
        #expect(try list("models", "--since", "1d") == ["new.safetensors", "old.safetensors"])
        #expect(try list("models", "--limit", "1").count == 1)
        // What came lately is not a leftover.
        #expect(try list("models", "--unused", "1d") == [])
        #expect(try list("models", "--unused", "0s").count == 2)
    }

    @Test func `has an image whose name is not UTF-8 refused by its name, and the others beside it`() throws {
        let directory = line.directory.appending("odd")
        try line.directory.write(SmallImage.comfy(prompt: SmallImage.graph(), shade: 200), to: "odd/good.png")
        let name = FilePath.Component(platformString: [0x62, -1] + ".png".utf8CString)
        let created = directory.appending(try #require(name)).withPlatformString { open($0, O_CREAT | O_WRONLY, 0o644) }
        try #require(created >= 0)
        close(created)
        let outcome = try line.run("snapshot", directory.string)
        #expect(outcome.status == 2)
        #expect(outcome.complaint.contains("/odd/b\u{FFFD}.png' is not UTF-8\n"), "\(outcome.complaint)")
        #expect(try list("images", "odd/") == ["odd/good.png"])
    }

    @Test func `takes the last day of a month, and as large a limit as there is`() throws {
        for day in ["2024-02-29", "1999-12-31", "2026-04-30 23:59"] {
            #expect(try line.run("list", "images", "--since", day).status == 0, "\(day)")
        }
        for kind in ["images", "snapshots", "models"] {
            #expect(try !list(kind, "--limit", "\(Int.max)", "--since", "8589934592s").isEmpty, "\(kind)")
        }
        #expect(try line.run("lineage", "new.safetensors", "--limit", "\(Int.max)").status == 0)
    }

    @Test func `is refused where a filter means nothing`() throws {
        for words in [["--grade", "good"], ["--limit", "0"], ["--limit", "x"], [""]] {
            let outcome = try line.run(["list", "images"] + words)
            #expect(outcome.status == 64, "\(words)")
        }
        #expect(try line.run("list", "images", "--model", "nobody").status == 1)
        #expect(try line.run("list", "images", "nothing").complaint == "No image matches.\n")
    }

    @Test func `of a model's lineage is the newest, and how many more there are`() throws {
        for number in 0..<30 {
            let graph = SmallImage.graph(checkpoint: "new.safetensors", seed: UInt64(100 + number))
            try line.directory.write(
                SmallImage.comfy(prompt: graph, shade: UInt8(100 + number)), to: "many/\(number).png")
        }
        try #require(try line.run("snapshot", line.directory.appending("many").string).status == 0)
        let few = try line.run("lineage", "new.safetensors")
        #expect(few.output.split(separator: "\n").count(where: { $0.contains(".png") }) == 20, "\(few.output)")
        #expect(few.complaint == "11 older images made with it are left out; --limit shows more.\n")
        #expect(try line.run("lineage", "new.safetensors", "--limit", "40").complaint.isEmpty)
        let all = try #require(try line.run("lineage", "new.safetensors", "--json").json)
        #expect(all["nodes"]?.array?.count(where: { $0["kind"] == "image" }) == 31 && all["omitted"] == 0)
        let one = try #require(try line.run("lineage", "new.safetensors", "--json", "--limit", "1").json)
        #expect(one["nodes"]?.array?.count(where: { $0["kind"] == "image" }) == 1 && one["omitted"] == 30)
    }
}
