import Dispatch
import Foundation
import GRDB
import Glibc
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// > `backup --to DIR` copies a store while it is in use: the copy is the store as it was at one moment. The next backup to the same
/// > directory copies what is new and deletes what garbage collection deleted. It does not touch a directory that is not a backup, or a
/// > backup that was written to since.
@Suite(.timeLimit(.minutes(20))) struct `A copy of a store` {
    let fixture: StoreFixture
    let view: LiveView
    var store: Store { fixture.store }
    var target: FilePath { fixture.directory.appending("copy") }
    private static let caller = Caller(user: getuid(), group: getgid(), opener: nil)

    init() throws {
        fixture = try StoreFixture()
        view = LiveView(fixture.store)
    }

    private func versions(_ store: Store) throws -> [String] {
        var all: [String] = []
        try store.forEachVersion(of: nil) {
            all.append("\($0.fullName) v\($0.number)\($0.dropped == nil ? "" : " dropped")")
        }
        return all
    }

    /// Nothing that the copy names is missing or other than it says.
    private func expectWhole() throws -> Store {
        let copy = try Store.open(target)
        #expect(try copy.verifyCatalogue().map(\.detail) == [])
        #expect(try copy.everyBlobIsWhole())
        #expect(try copy.verifyFiles(grace: .now()).map(\.detail) == [])
        for blob in try copy.blobs(after: 0, limit: 10_000) { #expect(try copy.verify(blob) { _ in } == nil) }
        return copy
    }

    private func write(_ bytes: [UInt8], _ name: EntryName, in folder: EntryName) throws {
        let parent =
            try store.live(named: folder, in: LiveRow.root)?.id
            ?? view.makeDirectory(folder, in: LiveRow.root, mode: 0o755, by: Self.caller).id
        let (_, draft) = try view.create(name, in: parent, mode: 0o644, by: Self.caller)
        try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
        try draft.flush()
        try view.close(draft)
    }

    @Test func `has every version, snapshot, pin and note`() throws {
        for seed in 1...3 { try fixture.add("checkpoints/model.safetensors", seed: UInt64(seed)) }
        let image = try fixture.image(SmallImage.graph(checkpoint: "model.safetensors", seed: 5))
        let id = try store.snapshot(image).id
        _ = try store.pin(try fixture.row(id), as: "best")
        try write(Array("a note".utf8), "notes.txt", in: "checkpoints")
        let report = try store.copy(to: target) { _ in }
        #expect(report.copied > 3 && report.kept == 0 && report.damaged.isEmpty)
        let copy = try expectWhole()
        #expect(try versions(copy) == versions(store))
        #expect(try copy.pin(named: "best")?.snapshotID == id)
        #expect(
            FileManager.default.contents(atPath: target.appending("index.json").string)
                == FileManager.default.contents(atPath: store.path.appending("index.json").string))
        let folder = try #require(try copy.live(named: "checkpoints", in: LiveRow.root))
        let note = try #require(try copy.live(named: "notes.txt", in: folder.id))
        #expect(FileManager.default.contents(atPath: target.string + "/live/\(note.id)") == Data("a note".utf8))
    }

    @Test func `takes only what is new the next time`() throws {
        for seed in 1...3 { try fixture.add("checkpoints/model.safetensors", seed: UInt64(seed)) }
        #expect(try store.copy(to: target) { _ in }.copied == 3)
        try fixture.add("checkpoints/model.safetensors", seed: 4)
        let report = try store.copy(to: target) { _ in }
        #expect(report.copied == 1 && report.kept == 3)
        #expect(try versions(expectWhole()) == versions(store))
        var read = 0
        #expect(try store.copy(to: target) { read += $0 }.copied == 0)
        #expect(read == 0)
    }

    @Test func `gets bytes again that were spoilt in it`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        _ = try store.copy(to: target) { _ in }
        let path = target.string + "/blobs/sha256/\(SmallModel.digest(seed: 1).hex)"
        #expect(chmod(path, 0o600) == 0)
        try Data([1, 2, 3]).write(to: URL(filePath: path))
        #expect(try store.copy(to: target) { _ in }.copied == 1)
        _ = try expectWhole()
    }

    @Test func `loses what garbage collection took`() throws {
        for seed in 1...2 { try fixture.add("checkpoints/model.safetensors", seed: UInt64(seed)) }
        _ = try store.copy(to: target) { _ in }
        StoreFixture.waitForTick()
        let policy = CollectionPolicy(supersededBefore: .now(), forgetBefore: nil, graceBefore: .now())
        #expect(try store.collect(policy, isDryRun: false).blobs == 1)
        _ = try store.copy(to: target) { _ in }
        #expect(try versions(expectWhole()) == versions(store))
        #expect(
            !FileManager.default.fileExists(atPath: target.string + "/blobs/sha256/\(SmallModel.digest(seed: 1).hex)"))
    }

    @Test func `has no damaged bytes, and they are named`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let path = store.path.string + "/blobs/sha256/\(SmallModel.digest(seed: 1).hex)"
        #expect(chmod(path, 0o600) == 0)
        try Data(SmallModel.bytes(seed: 2)).write(to: URL(filePath: path))
        #expect(try store.copy(to: target) { _ in }.damaged == [SmallModel.digest(seed: 1)])
        let copy = try Store.open(target)
        #expect(try copy.verifyDamaged { _ in }.map(\.kind) == [.missing])
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.string + "/blobs/sha256") == [])
    }

    @Test(arguments: ["link", "pipe", "directory"])
    func `names a blob as damaged where something else than a file has its place`(kind: String) throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        try fixture.add("loras/whole.safetensors", seed: 2)
        let path = store.path.string + "/blobs/sha256/\(SmallModel.digest(seed: 1).hex)"
        try #require(unlink(path) == 0)
        switch kind {
        case "link": try #require(symlink("/dev/null", path) == 0)
        case "pipe": try #require(mkfifo(path, 0o600) == 0)
        default: try #require(mkdir(path, 0o700) == 0)
        }
        let report = try store.copy(to: target) { _ in }
        #expect(report.damaged == [SmallModel.digest(seed: 1)] && report.copied == 1)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: target.string + "/blobs/sha256")
                == [SmallModel.digest(seed: 2).hex])
    }

    @Test func `is not written over anything else`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        try fixture.directory.write([1], to: "full/notes.txt")
        for place in [fixture.directory.appending("full"), try StoreFixture().store.path, store.path] {
            #expect(throws: StoreError.self) { try store.copy(to: place) { _ in } }
        }
        let other = try StoreFixture()
        _ = try other.store.copy(to: target) { _ in }
        #expect(throws: StoreError.self) { try store.copy(to: target) { _ in } }
        #expect(try versions(Store.open(target)) == [])
    }

    @Test func `is left alone while it is used, and once it has been`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        _ = try store.copy(to: target) { _ in }
        do {
            let copy = try Store.open(target)
            #expect(throws: StoreError.self) { try store.copy(to: target) { _ in } }
            try fixture.directory.write(SmallModel.bytes(seed: 9), to: "more/loras/own.safetensors")
            let plan = try copy.plan(adding: [fixture.directory.appending("more")], folder: nil)
            for item in plan.items { _ = try copy.add(item) }
        }
        #expect(throws: StoreError.self) { try store.copy(to: target) { _ in } }
        #expect(try versions(Store.open(target)).count == 2)
    }

    @Test func `is left alone once somebody wrote a note there`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        _ = try store.copy(to: target) { _ in }
        let copy = LiveView(try Store.open(target))
        let (_, draft) = try copy.create("note.txt", in: LiveRow.root, mode: 0o644, by: Self.caller)
        try [1, 2].withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
        try draft.flush()
        try copy.close(draft)
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        #expect(throws: StoreError.self) { try store.copy(to: target) { _ in } }
    }

    @Test func `has a note that changed while its size and time did not`() throws {
        try write(Array("AAAA".utf8), "note.txt", in: "notes")
        let folder = try #require(try store.live(named: "notes", in: LiveRow.root)).id
        let row = try #require(try store.live(named: "note.txt", in: folder))
        var change = InodeChange()
        change.modified = Timestamp("2020-01-01T00:00:00Z")
        try view.change(row.id, change)
        _ = try store.copy(to: target) { _ in }
        StoreFixture.waitForTick()
        let draft = try #require(try view.write(row.id, by: Self.caller))
        try Array("BBBB".utf8).withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
        try draft.flush()
        try view.close(draft)
        try view.change(row.id, change)
        _ = try store.copy(to: target) { _ in }
        #expect(FileManager.default.contents(atPath: target.string + "/live/\(row.id)") == Data("BBBB".utf8))
    }

    @Test func `trusts what was closed also after the machine has started anew`() throws {
        _ = try view.recover()
        try write(SmallModel.bytes(seed: 5), "closed.safetensors", in: "loras")
        _ = try store.copy(to: target) { _ in }
        let raw = try DatabaseQueue(path: target.appending("catalogue.sqlite").string)
        try raw.write { try $0.execute(sql: "UPDATE meta SET value = 'another' WHERE key = 'boot'") }
        try raw.close()
        let copy = LiveView(try Store.open(target))
        #expect(try copy.recover().partial == [])
        #expect(try copy.publish().versions.map { "\($0.name)" } == ["loras/closed.safetensors"])
    }

    @Test func `is not written where somebody else could lead it elsewhere`() throws {
        guard geteuid() == 0 else { try Test.cancel("skipped: only root can act as another user") }
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        try FileManager.default.createDirectory(atPath: target.string, withIntermediateDirectories: true)
        try #require(chown(target.string, OtherUser.id, OtherUser.id) == 0)
        #expect(throws: StoreError.self) { try store.copy(to: target) { _ in } }
        try #require(chown(target.string, 0, 0) == 0)
        _ = try store.copy(to: target) { _ in }
        let precious = try fixture.directory.write([1], to: "victim/precious").removingLastComponent().string
        try #require(rmdir(target.string + "/incoming") == 0 && symlink(precious, target.string + "/incoming") == 0)
        #expect(throws: StoreError.self) { try store.copy(to: target) { _ in } }
        #expect(try FileManager.default.contentsOfDirectory(atPath: precious) == ["precious"])
    }

    @Test(arguments: 1...4) func `is whole while others add, write, delete and collect`(seed: UInt64) throws {
        _ = try view.recover()
        let isDone = Atomic(false)
        let busy = DispatchGroup()
        let other = try Store.open(store.path)
        DispatchQueue.global().async(group: busy) {
            var number = seed * 1000
            while !isDone.load(ordering: .relaxed) {
                number += 1
                let name = EntryName(stringLiteral: "\(number % 7).safetensors")
                if let folder = try? self.store.live(named: "loras", in: LiveRow.root),
                    let row = try? self.store.live(named: name, in: folder.id)
                {
                    _ = try? self.view.remove(row.name, in: folder.id, by: Self.caller)
                }
                try? self.write(SmallModel.bytes(seed: number), name, in: "loras")
                if number % 2 == 0 { _ = try? self.view.publish() }
                if number % 5 == 0 {
                    let now = Timestamp.now()
                    _ = try? other.collect(
                        CollectionPolicy(supersededBefore: now, forgetBefore: nil, graceBefore: now), isDryRun: false)
                }
            }
        }
        defer {
            isDone.store(true, ordering: .relaxed)
            busy.wait()
        }
        for _ in 0..<4 {
            do { _ = try store.copy(to: target) { _ in } } catch StoreError.conflict { continue }
            _ = try expectWhole()
        }
    }
}
