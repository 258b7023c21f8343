import Foundation
import Glibc
import Reach
import Recipe
import Remote
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// A snapshot that was pulled without its model, mounted.
@Suite(.timeLimit(.minutes(20))) struct `A lazily pulled model` {
    let fixture: ReachFixture
    private var store: Store { fixture.there.store }

    init() async throws {
        fixture = try await ReachFixture.pulledLazily()
    }

    @Test func `keeps what came of it however old it is, as long as the snapshot is kept`() throws {
        try fixture.mount { tree in
            let file = try fixture.file(tree)
            defer { try? file.close() }
            #expect(try fixture.read(file, 0, 1).get() == [ReachFixture.bytes[0]])
        }
        let part = store.path.string + "/partial/" + fixture.digest.hex
        try #require(fixture.left().contains(fixture.digest.hex))
        let old = Date(timeIntervalSinceNow: -30 * 86_400)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: part)
        let now = Timestamp.now()
        _ = try store.collect(CollectionPolicy(supersededBefore: now, graceBefore: now), isDryRun: false)
        #expect(fixture.left().contains(fixture.digest.hex))
    }

    /// > `pull --lazy` brings everything but the large models, those for which the manifest names lists of pieces. The snapshot is there, and
    /// > `by-snapshot/<id>/models` shows its files with their sizes. A mount brings what is read of them, MiB by MiB, compares each before it is
    /// > served, and keeps it; who reads in order has more asked for ahead, and from the third such read on the whole file is fetched. A file of
    /// > which everything has come is a blob like any other, once all of it was read again and nobody has it open. Such a pull makes no pin and no names in
    /// > `models`; another one without `--lazy` does. The same holds for any file that was lost here, if a remote is known to have it and its list is
    /// > known, but not for one that was given up with `forget`: only `fetch` or another pull brings that back.
    @Test func `has its size at once, brings what is read, and is a blob when all of it was`() throws {
        try fixture.mount { tree throws in
            #expect(try tree.facts(fixture.path).size == ReachFixture.size)
            let before = fixture.registry.get(\.read)
            let file = try fixture.file(tree)
            #expect(try fixture.read(file, 4096, 65536).get() == Array(ReachFixture.bytes[4096..<69632]))
            #expect(fixture.registry.get(\.read) - before <= 2 * PieceList.pieceSize + 200_000)
            let status = try tree.json(".reprofs/status")["lazy"]
            #expect(status?["on"] == true && status?["files"]?.array?.first?["sha256"]?.string == fixture.digest.hex)
            #expect(try tree.read(fixture.path) == ReachFixture.bytes)
            try eventually { try store.isServed(fixture.digest) }
            try file.close()
            #expect(fixture.left().isEmpty)
            #expect(try tree.read(fixture.path) == ReachFixture.bytes)
            #expect(fixture.registry.get(\.read) - before <= ReachFixture.size + PieceList.pieceSize)
        }
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
    }

    @Test func `that is open is read on after its snapshot was forgotten, as any other`() throws {
        try fixture.mount { tree throws in
            let file = try fixture.file(tree)
            defer { try? file.close() }
            #expect(try fixture.read(file, 0, 4096).get() == Array(ReachFixture.bytes[..<4096]))
            let row = try fixture.there.row(fixture.snapshot.digest)
            let report = try store.forget([], [row], isDryRun: false)
            #expect(report.snapshots.count == 1 && report.inUse == [fixture.digest])
            let offset = 4 << 20
            #expect(try fixture.read(file, offset, 4096).get() == Array(ReachFixture.bytes[offset..<offset + 4096]))
        }
    }

    @Test func `keeps what came for the next mount, and for a pull`() async throws {
        try fixture.mount { tree throws in
            let file = try fixture.file(tree)
            defer { try? file.close() }
            _ = try fixture.read(file, 0, 4096).get()
        }
        #expect(fixture.left() == [fixture.digest.hex, fixture.digest.hex + ".map"])
        let before = fixture.registry.get(\.read)
        let report = try await fixture.pull()
        #expect(report.lost.isEmpty && fixture.left().isEmpty)
        #expect(fixture.registry.get(\.read) - before < ReachFixture.size)
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
    }

    @Test func `gives a thousand random readers over a registry that rots the right bytes or EIO`() throws {
        try fixture.mount { tree throws in
            var random = SplitMix64(seed: 11)
            let rotten = 2 << 20 + 77
            fixture.registry.change { $0.rot[fixture.digest] = (rotten, .max) }
            let file = try fixture.file(tree)
            defer { try? file.close() }
            var failures = 0
            for turn in 0..<1000 {
                let offset = Int(random.next() % UInt64(ReachFixture.size))
                let count = min(ReachFixture.size - offset, Int(random.next() % 200_000) + 1)
                switch fixture.read(file, offset, count) {
                case .success(let bytes):
                    #expect(bytes == Array(ReachFixture.bytes[offset..<offset + bytes.count]), "\(turn)")
                    // A read may end where the next page cannot be had.
                    #expect(bytes.count == count || offset + bytes.count >= 2 << 20 && offset < 3 << 20, "\(turn)")
                case .failure(let error):
                    failures += 1
                    #expect(error == .ioError && offset < 3 << 20 && offset + count > 2 << 20, "\(turn)")
                }
                // What was read stays in memory, where nothing can go wrong.
                if turn % 100 == 0 { posix_fadvise(file.rawValue, 0, 0, CInt(POSIX_FADV_DONTNEED)) }
            }
            #expect(failures > 0)
            fixture.registry.change { $0.rot = [:] }
            let wanted = Array(ReachFixture.bytes[2 << 20..<(2 << 20) + 65536])
            try eventually { (try? fixture.read(file, 2 << 20, 65536).get()) == wanted }
            #expect(try tree.read(fixture.path) == ReachFixture.bytes)
        }
    }

    @Test(arguments: [ReachFixture.size - 1, nil])
    func `that the registry has not, or another one of, cannot be opened`(
        size: Int?
    ) throws {
        fixture.registry.change { $0.blobs[fixture.digest] = size.map { Array(ReachFixture.bytes.prefix($0)) } }
        try fixture.mount { tree throws in
            #expect(throws: Errno.ioError) { _ = try fixture.file(tree) }
            #expect(try tree.facts(fixture.path).size == ReachFixture.size)
        }
    }

    @Test func `cannot be opened where no remote is asked`() throws {
        try View.mount(store) { tree throws in
            #expect(throws: Errno.ioError) { _ = try fixture.file(tree) }
            #expect(try tree.json(".reprofs/status")["lazy"]?["on"] == false)
        }
    }

    @Test func `is not given the damaged bytes that the kernel reads for others`() async throws {
        _ = try await fixture.pull()
        try fixture.mount { tree throws in
            let passthrough = try tree.json(".reprofs/status")["passthrough"]
            guard passthrough?["on"] == true else {
                try Test.cancel("skipped: \(passthrough?["why"]?.string ?? "no passthrough")")
            }
            let first = try fixture.file(tree)
            let blob = store.path.string + "/blobs/sha256/" + fixture.digest.hex
            StoreFixture.waitForTick()
            try #require(chmod(blob, 0o644) == 0)
            let file = try FileDescriptor.open(blob, .writeOnly, options: .closeOnExec)
            _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: 4096, [~ReachFixture.bytes[4096]]) }
            #expect(throws: Errno.ioError) { try fixture.file(tree).close() }
            try first.close()
            try eventually { (try? fixture.file(tree).close()) != nil }
            #expect(try tree.read(fixture.path) == ReachFixture.bytes)
        }
    }

    @Test func `that two processes read at once comes once`() throws {
        let before = fixture.registry.get(\.read)
        let second = try Store.open(store.path)
        let mounts = [store, second].map { LazyBlobs($0, from: fixture.source($0)) { _ in } }
        let list = try #require(try store.pieces(of: fixture.digest, size: ReachFixture.size))
        let group = DispatchGroup()
        for lazy in mounts {
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                guard let file = Self.open(lazy, list) else {
                    Issue.record("it cannot be opened")
                    return
                }
                var bytes: [UInt8] = []
                for piece in 0..<list.count { bytes += Self.read(file, list.range(of: piece), lazy) ?? [] }
                #expect(bytes == ReachFixture.bytes)
            }
        }
        group.wait()
        #expect(fixture.registry.get(\.read) - before <= ReachFixture.size)
        try eventually {
            for lazy in mounts { _ = lazy.tick() }
            return try store.isServed(fixture.digest)
        }
        for lazy in mounts { lazy.end() }
    }

    private static func open(_ lazy: LazyBlobs, _ list: PieceList) -> LazyFile? {
        let (done, result) = (DispatchSemaphore(value: 0), Box<LazyFile>())
        _ = lazy.open(list) { opened in
            if case .success(let file?) = opened { result.value.withLock { $0 = file } }
            done.signal()
        }
        while done.wait(timeout: .now() + .milliseconds(50)) == .timedOut { _ = lazy.tick() }
        return result.value.withLock { $0 }
    }

    private static func read(_ file: LazyFile, _ range: Range<Int>, _ lazy: LazyBlobs) -> [UInt8]? {
        let (done, result) = (DispatchSemaphore(value: 0), Box<[UInt8]>())
        _ = file.read(range) { answer in
            let bytes = try? answer.get()
            result.value.withLock { $0 = bytes }
            done.signal()
        }
        while done.wait(timeout: .now() + .milliseconds(50)) == .timedOut { _ = lazy.tick() }
        return result.value.withLock { $0 }
    }
}

/// What a callback leaves.
private final class Box<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}
