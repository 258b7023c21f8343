import Foundation
import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

private let caller = Caller(user: getuid(), group: getgid(), opener: nil)
private let name: EntryName = "large.bin"

/// A file that takes long to hash: nobody waits for that.
@Suite(.timeLimit(.minutes(20))) struct `A large file that was closed` {
    let fixture: StoreFixture
    let view: LiveView
    let folder: Int64

    init() throws {
        fixture = try StoreFixture()
        view = LiveView(fixture.store)
        folder = try view.makeDirectory("checkpoints", in: LiveRow.root, mode: 0o755, by: caller).id
        let draft = try view.create(name, in: folder, mode: 0o644, by: caller).draft
        try write([1], to: draft)
        try draft.truncate(Self.size)
        try view.close(draft)
    }

    private static let size = 65 << 20

    /// The digest of such a file that begins with these bytes.
    private func digest(_ bytes: [UInt8]) -> Digest {
        SHA256.digest(of: bytes + [UInt8](repeating: 0, count: Self.size - bytes.count))
    }

    private func write(_ bytes: [UInt8], to draft: Draft) throws {
        try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
    }

    private func row() throws -> LiveRow { try #require(try fixture.store.live(named: name, in: folder)) }
    private func digests() throws -> [Digest] { try fixture.store.digests(of: "checkpoints/large.bin") }

    @Test func `holds up no other file`() throws {
        let small = try view.create("small.bin", in: folder, mode: 0o644, by: caller).draft
        try write([2], to: small)
        try view.close(small)
        #expect(try view.publishSmall().versions.map { "\($0.name)" } == ["checkpoints/small.bin"])
        #expect(view.publishLarge().versions.map { "\($0.name)" } == ["checkpoints/large.bin"])
        #expect(try digests() == [digest([1])])
    }

    @Test func `is opened for writing at once, and what was closed becomes a version all the same`() throws {
        let thread = UInt(pthread_self())
        FaultPoint.visitors.withLock {
            $0[thread] = { operation, path in #expect(operation != "reads", "\(path)") }
        }
        #expect(try view.write(row().id, by: caller) == nil)
        let draft = try #require(try view.write(row().id, by: caller))
        FaultPoint.visitors.withLock { $0[thread] = nil }
        #expect(try view.facts(of: row())?.size == Self.size)
        try write([3], to: draft)
        try view.close(draft)
        try view.publish()
        #expect(try digests() == [digest([1]), digest([3])])
        #expect(try fixture.store.liveVersion(of: "checkpoints/large.bin") == 2)
    }

    @Test func `is kept by a copy that nobody hashes meanwhile, where somebody has it open still`() throws {
        #expect(try view.write(row().id, by: caller) == nil)
        let first = try #require(try view.write(row().id, by: caller))
        try write([3], to: first)
        // Another process has the same descriptor: it is closed, and not released.
        try first.flush()
        let thread = UInt(pthread_self())
        FaultPoint.visitors.withLock {
            $0[thread] = { operation, path in #expect(operation != "hashes", "\(path)") }
        }
        let second = try #require(try view.write(row().id, by: caller))
        FaultPoint.visitors.withLock { $0[thread] = nil }
        try write([4], to: second)
        try view.close(first)
        try view.close(second)
        try view.publish()
        #expect(Set(try digests()) == Set([[1], [3], [4]].map(digest)))
        #expect(try fixture.store.liveVersion(of: "checkpoints/large.bin") != nil)
    }

    @Test func `is its name's version where somebody opened it and wrote nothing`() throws {
        #expect(try view.write(row().id, by: caller) == nil)
        let draft = try #require(try view.write(row().id, by: caller))
        try view.close(draft)
        try view.rename(name, in: folder, to: "other.bin", in: folder, .replace, by: caller)
        try view.publish()
        try view.publish()
        #expect(try digests() == [digest([1])])
        #expect(try fixture.store.digests(of: "checkpoints/other.bin") == [digest([1])])
        let other = try #require(try fixture.store.live(named: "other.bin", in: folder))
        try eventually {
            try view.publish()
            return try fixture.store.live(other.id)?.mayChange == false
        }
        #expect(try view.write(other.id, by: caller) == nil)
    }

    @Test func `has its name again after a kill, where nothing was written`() throws {
        #expect(try view.write(row().id, by: caller) == nil)
        let next = LiveView(fixture.store)
        #expect(try next.recover().lost.isEmpty)
        try next.publish()
        #expect(try digests() == [digest([1])])
        #expect(try fixture.store.liveVersion(of: "checkpoints/large.bin") == 1)
        #expect(try fixture.store.verifyCatalogue().isEmpty)
    }

    @Test func `is left to the next start where this one ends`() throws {
        view.ending.begin(within: 0)
        #expect(try view.publish().versions.isEmpty)
        #expect(view.waiting == 1)
        let next = LiveView(fixture.store)
        _ = try next.recover()
        #expect(try next.publish().versions.count == 1)
        #expect(try digests() == [digest([1])])
    }

    @Test func `is safe once it was synced, without having been hashed`() throws {
        let thread = UInt(pthread_self())
        FaultPoint.visitors.withLock {
            $0[thread] = { operation, path in #expect(operation != "reads", "\(path)") }
        }
        try view.sync(row().id)
        try view.syncNames(in: folder)
        FaultPoint.visitors.withLock { $0[thread] = nil }
        try view.publish()
        #expect(try digests() == [digest([1])])
    }
}
