import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// Commands that change something, and say in JSON what.
@Suite struct `An answer in JSON` {
    let line: CommandLineFixture
    let image: String
    let id: String

    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        for seed in UInt64(1)...2 {
            try line.writeModels(seed: seed)
            try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        }
        image = try line.copyImage().string
        try #require(try line.run("snapshot", image).status == 0)
        id = try #require(try line.run("recipe", image, "--json").json?["snapshot"]?.string)
    }

    private func answer(_ words: String...) throws -> JSON {
        let outcome = try line.run(words + ["--json"])
        #expect(outcome.status == 0 && outcome.complaint.isEmpty, "\(words): \(outcome.complaint)")
        return try #require(outcome.json, "\(words): \(outcome.output)")
    }

    @Test func `of pin and unpin names the snapshot, the image and what is kept`() throws {
        let pinned = try answer("pin", image, "cover")
        #expect(pinned["schema"] == "reprofs.pin/1" && pinned["name"] == "cover" && pinned["snapshot"]?.string == id)
        #expect(pinned["image"] == "txt2img_lora_00001_.png" && pinned["new"] == true && pinned["lost"] == [])
        #expect(pinned["files"]?.number?.int ?? 0 > 2 && pinned["bytes"]?.number?.int ?? 0 > 0)
        #expect(try answer("pin", "cover", "cover")["new"] == false)
        let unpinned = try answer("unpin", "cover")
        #expect(unpinned["schema"] == "reprofs.unpin/1" && unpinned["snapshot"]?.string == id)
        #expect(try line.run("list", "pins", "--json").json == [])
    }

    @Test func `of pin tells what is lost, with exit code 2`() throws {
        let blob = line.store.appending("blobs/sha256/\(SmallModel.digest(seed: 1).hex)").string
        try FileManager.default.removeItem(atPath: blob)
        try #require(try line.run("verify").status == 2)
        let outcome = try line.run("pin", id, "cover", "--json")
        #expect(outcome.status == 2 || outcome.json?["lost"] == [])
        #expect(outcome.json?["lost"]?.array?.isEmpty == (outcome.status == 0))
    }

    @Test func `of use names the snapshot and the mounts that show it`() throws {
        let away = try answer("use", id)
        #expect(away["schema"] == "reprofs.use/1" && away["snapshot"]?.string == id && away["mounts"] == [])
        try line.mount()
        let shown = try answer("use", "live")
        #expect(shown["snapshot"] == .null && shown["mounts"]?.array?.map(\.string) == [line.mountPoint.string])
        #expect(shown["server"] == .null)
    }

    @Test func `of export names the directory and its bytes`() throws {
        let target = line.directory.appending("exported").string
        let made = try answer("export", id, target)
        #expect(made["schema"] == "reprofs.export/1" && made["snapshot"]?.string == id)
        #expect(made["directory"]?.string == target && made["bytes"]?.number?.int ?? 0 > 0)
        #expect(FileManager.default.fileExists(atPath: target + "/prompt.json"))
    }

    @Test func `of restore names each version and whether it is another one now`() throws {
        let name = "checkpoints/model.safetensors"
        let made = try answer("restore", name + "@v1", "loras/lora.safetensors@v2")
        #expect(made["schema"] == "reprofs.restore/1")
        let models = try #require(made["models"]?.array)
        #expect(models.map { $0["model"]?.string } == [name, "loras/lora.safetensors"])
        #expect(models.map { $0["changed"] } == [true, false])
        #expect(models.first?["version"]?.number?.int == 1)
        #expect(models.first?["sha256"]?.string == SmallModel.digest(seed: 1).hex)
    }

    @Test func `of what a name does not stand for is told in JSON, too`() throws {
        for words in [
            ["pin", "nobody.png", "x"], ["unpin", "nobody"], ["use", "nobody.png"],
            ["export", "nobody.png", line.directory.appending("made").string], ["restore", "nobody.pt@v1"],
        ] {
            let outcome = try line.run(words + ["--json"])
            #expect(outcome.status == 1 && outcome.json?["schema"] == "reprofs.naming/1", "\(words): \(outcome.output)")
        }
    }
}
