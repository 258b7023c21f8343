import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `A link beneath a directory that was named` {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    private func link(_ name: String, to target: FilePath) throws {
        let path = fixture.directory.appending(name).string
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target.string)
    }

    @Test func `is not an input`() throws {
        let secret = try fixture.directory.write([4, 5, 6], to: "secret/in.png", modified: 1_000_000_000)
        let image = try fixture.image("day/a.png", SmallImage.graph(image: "in.png"))
        try fixture.directory.write([1, 2, 3], to: "input/in.png", modified: 1_000_000_000)
        try link("input/in.png", to: secret)
        #expect(try fixture.store.snapshot(image).reasons.map(\.code).contains(.inputMissing))
        #expect(try fixture.store.blob(SHA256.digest(of: [4, 5, 6])) == nil)
    }

    @Test func `is not an image`() throws {
        let secret = try fixture.image("secret.png", SmallImage.graph())
        try fixture.directory.write([0], to: "gallery/day/other")
        let gallery = fixture.directory.appending("gallery")
        try link("gallery/day/a.png", to: secret)
        try link("gallery/night", to: secret.removingLastComponent())
        for path in [gallery.appending("day/a.png"), gallery.appending("night/secret.png")] {
            #expect(throws: StoreError.self) { try fixture.store.prepare(path, root: gallery) }
        }
        // A link that is named itself is meant.
        #expect(throws: Never.self) { try fixture.store.prepare(gallery.appending("day/a.png")) }
    }

    @Test func `is no record beside an image`() throws {
        let image = try fixture.directory.write(SmallImage.infotext(""), to: "output/a.png")
        let text = Array("a secret cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64".utf8)
        let secret = try fixture.directory.write(text, to: "secret/a.txt")
        try link("output/a.txt", to: secret)
        #expect(try RecipeFile.read(image).recipe.generator.dialect == nil)
        // It is one where it lies there itself.
        try FileManager.default.removeItem(atPath: fixture.directory.appending("output/a.txt").string)
        try fixture.directory.write(text, to: "output/a.txt")
        #expect(try RecipeFile.read(image).recipe.generator.dialect != nil)
    }

    @Test func `brings no bytes back`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let digest = SmallModel.digest(seed: 1)
        unlink(fixture.store.path.string + "/blobs/sha256/" + digest.hex)
        _ = try fixture.store.verifyDamaged { _ in }
        let blob = try #require(try fixture.store.blob(digest))
        _ = try fixture.store.verify(blob) { _ in }
        let secret = try fixture.directory.write(SmallModel.bytes(seed: 1), to: "secret/model.bin")
        try fixture.directory.write([0], to: "from/other")
        try link("from/model.bin", to: secret)
        try link("from/directory", to: secret.removingLastComponent())
        let places = [fixture.directory.appending("from")]
        #expect(try fixture.store.repair(from: places, isIndexBroken: false) { _ in }.restored.isEmpty)
        // A link that is named itself is meant.
        let named = try fixture.store.repair(from: [places[0].appending("directory")], isIndexBroken: false) { _ in }
        #expect(named.restored.map(\.digest) == [digest])
    }
}
