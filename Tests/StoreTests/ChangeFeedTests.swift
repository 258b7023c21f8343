import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `What a mount is told of images` {
    let fixture: StoreFixture
    let feed: ChangeFeed
    init() throws {
        fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        feed = try ChangeFeed(fixture.store, for: 0)
        try keep("a.png", seed: 1, time: 1_000)
        _ = try feed.next()
    }

    private func keep(_ name: String, seed: UInt64, time: Int) throws {
        _ = try fixture.store.snapshot(try fixture.image(name, SmallImage.graph(seed: seed), modified: time))
    }

    private func told() throws -> [EntryName] { try feed.next()?.images.map(\.name) ?? [] }

    @Test func `is nothing of a new name, which nobody can have looked up`() throws {
        try keep("b.png", seed: 2, time: 1_000)
        let changes = try #require(try feed.next())
        #expect(changes.images.isEmpty && !changes.recipes)
    }

    @Test func `is a name that another image takes`() throws {
        try keep("a.png", seed: 2, time: 2_000)
        #expect(try told() == ["a.png"])
    }

    @Test func `is a name that an older image has again`() throws {
        try keep("a.png", seed: 2, time: 2_000)
        _ = try feed.next()
        try keep("a.png", seed: 1, time: 3_000)
        #expect(try told() == ["a.png"])
    }

    @Test func `is nothing of an image that is read again`() throws {
        try keep("a.png", seed: 1, time: 4_000)
        #expect(try told().isEmpty)
    }

    @Test func `is a name whose image was forgotten`() throws {
        StoreFixture.waitForTick()
        let now = Timestamp.now()
        _ = try fixture.store.collect(CollectionPolicy(forgetBefore: now, graceBefore: now), isDryRun: false)
        #expect(try told() == ["a.png"])
    }

    @Test func `are recipes, where an image has a better snapshot`() throws {
        let image = try fixture.image("late.png", SmallImage.graph(checkpoint: "late.safetensors"))
        _ = try fixture.store.snapshot(image)
        _ = try feed.next()
        try fixture.add("checkpoints/late.safetensors", seed: 30)
        _ = try fixture.store.snapshot(image)
        #expect(try #require(try feed.next()).recipes)
    }

    @Test func `are recipes, where a model is lost or comes back`() throws {
        // A grade that was asked for rests on the model.
        let row = try #require(try fixture.store.newestImage(named: "a.png"))
        _ = try fixture.store.rendering(.json, of: row.snapshot, named: "a.png")
        _ = try feed.next()
        let blob = try #require(try fixture.store.blob(SmallModel.digest(seed: 1)))
        let path = fixture.store.path.appending("blobs/sha256/\(blob.digest.hex)").string
        try FileManager.default.removeItem(atPath: path)
        #expect(try fixture.store.verify(blob) { _ throws(StoreError) in }?.kind == .missing)
        #expect(try #require(try feed.next()).recipes)
    }
}
