import Foundation
import GRDB
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `An image that waits for a model` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func identify() throws {
        try fixture.store.readOtherHashes()
    }

    private func improve() throws -> [SnapshotResult] {
        var results: [SnapshotResult] = []
        try fixture.store.improve(progress: {}) { results.append($0) }
        return results
    }

    private func current(_ image: FilePath) throws -> JSON {
        let digest = try #require(try fixture.store.digest(ofFile: image))
        return try fixture.recipe(try #require(try fixture.store.snapshot(ofImage: digest)).digest)
    }

    /// > When a model arrives that an image lacked, by its name or by a recorded hash, a better snapshot is made from what was kept of the
    /// > image; the image's file need not exist any more. `by-image` shows the new snapshot at once.
    @Test func `gets a better snapshot when it comes, without the image's file`() throws {
        let image = try fixture.image("a_00001_.png", SmallImage.graph(), modified: 1_700_000_000)
        let old = try fixture.store.snapshot(image)
        #expect(old.grade == .partial)
        let digest = try #require(try fixture.store.digest(ofFile: image))
        try FileManager.default.removeItem(atPath: image.string)
        try fixture.add("checkpoints/other.safetensors", seed: 2)
        #expect(try improve().isEmpty)
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let results = try improve()
        #expect(results.map(\.supersedes) == [old.id])
        #expect(results.map(\.grade) == [.approximate])
        let recipe = try fixture.recipe(try #require(try fixture.store.snapshot(ofImage: digest)).digest)
        #expect(recipe["models"]?.array?.first?["sha256"]?.string == SmallModel.digest(seed: 1).hex)
        #expect(recipe["models"]?.array?.first?["evidence"] == "assumed")
        #expect(try improve().isEmpty)
        #expect(try fixture.store.countImprovable() == 0)
    }

    @Test func `finds it by a recorded hash, whatever its name`() throws {
        let hash = SmallModel.digest(seed: 7).hex.prefix(16)
        let text = "x\nSteps: 1, Seed: 1, CFG scale: 7, Model: dream, Model hash: \(hash), RNG: CPU"
        let image = try fixture.directory.write(SmallImage.infotext(text), to: "output/a.png")
        try fixture.add("checkpoints/dream.safetensors", seed: 6)
        #expect(try fixture.store.snapshot(image).reasons.map(\.code).contains(.modelChanged))
        try fixture.add("checkpoints/renamed.safetensors", seed: 7)
        #expect(try improve().count == 1)
        let model = try current(image)["models"]?.array?.first
        #expect(model?["evidence"] == "recorded" && model?["name"] == "renamed.safetensors")
        #expect(model?["match"]?["algorithm"] == "sha256")
    }

    @Test func `finds it by hashes that are read later`() throws {
        let bytes = SmallModel.bytes(seed: 9)
        let tensors = SHA256.digest(of: Array(bytes.suffix(4096))).hex
        let text =
            "x <lora:gone:1>\nSteps: 1, Seed: 1, CFG scale: 7, RNG: CPU, Lora hashes: \"gone: \(tensors.prefix(12))\""
        let image = try fixture.directory.write(SmallImage.infotext(text), to: "output/a.png")
        _ = try fixture.store.snapshot(image)
        try fixture.add("loras/here.safetensors", seed: 9)
        #expect(try improve().isEmpty)
        try identify()
        #expect(try improve().count == 1)
        #expect(try current(image)["models"]?.array?.first?["name"] == "here.safetensors")
    }

    @Test func `goes on where it was cut off, and many at a time`() throws {
        for index in 0..<150 {
            _ = try fixture.store.snapshot(try fixture.image("i_\(index).png", SmallImage.graph(seed: UInt64(index))))
        }
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        // Another process takes over what was noted.
        let other = try Store.open(fixture.store.path)
        #expect(try other.countImprovable() == 150)
        var count = 0
        try other.improve(progress: {}) { _ in count += 1 }
        #expect(count == 150)
        #expect(try other.counts().snapshots == 300)
    }

    /// Or a command would have no end where others work on the same store all the time.
    @Test func `leaves to the next time what comes meanwhile`() throws {
        let store = fixture.store
        for seed in 1...2 {
            _ = try store.snapshot(
                try fixture.image("\(seed).png", SmallImage.graph(checkpoint: "\(seed).safetensors")))
        }
        try fixture.add("checkpoints/1.safetensors", seed: 1)
        var count = 0
        try store.improve {
            count += 1
            #expect(throws: Never.self) { try fixture.add("checkpoints/2.safetensors", seed: 2) }
        } _: { _ in
        }
        #expect(count == 1)
        #expect(try store.countImprovable() == 1)
    }

    @Test func `keeps what was found already`() throws {
        try fixture.add("loras/ink.safetensors", seed: 3)
        let image = try fixture.image("a.png", SmallImage.graph(lora: "ink.safetensors"))
        _ = try fixture.store.snapshot(image)
        try fixture.add("loras/ink.safetensors", seed: 4)
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        #expect(try improve().count == 1)
        let models = try #require(try current(image)["models"]?.array)
        let lora = try #require(models.first { $0["folder"] == "loras" })
        #expect(lora["sha256"]?.string == SmallModel.digest(seed: 3).hex && lora["evidence"] == "inferred")
    }
}

@Suite struct `Reading many images` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    @Test func `stores them in one go, and gives each its own result`() throws {
        let images = try (0..<20).map { try fixture.image("i_\($0).png", SmallImage.graph(seed: UInt64($0 / 2))) }
        let results = try fixture.store.commit(try images.map { try fixture.store.prepare($0) })
        #expect(results.count == 20)
        // Pairs are the same file under two names.
        #expect(Set(results.map(\.id)).count == 10)
        #expect(results.filter(\.isNew).count == 10)
    }

    @Test func `skips what has not changed since, and nothing else`() throws {
        let image = try fixture.image("a.png", SmallImage.graph())
        #expect(try fixture.store.unchangedSnapshot(image) == nil)
        let id = try fixture.store.snapshot(image).id
        #expect(try fixture.store.unchangedSnapshot(image)?.digest == id)
        StoreFixture.waitForTick()
        _ = try fixture.image("a.png", SmallImage.graph(seed: 7))
        #expect(try fixture.store.unchangedSnapshot(image) == nil)
        let bare = try fixture.directory.write(SmallImage.infotext("nothing"), to: "output/bare.png")
        _ = try fixture.store.snapshot(bare)
        #expect(try fixture.store.unchangedSnapshot(bare) == nil)
    }

    @Test func `finds an image by its pixels when its texts are gone`() throws {
        let image = try fixture.image("a.png", SmallImage.graph())
        let id = try fixture.store.snapshot(image).id
        let stripped = try fixture.directory.write(SmallImage.infotext("nothing"), to: "elsewhere/b.png")
        let pixels = try #require(try fixture.store.pixels(ofFile: stripped))
        #expect(try fixture.store.images(ofPixels: pixels).map(\.snapshotID) == [id])
        #expect(try fixture.recipe(id)["image"]?["pixels"]?.string == pixels.hex)
    }

    /// > If a file has no record in it, one beside it is read: a file of its name with `.txt`, `.json`, `.swarm.json` or `.xmp`, or, for a
    /// > film, a PNG of the same name.
    @Test func `reads the record beside an image that has none`() throws {
        let image = try fixture.directory.write(SmallImage.infotext("nothing"), to: "output/a.png")
        #expect(try fixture.store.snapshot(image).reasons.map(\.code) == [.metadataAbsent])
        let other = try fixture.directory.write(SmallImage.infotext("nothing else"), to: "output/b.png")
        try fixture.directory.write(
            Array("a cat\nSteps: 1, Seed: 5, CFG scale: 3, Model: m, RNG: CPU".utf8), to: "output/b.txt")
        let recipe = try fixture.recipe(try fixture.store.snapshot(other).id)
        #expect(recipe["passes"]?.array?.first?["seed"] == 5)
        #expect(recipe["parameters"]?.string?.hasPrefix("a cat") == true)
    }
}
