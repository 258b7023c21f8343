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
            var facts = stat()
            try #require(lstat(root + "/" + name, &facts) == 0)
            let isDirectory = facts.st_mode & S_IFMT == S_IFDIR
            let wanted: mode_t = isDirectory ? 0o700 : name.hasPrefix("blobs/") ? 0o444 : 0o600
            #expect(facts.st_mode & 0o7777 == wanted, "\(name)")
        }
    }
}
