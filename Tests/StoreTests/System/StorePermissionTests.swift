import Foundation
import Glibc
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `A store's files` {
    @Test func `are its owner's alone, and blobs nobody's to write`() throws {
        let before = umask(0)
        defer { umask(before) }
        let fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let row = try fixture.row(try fixture.store.snapshot(try fixture.image(SmallImage.graph())).id)
        _ = try fixture.store.pin(row, as: "cover")
        _ = try fixture.store.backUp()
        let root = fixture.store.path.string
        for name in [""] + (FileManager.default.enumerator(atPath: root)?.allObjects.compactMap { $0 as? String } ?? [])
        {
            let facts = try FileNumbers(root + "/" + name)
            let wanted = facts.isDirectory ? 0o700 : name.hasPrefix("blobs/") ? 0o444 : 0o600
            #expect(facts.mode == wanted, "\(name)")
        }
    }
}
