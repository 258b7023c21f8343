import Foundation
import GRDB
import Glibc
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

private let caller = LiveView.Caller(
    user: 1000, group: 100,
    opener: Opener(
        identity: "boot-7-9", pid: 7, started: Timestamp(seconds: 5, nanoseconds: 0), executable: "/usr/bin/a program"))

/// Files that a mount makes get their rows with the next transaction of any kind, and are there before it all the same.
@Suite(.timeLimit(.minutes(10))) struct `A fresh file` {
    let fixture: StoreFixture
    let folder: Int64

    init() throws {
        fixture = try StoreFixture()
        folder = try LiveView(fixture.store).makeDirectory("checkpoints", in: LiveRow.root, mode: 0o755, by: caller).id
    }

    /// A mount's view, on an opening of the store of its own; everything of it is gone after `body`, as after a kill.
    private func serve(_ body: (Store, LiveView) throws -> Void) throws {
        let store = try Store.open(fixture.store.path)
        let view = LiveView(store)
        view.serve(as: 4711)
        try view.beginJournal()
        // The directory is known as a whole, and there are numbers for files.
        for index in 0..<20 { _ = try store.live(named: "absent\(index)", in: folder) }
        try view.close(try view.create("first.txt", in: folder, mode: 0o644, by: caller).draft)
        for index in 0..<20 { _ = try store.live(named: "absent\(index)", in: folder) }
        try body(store, view)
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

    private func names(_ store: Store) throws -> [EntryName] {
        try store.live(in: folder, after: 0, limit: 30_000).map(\.name).sorted()
    }

    /// Without settling anything: another connection reads what is committed.
    private func committed() throws -> Set<String> {
        let raw = try DatabaseQueue(path: fixture.store.path.appending("catalogue.sqlite").string)
        return try raw.read { try String.fetchSet($0, sql: "SELECT name FROM live WHERE parent IS NOT NULL") }
    }

    @Test func `is made and renamed without a transaction, and is there at once`() throws {
        try serve { store, view in
            let commit = try #require(store.newestCommit)
            let before = try #require(try store.live(folder)).modified
            let row = try write("a.txt.part", [1], view)
            try view.rename("a.txt.part", in: folder, to: "a.txt", in: folder, .replace, by: caller)
            #expect(store.newestCommit == commit)
            #expect(try !committed().contains("a.txt"))
            let found = try #require(try store.live(named: "a.txt", in: folder))
            #expect(found.id == row.id && found.mode == 0o640 && found.user == 1000 && found.group == 100)
            #expect(try store.live(named: "a.txt.part", in: folder) == nil)
            #expect(try store.path(ofLive: row.id) == ["checkpoints", "a.txt"])
            #expect(try #require(try store.live(folder)).modified > before)
            #expect(store.newestCommit == commit)
        }
    }

    @Test func `has its row with whatever is committed or listed next`() throws {
        try serve { store, view in
            try write("a.txt", [1], view)
            let shown = try #require(try store.live(folder)).modified
            #expect(try names(store) == ["a.txt", "first.txt"])
            #expect(try committed().contains("a.txt"))
            #expect(try #require(try store.live(folder)).modified >= shown)
            try write("b.txt", [1], view)
            _ = try view.makeDirectory("inner", in: folder, mode: 0o755, by: caller)
            #expect(try committed().isSuperset(of: ["a.txt", "b.txt", "inner"]))
            try write("c.txt", [1], view)
            try view.remove("c.txt", in: folder, by: caller)
            #expect(try names(store) == ["a.txt", "b.txt", "first.txt", "inner"])
        }
    }

    @Test func `is listed at once also while its row is being written`() throws {
        FaultPoint.pause.store(300, ordering: .relaxed)
        defer { FaultPoint.pause.store(0, ordering: .relaxed) }
        try serve { store, view in
            let missing = Mutex<[EntryName]>([])
            let isDone = Mutex(false)
            DispatchQueue.concurrentPerform(iterations: 2) { index in
                guard index == 0 else {
                    while !isDone.withLock({ $0 }) {
                        _ = try? view.makeDirectory("taken", in: folder, mode: 0, by: caller)
                    }
                    return
                }
                for number in 0..<200 {
                    let name: EntryName = "\(number).txt"
                    let isThere = (try? write(name, [1], view)) != nil && (try? names(store).contains(name)) == true
                    if !isThere { missing.withLock { $0.append(name) } }
                }
                isDone.withLock { $0 = true }
            }
            #expect(missing.withLock { $0 } == [])
        }
    }

    @Test func `has its row a moment after it is left alone`() throws {
        try serve { store, view in
            try write("a.txt", [1], view)
            try eventually {
                try view.publish()
                return try committed().contains("a.txt")
            }
        }
    }

    @Test func `is a version like any other when it is a model`() throws {
        try serve { store, view in
            let bytes = SmallModel.bytes(seed: 1)
            try write("a.safetensors.part", bytes, view)
            try view.rename("a.safetensors.part", in: folder, to: "a.safetensors", in: folder, .new, by: caller)
            try view.publish()
            #expect(try store.digests(of: "checkpoints/a.safetensors") == [SmallModel.digest(seed: 1)])
            var programs: [String?] = []
            try store.forEachEvent(of: "checkpoints/a.safetensors") { programs.append($0.executable) }
            #expect(programs == ["/usr/bin/a program"])
            // Its directory's time, too; after that a mount has nothing to do.
            let shown = try #require(try store.live(folder)).modified
            try view.publish()
            let commit = store.newestCommit
            try view.publish()
            #expect(store.newestCommit == commit)
            #expect(try #require(try Store.open(fixture.store.path).live(folder)).modified == shown)
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
            #expect(try committed().isDisjoint(with: ["made.safetensors", odd.text]))
        }
        let recovery = try LiveView(fixture.store).recover()
        #expect(recovery.published == ["checkpoints/made.safetensors"])
        #expect(recovery.partial == ["checkpoints/open.safetensors.partial"])
        #expect(try names(fixture.store) == [odd, "first.txt", "made.safetensors", "open.safetensors.partial"])
        let row = try #require(try fixture.store.live(named: odd, in: folder))
        #expect(row.mode == 0o640 && row.user == 1000 && row.group == 100)
        #expect(try FileManager.default.contentsOfDirectory(atPath: journals).filter { $0.hasPrefix("journal") } == [])
    }

    @Test func `is lost in a power cut where nobody synced it, and kept where somebody did`() throws {
        _ = try LiveView(fixture.store).recover()
        try serve { _, view in
            let synced = try write("synced.txt", [1], view)
            try view.sync(synced.id)
            let removed = try write("removed.txt", [1], view)
            try view.sync(removed.id)
            try view.remove("removed.txt", in: folder, by: caller)
            try view.syncNames()
            try write("late.txt", [1], view)
        }
        // The cut took the end of the journal: nothing there says that any of them has a row.
        let path = journals + "/journal-4711"
        let records = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\0")
        try records.filter { $0.hasPrefix("made") }.map { $0 + "\0" }.joined()
            .write(toFile: path, atomically: true, encoding: .utf8)
        let raw = try DatabaseQueue(path: fixture.store.path.appending("catalogue.sqlite").string)
        try raw.write { try $0.execute(sql: "UPDATE meta SET value = 'another' WHERE key = 'boot'") }
        _ = try LiveView(fixture.store).recover()
        #expect(try names(fixture.store) == ["first.txt", "synced.txt"])
    }

    private var journals: String { fixture.store.path.appending("live").string }

    @Test func `keeps the journal short, however many there are`() throws {
        try serve { store, view in
            let path = journals + "/journal-4711"
            func size() throws -> Int { try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0 }
            var sizes: [Int] = []
            while sizes.last ?? 0 >= sizes.dropLast().last ?? 0, sizes.count < 20_000 {
                let name: EntryName = "\(sizes.count)\(String(repeating: "x", count: 200))"
                try write(name, [1], view)
                // Never all of them: one has just been made.
                if sizes.count % 100 == 99 { StoreFixture.waitForTick() }
                if sizes.count % 100 == 0 { try view.publish() }
                sizes.append(try size())
            }
            #expect(try size() < 1 << 20 && sizes.count < 20_000)
            try write("last.txt", [1], view)
        }
        let count = try names(fixture.store).count
        _ = try LiveView(fixture.store).recover()
        #expect(try names(fixture.store).count > count)
        #expect(try names(fixture.store).contains("last.txt"))
    }

    @Test func `comes back once, and not after it was removed`() throws {
        try serve { store, view in
            try write("kept.txt", [1], view)
            let removed = try write("removed.txt", [1], view)
            _ = try names(store)
            try view.remove("removed.txt", in: folder, by: caller)
            view.forget(removed.id)
            try view.publish()
        }
        _ = try LiveView(fixture.store).recover()
        #expect(try names(fixture.store) == ["first.txt", "kept.txt"])
        _ = try LiveView(fixture.store).recover()
        #expect(try names(fixture.store) == ["first.txt", "kept.txt"])
    }

    @Test func `comes back from a journal that was cut off or spoiled at its end`() throws {
        try serve { _, view in
            try write("a.txt", [1], view)
            try write("b.txt", [1], view)
        }
        let path = journals + "/journal-4711"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try (whole.dropLast(3) + [0xFF, 0, 0x41]).write(to: URL(fileURLWithPath: path))
        _ = try LiveView(fixture.store).recover()
        // The file of the other is one that no row knows.
        #expect(try names(fixture.store) == ["a.txt", "first.txt"])
    }

    @Test func `comes after what another process made under its name, and that keeps its version`() throws {
        let other = LiveView(try Store.open(fixture.store.path))
        try serve { store, view in
            try write("a.safetensors", SmallModel.bytes(seed: 1), view)
            try write("a.safetensors", SmallModel.bytes(seed: 2), other)
            try view.publish()
            try other.publish()
            _ = try view.publish()
            #expect(
                try Set(store.digests(of: "checkpoints/a.safetensors"))
                    == [SmallModel.digest(seed: 1), SmallModel.digest(seed: 2)])
            let held = try #require(try store.live(named: "a.safetensors", in: folder)?.blob)
            #expect(held.digest == SmallModel.digest(seed: 1))
        }
    }

    @Test func `steps aside for a directory, and is kept where its own is gone`() throws {
        let other = LiveView(try Store.open(fixture.store.path))
        try serve { store, view in
            try write("a.txt", [1], view)
            _ = try other.makeDirectory("a.txt", in: folder, mode: 0o755, by: caller)
            #expect(try names(store) == ["a.txt", "a.txt.partial", "first.txt"])
            let inner = try view.makeDirectory("inner", in: folder, mode: 0o755, by: caller).id
            let (_, draft) = try view.create("b.txt", in: inner, mode: 0o644, by: caller)
            try view.close(draft)
            try other.removeDirectory("inner", in: folder, by: caller)
            #expect(try store.live(named: "b.txt.partial", in: LiveRow.root) != nil)
        }
    }

    @Test func `is made by a transaction where its name is taken`() throws {
        try serve { store, view in
            try write("a.txt", [1], view)
            #expect(throws: StoreError.self) { try write("a.txt", [2], view) }
            try write("b.txt", [1], view)
            #expect(throws: StoreError.self) {
                try view.rename("b.txt", in: folder, to: "a.txt", in: folder, .new, by: caller)
            }
            try view.rename("b.txt", in: folder, to: "a.txt", in: folder, .replace, by: caller)
            #expect(try names(store) == ["a.txt", "first.txt"])
        }
    }

    @Test func `leaves no journal behind at an orderly end`() throws {
        try serve { _, view in
            try write("a.txt", [1], view)
            try view.endJournal()
            #expect(try committed().contains("a.txt"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: journals).allSatisfy { Int($0) != nil })
    }
}
