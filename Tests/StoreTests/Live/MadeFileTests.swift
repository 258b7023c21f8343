import Foundation
import GRDB
import Glibc
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

private let caller = Caller(
    user: 1000, group: 100,
    opener: Opener(
        identity: "boot-7-9", pid: 7, started: Timestamp(seconds: 5, nanoseconds: 0), executable: "/usr/bin/a program"))

/// Making, writing, closing, renaming and deleting are rows of the catalogue, so a kill at any moment loses none of them.
@Suite(.timeLimit(.minutes(20))) struct `A file that was made` {
    let fixture: StoreFixture
    let folder: Int64

    init() throws {
        fixture = try StoreFixture()
        folder = try LiveView(fixture.store).makeDirectory("checkpoints", in: LiveRow.root, mode: 0o755, by: caller).id
    }

    /// A view on an opening of the store of its own; everything of it is gone after `body`, as after a kill.
    private func serve(_ body: (Store, LiveView) throws -> Void) throws {
        let store = try Store.open(fixture.store.path)
        try body(store, LiveView(store))
    }

    @discardableResult
    private func write(
        _ name: EntryName, _ bytes: [UInt8], _ view: LiveView, closes: Bool = true
    ) throws -> LiveRow {
        let (row, draft) = try view.create(name, in: folder, mode: 0o640, by: caller)
        try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
        guard closes else { return row }
        try draft.flush()
        try view.close(draft)
        return row
    }

    private func names(_ store: Store) throws -> [String] {
        try store.live(in: folder, after: 0, limit: 30_000).map(\.name.text).sorted()
    }

    private func recover() throws -> Recovery {
        let view = LiveView(fixture.store)
        defer { _ = try? view.publish() }
        return try view.recover()
    }

    @Test func `is a version with the name that it has in the end, and says which program wrote it`() throws {
        try serve { store, view in
            try write("a.safetensors.part", SmallModel.bytes(seed: 1), view)
            try view.rename("a.safetensors.part", in: folder, to: "a.safetensors", in: folder, .new, by: caller)
            try view.publish()
            #expect(try store.digests(of: "checkpoints/a.safetensors") == [SmallModel.digest(seed: 1)])
            var programs: [String?] = []
            try store.forEachEvent(of: "checkpoints/a.safetensors") { programs.append($0.executable) }
            #expect(programs == ["/usr/bin/a program"])
        }
    }

    /// `add` takes a file of any name that is given to it.
    @Test func `is the next version of a name without a model's suffix that has one`() throws {
        let source = try fixture.directory.write([1, 2, 3], to: "elsewhere/noext")
        for item in try fixture.store.plan(adding: [source], folder: try ModelPath("checkpoints")).items {
            _ = try fixture.store.add(item)
        }
        try serve { store, view in
            try view.remove("noext", in: folder, by: caller)
            try write("noext", [4, 5, 6, 7], view)
            try view.publish()
            #expect(
                try store.digests(of: "checkpoints/noext") == [[1, 2, 3], [4, 5, 6, 7]].map { SHA256.digest(of: $0) })
            try view.remove("noext", in: folder, by: caller)
            let versions = try store.versions(called: "noext")
            #expect(versions.count == 2 && versions.allSatisfy { !$0.isLive })
        }
    }

    @Test func `survives a kill with the name that it had last`() throws {
        let odd: EntryName = "a \"b\" % ü\n.txt"
        try serve { store, view in
            try write("made.safetensors", SmallModel.bytes(seed: 1), view)
            try write("c.part", [1, 2, 3], view)
            try view.rename("c.part", in: folder, to: "d.part", in: folder, .replace, by: caller)
            try view.rename("d.part", in: folder, to: odd, in: folder, .replace, by: caller)
            try write("open.safetensors", SmallModel.bytes(seed: 2), view, closes: false)
        }
        #expect(try recover().partial == ["checkpoints/open.safetensors.partial"])
        #expect(try fixture.store.digests(of: "checkpoints/made.safetensors") == [SmallModel.digest(seed: 1)])
        #expect(try names(fixture.store) == [odd.text, "made.safetensors", "open.safetensors.partial"])
        let row = try #require(try fixture.store.live(named: odd, in: folder))
        #expect(row.mode == 0o640 && row.user == 1000 && row.group == 100)
    }

    @Test func `is a version after a kill also where its name is not a model's by then`() throws {
        try serve { _, view in
            try write("a.safetensors", SmallModel.bytes(seed: 1), view)
            try view.rename("a.safetensors", in: folder, to: "a.bak", in: folder, .replace, by: caller)
        }
        _ = try recover()
        #expect(try fixture.store.digests(of: "checkpoints/a.safetensors") == [SmallModel.digest(seed: 1)])
        #expect(try fixture.store.liveVersion(of: "checkpoints/a.safetensors") == nil)
        #expect(try names(fixture.store) == ["a.bak"])
    }

    @Test func `is a version after a kill also where a command took its name`() throws {
        try serve { _, view in try write("a.safetensors", SmallModel.bytes(seed: 1), view) }
        try fixture.add("checkpoints/a.safetensors", seed: 2)
        _ = try recover()
        #expect(
            try Set(fixture.store.digests(of: "checkpoints/a.safetensors"))
                == [SmallModel.digest(seed: 1), SmallModel.digest(seed: 2)])
        let held = try #require(try fixture.store.live(named: "a.safetensors", in: folder)?.blob)
        #expect(held.digest == SmallModel.digest(seed: 2))
    }

    @Test func `is not a version where somebody writes on after another closed it, but what was closed is`() throws {
        try serve { _, view in
            let (row, draft) = try view.create("a.safetensors", in: folder, mode: 0o640, by: caller)
            let bytes = SmallModel.bytes(seed: 1)
            try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
            // One of two descriptors is closed.
            try draft.flush()
            let second = try #require(try view.write(row.id, by: caller))
            try [UInt8](repeating: 9, count: 10).withUnsafeBytes { bytes throws in try second.write(bytes, at: 0) }
        }
        #expect(try recover().partial == ["checkpoints/a.safetensors.partial"])
        #expect(try fixture.store.digests(of: "checkpoints/a.safetensors") == [SmallModel.digest(seed: 1)])
    }

    @Test func `is a version before it changes, also where the kernel is late to say that it was let go`() throws {
        try serve { store, view in
            let (row, draft) = try view.create("a.safetensors", in: folder, mode: 0o640, by: caller)
            let bytes = SmallModel.bytes(seed: 1)
            try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
            try draft.flush()
            Thread.detachNewThread {
                usleep(100_000)
                try? view.close(draft)
            }
            // It leads to another node by then.
            #expect(try view.write(row.id, by: caller) == nil)
            #expect(try store.digests(of: "checkpoints/a.safetensors") == [SmallModel.digest(seed: 1)])
        }
    }

    @Test func `is trusted after a power cut where somebody synced it`() throws {
        _ = try recover()
        try serve { _, view in
            let synced = try write("synced.safetensors", SmallModel.bytes(seed: 1), view)
            try view.sync(synced.id)
            let plain = try write("plain.txt", [1], view)
            try view.sync(plain.id)
            try write("late.safetensors", SmallModel.bytes(seed: 2), view)
        }
        let raw = try DatabaseQueue(path: fixture.store.path.appending("catalogue.sqlite").string)
        try raw.write { try $0.execute(sql: "UPDATE meta SET value = 'another' WHERE key = 'boot'") }
        #expect(try recover().partial == ["checkpoints/late.safetensors.partial"])
        #expect(try names(fixture.store) == ["late.safetensors.partial", "plain.txt", "synced.safetensors"])
    }

    @Test func `is gone once it was removed, also after a kill`() throws {
        try serve { store, view in
            try write("kept.txt", [1], view)
            try write("removed.txt", [1], view)
            try view.remove("removed.txt", in: folder, by: caller)
        }
        _ = try recover()
        #expect(try names(fixture.store) == ["kept.txt"])
        let files = try FileManager.default.contentsOfDirectory(atPath: fixture.store.path.appending("live").string)
        #expect(files.count == 1)
    }

    @Test func `takes no name that is taken`() throws {
        try serve { store, view in
            try write("a.txt", [1], view)
            #expect(throws: StoreError.self) { try write("a.txt", [2], view) }
            try write("b.txt", [1], view)
            #expect(throws: StoreError.self) {
                try view.rename("b.txt", in: folder, to: "a.txt", in: folder, .new, by: caller)
            }
            try view.rename("b.txt", in: folder, to: "a.txt", in: folder, .replace, by: caller)
            #expect(try names(store) == ["a.txt"])
        }
    }

    @Test func `makes no transaction when nothing happens to it`() throws {
        try serve { store, view in
            try write("a.safetensors", SmallModel.bytes(seed: 1), view)
            try view.publish()
            let commit = store.newestCommit
            try view.publish()
            #expect(store.newestCommit.isSame(as: commit))
        }
    }

    @Test func `has its row as long as somebody has it open`() throws {
        try serve { store, view in
            let row = try write("a.txt", [1], view)
            var handle: LiveView.Handle? = view.hold(row.id)
            try view.remove("a.txt", in: folder, by: caller)
            try view.publish()
            #expect(try store.live(row.id) != nil)
            withExtendedLifetime(handle) {}
            handle = nil
            try view.publish()
            #expect(try store.live(row.id) == nil)
        }
    }

    @Test func `never lies in another store that has the path by now`() throws {
        let path = fixture.store.path
        let view = LiveView(fixture.store)
        try write("a.bin", [1], view)
        let moved = fixture.directory.appending("moved")
        try FileManager.default.moveItem(atPath: path.string, toPath: moved.string)
        let other = try Store.create(path)
        func expectMoved(_ body: () throws -> Void) {
            do {
                try body()
                Issue.record("it went on")
            } catch StoreError.moved {
            } catch { Issue.record(error) }
        }
        expectMoved { try write("b.bin", [2], view) }
        expectMoved { try view.remove("a.bin", in: folder, by: caller) }
        expectMoved { if let failure = try view.publish().failures.first { throw failure } }
        #expect(try other.counts().versions == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path.appending("live").string).isEmpty)
        #expect(try LiveView(Store.open(moved)).recover().lost.isEmpty)
    }
}
