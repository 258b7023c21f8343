import Foundation
import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The scrub of a mount` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    @Test func `finds damage by itself, and says when it read last`() throws {
        try fixture.add("checkpoints/good.safetensors", seed: 1)
        try fixture.add("checkpoints/bad.safetensors", seed: 2)
        let bad = SmallModel.digest(seed: 2).hex
        let path = fixture.store.path.string + "/blobs/sha256/" + bad
        try #require(unlink(path) == 0)
        try fixture.directory.write([1, 2, 3], to: "store/blobs/sha256/" + bad)
        var schedule = ScrubSchedule()
        schedule.delay = 10_000
        try View.mount(fixture.store, scrub: schedule) { tree in
            func status() throws -> JSON { try JSONParser.parse(try tree.read(".reprofs/status")) }
            try eventually { try status()["verification"]?["lost"] == 1 && status()["verification"]?["unread"] == 0 }
            // Whoever found it first: it does not stay among the blobs.
            try eventually { FileManager.default.fileExists(atPath: fixture.store.path.string + "/quarantine/" + bad) }
            #expect(try status()["lastScrub"]?.string != nil)
            #expect(try tree.read("models/checkpoints/good.safetensors") == SmallModel.bytes(seed: 1))
            #expect(throws: (any Error).self) { try tree.read("models/checkpoints/bad.safetensors") }
        }
    }

    @Test func `leaves the work to the mount that has it`() throws {
        let lease = try #require(try fixture.store.leaseForScrub())
        #expect(try Store.open(fixture.store.path).leaseForScrub() == nil)
        withExtendedLifetime(lease) {}
    }
}
