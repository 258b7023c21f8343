import Foundation
import Glibc
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// What moving in and giving back do where something is not as it should be, one thing at a time; `SwapRaceTests` has the mixture.
@Suite(.timeLimit(.minutes(20))) struct `Moving models` {
    let fixture: StoreFixture
    private let name = "checkpoints/a.safetensors"
    private var place: FilePath { fixture.directory.appending("place") }
    private var store: Store { fixture.store }

    init() throws {
        fixture = try StoreFixture()
        try fixture.directory.write(SmallModel.bytes(seed: 1), to: "place/" + name)
    }

    private func path(_ name: String) -> String { place.string + "/" + name }
    private func facts(_ path: String) throws -> FileNumbers { try FileNumbers(path) }
    private func blob(_ seed: UInt64) -> String {
        store.path.string + "/blobs/sha256/" + SmallModel.digest(seed: seed).hex
    }
    /// Moves everything in, and does something before the first step of a kind.
    private func move(from place: FilePath? = nil, before kind: String = "", _ act: @escaping @Sendable () -> Void = {})
        throws
    {
        let items = try store.adoptable(place ?? self.place).items
        try Self.acting(before: kind, act) {
            for item in items where item.kind == .file { _ = try store.adopt(item) }
            for item in items.reversed() where item.kind == .directory { _ = store.removeAdopted(item) }
        }
    }
    private static func acting(
        before kind: String, _ act: @escaping @Sendable () -> Void, _ body: () throws -> Void
    ) rethrows {
        let thread = UInt(pthread_self())
        FaultPoint.visitors.withLock { visitors in
            visitors[thread] = { operation, path in
                guard !kind.isEmpty, "\(operation) \(path)".contains(kind) else { return }
                FaultPoint.visitors.withLock { $0[thread] = nil }
                act()
            }
        }
        defer { FaultPoint.visitors.withLock { $0[thread] = nil } }
        try body()
    }

    @Test func `takes the file itself where it is nobody else's`() throws {
        let inode = try facts(path(name)).inode
        try move()
        #expect(try facts(blob(1)).inode == inode)
    }

    @Test func `copies a file that is somebody else's`() throws {
        guard geteuid() == 0 else { try Test.cancel("skipped: only root can give a file away") }
        try #require(chown(path(name), OtherUser.id, OtherUser.id) == 0)
        let inode = try facts(path(name)).inode
        try move()
        let blob = try facts(blob(1))
        #expect(blob.inode != inode && blob.user == geteuid())
        #expect(access(path(name), F_OK) != 0)
    }

    @Test func `leaves what took the file's place while it was read`() throws {
        let evil = try fixture.directory.write(SmallModel.bytes(seed: 2), to: "evil").string
        let target = path(name)
        let stash = fixture.directory.appending("stash").string
        #expect(throws: StoreError.self) {
            try move(before: "reads") {
                rename(target, stash)
                rename(evil, target)
            }
        }
        #expect(FileManager.default.contents(atPath: target).map(Array.init) == SmallModel.bytes(seed: 2))
        #expect(try store.everyBlobIsWhole())
    }

    @Test func `does not take what was written to while it was read`() throws {
        let target = path(name)
        #expect(throws: StoreError.self) {
            // Whoever wants to write waits for the reading; one that does not wait is refused, and has asked.
            try move(before: "reads") { _ = open(target, O_WRONLY | O_NONBLOCK) }
        }
        #expect(try store.counts().versions == 0)
        #expect(FileManager.default.contents(atPath: target).map(Array.init) == SmallModel.bytes(seed: 1))
    }

    @Test func `puts back what took the file's place at the last moment`() throws {
        let target = path(name)
        let evil = try fixture.directory.write(SmallModel.bytes(seed: 2), to: "evil").string
        #expect(throws: StoreError.self) {
            try move(before: "cannot rename to \(store.path)/outgoing") { rename(evil, target) }
        }
        #expect(FileManager.default.contents(atPath: target).map(Array.init) == SmallModel.bytes(seed: 2))
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path.string + "/outgoing").isEmpty)
        #expect(try store.digests(of: name) == [SmallModel.digest(seed: 1)])
    }

    @Test func `works between file systems`() throws {
        let other = "/dev/shm/reprofs-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        guard mkdir(other, 0o755) == 0 else { try Test.cancel("skipped: there is no /dev/shm") }
        defer { try? FileManager.default.removeItem(atPath: other) }
        guard try facts(other).device != facts(place.string).device else {
            try Test.cancel("skipped: /dev/shm is the file system of /tmp")
        }
        try FileManager.default.copyItem(atPath: path("checkpoints"), toPath: other + "/checkpoints")
        try move(from: FilePath(other))
        #expect(try FileManager.default.contentsOfDirectory(atPath: other).isEmpty)
        #expect(try store.digests(of: name) == [SmallModel.digest(seed: 1)])
    }

    @Test func `loses nothing that was taken away when it was cut off`() throws {
        try move()
        let outgoing = store.path.string + "/outgoing/"
        try fixture.directory.write(SmallModel.bytes(seed: 1), to: "store/outgoing/\(SmallModel.digest(seed: 1).hex).1")
        try fixture.directory.write(SmallModel.bytes(seed: 2), to: "store/outgoing/\(SmallModel.digest(seed: 1).hex).2")
        _ = try Store.open(store.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: outgoing).isEmpty)
        let kept = try FileManager.default.contentsOfDirectory(atPath: store.path.string + "/quarantine")
        #expect(kept == ["\(SmallModel.digest(seed: 1).hex).2"])
    }

    @Test(arguments: ["cannot create", "opens", "cannot rename to", "cannot name"], [false, true])
    func `gives nothing back through a link that somebody planted`(step: String, isMove: Bool) throws {
        try move()
        let target = fixture.directory.appending("given")
        let victim = fixture.directory.appending("victim")
        try fixture.directory.write([1], to: "victim/a.safetensors")
        try #require(chmod(victim.string, 0o711) == 0 && mkdir(target.string, 0o755) == 0)
        let stash = fixture.directory.appending("stash").string
        let plan = try store.releasePlan()
        let directory = try OpenDirectory(named: target)
        Self.acting(before: step) {
            rename(target.string + "/checkpoints", stash)
            symlink(victim.string, target.string + "/checkpoints")
        } _: {
            for item in plan.items { try? store.release(item, to: directory, isMove: isMove) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: victim.string) == ["a.safetensors"])
        #expect(FileManager.default.contents(atPath: victim.string + "/a.safetensors") == Data([1]))
        #expect(try facts(victim.string).mode == 0o711)
    }
}
