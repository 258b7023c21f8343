import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `Forgetting` {
    let line: CommandLineFixture
    private let old = "checkpoints/model.safetensors@v1"

    /// Two versions; an image of the first, which is not live any more.
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        try line.writeModels(seed: 1)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        try #require(try line.run("snapshot", try line.copyImage().string).status == 0)
        StoreFixture.waitForTick()
        try line.writeModels(seed: 2)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
    }

    /// > `forget` deletes the bytes of a version, or a snapshot, even if images need them: it names each image whose grade gets lower, and
    /// > with `--dry-run` it does nothing else. The version and the images stay listed. It does not delete the bytes that a name in
    /// > `models` has, that a pin keeps, or that `active/models` shows.
    @Test func `a version names the images that are graded lower, frees its bytes, and keeps both listed`() throws {
        let image = "output/txt2img_lora_00001_.png: approximate -> partial"
        let would = try line.run("forget", old, "--dry-run")
        #expect(would.output.contains("image \(image)") && would.output.contains("Would free"), "\(would.complaint)")
        let blob = line.store.appending("blobs/sha256/\(SmallModel.digest(seed: 1).hex)").string
        #expect(FileManager.default.fileExists(atPath: blob))
        #expect(try line.run("list", "images").output.contains("approximate"))
        let report = try line.run("forget", old, "--json").json
        #expect(report?["bytes"]?.number?.int == SmallModel.bytes(seed: 1).count)
        #expect(report?["grades"]?.array?.map { $0["after"] } == ["partial"])
        #expect(!FileManager.default.fileExists(atPath: blob))
        #expect(try line.run("list", "versions", "model.safetensors").output.contains("collected on"))
        #expect(try line.run("list", "images").output.contains("partial"))
        #expect(try line.run("verify").status == 0)
        // The same bytes bring it back.
        try line.writeModels(seed: 1)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        #expect(try line.run("list", "images").output.contains("approximate"))
    }

    @Test func `a snapshot takes its image away and leaves models alone`() throws {
        let before = try line.run("list", "versions", "--json").output
        let id = try #require(try line.run("list", "images", "--json").json?.array?.first?["snapshot"]?.string)
        #expect(try line.run("forget", id, "--dry-run").output.contains("its recipe would be gone"))
        #expect(try line.run("forget", id).output.contains("snapshot \(id.prefix(12)) of txt2img_lora_00001_.png"))
        #expect(try line.run("list", "images", "--json").json == [])
        #expect(try line.run("list", "versions", "--json").output == before)
    }

    /// What an image's newest snapshot superseded knows less of it, and would say so as if nothing else were known.
    @Test func `an image takes what it superseded with it`() throws {
        let line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        let image = try line.copyImage().string
        try #require(try line.run("snapshot", image).status == 0)
        try line.writeModels(seed: 1)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        #expect(try line.run("list", "snapshots", "--json").json?.array?.count == 2)
        let would = try line.run("forget", image, "--dry-run").output
        #expect(would.contains("its recipe would be gone") && would.contains("2 snapshots"), "\(would)")
        #expect(try line.run("forget", image).status == 0)
        #expect(try line.run("list", "images", "--json").json == [])
        #expect(try line.run("list", "snapshots", "--json").json == [])
        #expect(try line.run("verify").status == 0)
    }

    @Test func `refuses what a name holds, a pin keeps or active/models shows, and says what to do first`() throws {
        func refused(_ what: String, _ reason: String) throws {
            let outcome = try line.run("forget", what)
            #expect(outcome.status == 1 && outcome.complaint.contains(reason), "\(outcome.complaint)")
        }
        try refused("checkpoints/model.safetensors@v2", "'reprofs restore'")
        try refused("checkpoints/model.safetensors", "Say which version")
        try refused("nobody", "not the name of an image, a snapshot or a model")
        try line.run("pin", "txt2img_lora_00001_.png", "cover")
        try refused(old, "remove the pin first: reprofs unpin cover")
        try refused("cover", "remove the pin first: reprofs unpin cover")
        try line.run("unpin", "cover")
        try line.run("use", "txt2img_lora_00001_.png")
        try refused(old, "'reprofs use live'")
        try refused("txt2img_lora_00001_.png", "'reprofs use live'")
        #expect(try line.run("list", "images").output.contains("approximate"))
    }

    @Test func `is what gc does not do to files that changed lately, and it says so`() throws {
        // The second version of each is in no snapshot.
        try line.writeModels(seed: 3)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        let kept = try line.run("gc", "--superseded-older-than", "0s", "--dry-run")
        #expect(
            kept.output.contains("2 files that nothing reaches, ")
                && kept.output.contains(", have changed within the last 1h and stay;"),
            "\(kept.output)")
        let report = try line.run("gc", "--superseded-older-than", "0s", "--dry-run", "--json").json
        #expect(report?["heldBack"]?["files"] == 2 && report?["bytes"] == 0)
        #expect(try !line.run("gc", "--superseded-older-than", "0s", "--grace", "0s").output.contains("stays"))
    }
}

@Suite(.timeLimit(.minutes(20))) struct `Snapshots of a whole ComfyUI` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        for (number, name) in ["output/made.png", "input/loaded.png", "output/input/made too.png"].enumerated() {
            try line.directory.write(
                SmallImage.comfy(prompt: SmallImage.graph(seed: UInt64(number)), shade: UInt8(number)),
                to: "comfy/\(name)")
        }
    }

    private func images() throws -> [String] {
        try #require(try line.run("list", "images", "--json").json?.array).compactMap { $0["path"]?.string }.sorted()
    }

    /// > Snapshotting or watching a directory includes every image in and below it, except those of an `input` beside an `output`, as
    /// > ComfyUI has them; such an `input` has to be named itself.
    @Test func `leave its input alone, unless that is named`() throws {
        try #require(try line.run("snapshot", line.directory.appending("comfy").string).status == 0)
        #expect(try images() == ["comfy/output/input/made too.png", "comfy/output/made.png"])
        try #require(try line.run("snapshot", line.directory.appending("comfy/input").string).status == 0)
        #expect(try images().count == 3 && images().contains { $0.hasSuffix("input/loaded.png") })
    }
}
