import Foundation
import GRDB
import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

private let caller = Caller(user: getuid(), group: getgid(), opener: nil)

/// What a killed process leaves: its view is dropped as it is, and another one begins on the same store.
@Suite(.timeLimit(.minutes(20))) struct `A live view after a crash` {
    let fixture: StoreFixture
    let folder: Int64

    init() throws {
        fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let row = try fixture.store.live(named: "checkpoints", in: LiveRow.root)
        folder = try #require(row).id
    }

    private enum End { case none, flush, sync, close }

    /// Begins to write `seed` under a name and ends as a kill at that point would.
    private func write(_ name: EntryName, seed: UInt64, _ end: End, then: (LiveView) throws -> Void = { _ in }) throws {
        let view = LiveView(fixture.store)
        var draft: Draft?
        if let row = try fixture.store.live(named: name, in: folder) {
            draft = try view.write(row.id, by: caller)
            if draft == nil, let row = try fixture.store.live(named: name, in: folder) {
                draft = try view.write(row.id, by: caller)
            }
        } else {
            draft = try view.create(name, in: folder, mode: 0o644, by: caller).draft
        }
        let writing = try #require(draft)
        let bytes = SmallModel.bytes(seed: seed)
        try writing.truncate(0)
        try bytes.withUnsafeBytes { bytes throws in try writing.write(bytes, at: 0) }
        if end == .sync { try writing.sync() }
        if end != .none { try writing.flush() }
        if end == .close { try view.close(writing) }
        try then(view)
    }

    private func recover() throws -> (published: [String], Recovery) {
        let view = LiveView(fixture.store)
        let recovery = try view.recover()
        return (try view.publish().versions.map { "\($0.name)" }, recovery)
    }

    private func boot(_ text: String) throws {
        let raw = try DatabaseQueue(path: fixture.store.path.appending("catalogue.sqlite").string)
        try raw.write { db in
            try db.execute(
                sql: "INSERT INTO meta VALUES ('boot', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1",
                arguments: [text])
        }
    }

    private var digests: [Digest] {
        get throws { try fixture.store.digests(of: "checkpoints/model.safetensors") }
    }
    private func names() throws -> [EntryName] {
        try fixture.store.live(in: folder, after: 0, limit: 100).map(\.name).sorted()
    }

    @Test func `has a version of what was closed`() throws {
        try write("model.safetensors", seed: 2, .flush)
        #expect(try recover().published == ["checkpoints/model.safetensors"])
        #expect(try digests == [1, 2].map { SmallModel.digest(seed: $0) })
        #expect(try names() == ["model.safetensors"])
    }

    /// > Closed files survive the death of the mount's process, and synced files survive a power cut. A model's file that was never closed
    /// > is `<name>.partial` at the next start and does not become a version, and the name has the version that it had before; if it had
    /// > none, because what was closed before was incomplete as well, nothing has the name.
    @Test func `keeps what was never closed aside, and the version before under its name`() throws {
        try write("model.safetensors", seed: 2, .none)
        try write("new.safetensors", seed: 3, .none)
        #expect(
            try recover().1.partial == ["checkpoints/model.safetensors.partial", "checkpoints/new.safetensors.partial"])
        #expect(try digests == [SmallModel.digest(seed: 1)])
        #expect(try names() == ["model.safetensors", "model.safetensors.partial", "new.safetensors.partial"])
        let view = LiveView(fixture.store)
        for (name, seed) in [
            ("model.safetensors", 1), ("model.safetensors.partial", 2), ("new.safetensors.partial", 3),
        ] as [(EntryName, Int)] {
            let row = try #require(try fixture.store.live(named: name, in: folder))
            let bytes: [UInt8]
            switch try view.contents(of: row) {
            case .bytes(let all): bytes = all
            case .file(let file): bytes = try FileSource(file, count: 1 << 20).read(at: 0, count: 1 << 20)
            }
            #expect(bytes == SmallModel.bytes(seed: UInt64(seed)))
        }
        #expect(try recover().1.partial.isEmpty)
    }

    /// As programs save: under another name first, which then takes the model's.
    @Test(arguments: [false, true]) func `gives the version before back where something unfinished took its name`(
        isPowerCut: Bool
    ) throws {
        _ = try recover()
        try write("model.safetensors.tmp", seed: 2, isPowerCut ? .close : .none) { view throws in
            try view.rename(
                "model.safetensors.tmp", in: folder, to: "model.safetensors", in: folder, .replace, by: caller)
        }
        #expect(try fixture.store.liveVersion(of: "checkpoints/model.safetensors") == nil)
        if isPowerCut { try boot("another") }
        #expect(try recover().1.partial == ["checkpoints/model.safetensors.partial"])
        #expect(try names() == ["model.safetensors", "model.safetensors.partial"])
        #expect(try fixture.store.liveVersion(of: "checkpoints/model.safetensors") == 1)
        #expect(try digests == [SmallModel.digest(seed: 1)])
    }

    @Test func `gives what was closed its name back where something unfinished took it`() throws {
        _ = try recover()
        try write("new.safetensors", seed: 2, .close) { view throws in
            let (_, draft) = try view.create("part.tmp", in: folder, mode: 0o644, by: caller)
            try [1, 2, 3].withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
            try view.rename("part.tmp", in: folder, to: "new.safetensors", in: folder, .replace, by: caller)
        }
        #expect(try recover().published == ["checkpoints/new.safetensors"])
        #expect(try names() == ["model.safetensors", "new.safetensors", "new.safetensors.partial"])
        #expect(try fixture.store.liveVersion(of: "checkpoints/new.safetensors") == 1)
    }

    @Test func `holds nothing where the name was empty before`() throws {
        let view = LiveView(fixture.store)
        try view.remove("model.safetensors", in: folder, by: caller)
        try write("model.safetensors", seed: 2, .none)
        #expect(try recover().1.partial == ["checkpoints/model.safetensors.partial"])
        #expect(try names() == ["model.safetensors.partial"])
    }

    @Test func `trusts after a power cut only what had been synced`() throws {
        _ = try recover()
        try write("closed.safetensors", seed: 2, .flush)
        try write("synced.safetensors", seed: 3, .sync)
        try boot("another")
        let (published, recovery) = try recover()
        #expect(published == ["checkpoints/synced.safetensors"])
        #expect(recovery.partial == ["checkpoints/closed.safetensors.partial"])
    }

    @Test func `pays names that a closed file had lost`() throws {
        try write("model.safetensors", seed: 2, .close) { view throws in
            try view.rename("model.safetensors", in: folder, to: "x.safetensors", in: folder, .replace, by: caller)
            try view.remove("x.safetensors", in: folder, by: caller)
        }
        _ = try recover()
        #expect(try digests == [1, 2].map { SmallModel.digest(seed: $0) })
        #expect(try fixture.store.digests(of: "checkpoints/x.safetensors") == [SmallModel.digest(seed: 2)])
        #expect(try names().isEmpty)
        #expect(try fixture.store.liveVersion(of: "checkpoints/model.safetensors") == nil)
    }

    @Test func `says which names lost their bytes, and gives the version before back`() throws {
        try write("model.safetensors", seed: 2, .none)
        let row = try #require(try fixture.store.live(named: "model.safetensors", in: folder))
        #expect(unlink(fixture.store.path.appending("live/\(row.id)").string) == 0)
        #expect(try recover().1.lost == ["checkpoints/model.safetensors"])
        #expect(try fixture.store.liveVersion(of: "checkpoints/model.safetensors") == 1)
        #expect(try names() == ["model.safetensors"])
    }

    @Test func `removes files that no row knows`() throws {
        try fixture.directory.write([1], to: "store/live/4711")
        _ = try recover()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: fixture.store.path.appending("live").string).isEmpty)
    }

    /// What a kill leaves of a file that was emptied while its old bytes were elsewhere does not take the name from them.
    @Test func `gives a name back what it held, also if its bytes are elsewhere`() throws {
        let model = try AwaitedModel()
        let row = { (name: EntryName) throws in
            let folder = try #require(try model.store.live(named: "checkpoints", in: LiveRow.root))
            return try #require(try model.store.live(named: name, in: folder.id))
        }
        let view = LiveView(model.store)
        var emptying = caller
        emptying.empties = true
        #expect(try view.write(row("model.safetensors").id, by: emptying) == nil)
        let draft = try #require(try view.write(row("model.safetensors").id, by: emptying))
        try draft.truncate(0)
        try [1, 2, 3].withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
        let recovery = try LiveView(model.store).recover()
        #expect(recovery.partial == ["checkpoints/model.safetensors.partial"])
        let left = try row("model.safetensors")
        #expect(left.blob?.digest == AwaitedModel.digest && left.version == 1)
    }
}
