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
    private var list: PieceList {
        get throws { try #require(try store.pieces(of: fixture.digest, size: ReachFixture.size)) }
    }

    init() async throws {
        fixture = try ReachFixture()
        try await fixture.push()
        let report = try await fixture.pull(isLazy: true)
        try #require(report.left.count == 1 && report.left.bytes == ReachFixture.size && report.lost.isEmpty)
    }

    @Test func `keeps what came of it however old it is, as long as the snapshot is kept`() throws {
        try mount { tree in
            let file = try file(tree)
            defer { try? file.close() }
            #expect(try read(file, 0, 1).get() == [ReachFixture.bytes[0]])
        }
        let part = store.path.string + "/partial/" + fixture.digest.hex
        try #require(left().contains(fixture.digest.hex))
        let old = Date(timeIntervalSinceNow: -30 * 86_400)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: part)
        let now = Timestamp.now()
        _ = try store.collect(CollectionPolicy(supersededBefore: now, graceBefore: now), isDryRun: false)
        #expect(left().contains(fixture.digest.hex))
    }

    private func mount(_ body: (MountedTree) throws -> Void) throws {
        try View.mount(store, source: fixture.source(store), body)
    }

    private func file(_ tree: MountedTree) throws -> FileDescriptor {
        try FileDescriptor.open(tree.absolute(fixture.path), .readOnly, options: .closeOnExec)
    }

    /// Bytes, or the error that a program gets.
    private func read(_ file: FileDescriptor, _ offset: Int, _ count: Int) -> Result<[UInt8], Errno> {
        var bytes = [UInt8](repeating: 0, count: count)
        let came = bytes.withUnsafeMutableBytes { pread(file.rawValue, $0.baseAddress, count, off_t(offset)) }
        return came < 0 ? .failure(Errno(rawValue: errno)) : .success(Array(bytes.prefix(came)))
    }

    private func left() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: store.path.string + "/partial")) ?? []).sorted()
    }

    /// A program that maps the model and reads a byte of each page.
    private func mappedReader(_ tree: MountedTree) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        let script = """
            import mmap, sys
            with open(sys.argv[1], 'rb') as file:
                data = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
            sys.exit(7 if sum(data[0::4096]) == int(sys.argv[2]) else 8)
            """
        let sum = stride(from: 0, to: ReachFixture.size, by: 4096).reduce(0) { $0 + Int(ReachFixture.bytes[$1]) }
        process.arguments = ["-c", script, tree.absolute(fixture.path), "\(sum)"]
        try process.run()
        return process
    }

    /// > `pull --lazy` brings everything but the large models, those for which the manifest names lists of pieces. The snapshot is there, and
    /// > `by-snapshot/<id>/models` shows its files with their sizes. A mount brings what is read of them, MiB by MiB, compares each before it is
    /// > served, and keeps it; who reads in order has more asked for ahead, and from the third such read on the whole file is fetched. A file of
    /// > which everything has come is a blob like any other, from the first open after the last close on. Such a pull makes no pin and no names in
    /// > `models`; another one without `--lazy` does. The same holds for any file that was lost here, if a remote is known to have it and its list is
    /// > known.
    @Test func `has its size at once, brings what is read, and is a blob when all of it was`() throws {
        try mount { tree throws in
            #expect(try tree.facts(fixture.path).size == ReachFixture.size)
            let before = fixture.registry.get(\.read)
            let file = try file(tree)
            #expect(try read(file, 4096, 65536).get() == Array(ReachFixture.bytes[4096..<69632]))
            #expect(fixture.registry.get(\.read) - before <= 2 * PieceList.pieceSize + 200_000)
            let status = try tree.json(".reprofs/status")["lazy"]
            #expect(status?["on"] == true && status?["files"]?.array?.first?["sha256"]?.string == fixture.digest.hex)
            #expect(try tree.read(fixture.path) == ReachFixture.bytes)
            try eventually { try store.isServed(fixture.digest) }
            try file.close()
            #expect(left().isEmpty)
            #expect(try tree.read(fixture.path) == ReachFixture.bytes)
            #expect(fixture.registry.get(\.read) - before <= ReachFixture.size + PieceList.pieceSize)
        }
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
    }

    @Test func `keeps what came for the next mount, and for a pull`() async throws {
        try mount { tree throws in
            let file = try file(tree)
            defer { try? file.close() }
            _ = try read(file, 0, 4096).get()
        }
        #expect(left() == [fixture.digest.hex, fixture.digest.hex + ".map"])
        let before = fixture.registry.get(\.read)
        let report = try await fixture.pull()
        #expect(report.lost.isEmpty && left().isEmpty)
        #expect(fixture.registry.get(\.read) - before < ReachFixture.size)
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
    }

    @Test func `gives a thousand random readers over a registry that rots the right bytes or EIO`() throws {
        try mount { tree throws in
            var random = SplitMix64(seed: 11)
            let rotten = 2 << 20 + 77
            fixture.registry.change { $0.rot[fixture.digest] = (rotten, .max) }
            let file = try file(tree)
            defer { try? file.close() }
            var failures = 0
            for turn in 0..<1000 {
                let offset = Int(random.next() % UInt64(ReachFixture.size))
                let count = min(ReachFixture.size - offset, Int(random.next() % 200_000) + 1)
                switch read(file, offset, count) {
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
            try eventually { (try? read(file, 2 << 20, 65536).get()) == wanted }
            #expect(try tree.read(fixture.path) == ReachFixture.bytes)
        }
    }

    /// > - Opening asks a remote for the file's length. Who has another one, or none, is not read: EIO, with the reason in the log. ENOSPC says
    /// >   that there is no room for the rest of the file, and of the others that are open.
    /// > - What may pass is waited for, however long: silence, connections that break, a remote that is away, 429 and 5xx. The reader sleeps and can
    /// >   be killed; nothing else in the mount waits with it.
    /// > - What does not pass (403, 404, the wrong bytes three times) is EIO for reads of that MiB. It is asked for again when it is read a second
    /// >   later or more.
    /// > - A disk that fills up meanwhile takes no more; reads go on, from memory.
    /// > - A read waits on when its thread gets a signal that does not end the program, since an error would cost a program that maps the file its
    /// >   life. An open ends with EINTR.
    /// > - Any number of mounts and pulls of one store bring a file together, each piece once.
    /// > - `mount --offline` asks no remote: what is not here cannot be opened.
    @Test func `is waited for by mapped readers while the registry is away, and goes on when it is back`() throws {
        try mount { tree throws in
            let patient = try mappedReader(tree)
            // Open before the registry goes away; whatever came until then.
            let file = try file(tree)
            defer { try? file.close() }
            fixture.registry.change { $0.isDown = true }
            let killed = try mappedReader(tree)
            usleep(1_500_000)
            killed.terminate()
            kill(killed.processIdentifier, SIGKILL)
            killed.waitUntilExit()
            #expect(killed.terminationReason == .uncaughtSignal || killed.terminationStatus == 7)
            #expect(try tree.list("by-snapshot").count > 0)
            fixture.registry.change { $0.isDown = false }
            patient.waitUntilExit()
            #expect(patient.terminationReason == .exit && patient.terminationStatus == 7)
        }
    }

    @Test func `leaves the mount to others while 64 readers wait, and an unmount answers them`() throws {
        var readers: [Process] = []
        try store.addRemote("other", url: "oci://other.test/a", facts: "{}")
        try mount { tree throws in
            // So that it can be opened without an answer of the registry.
            let file = try file(tree)
            _ = try read(file, 0, 1).get()
            fixture.registry.change { $0.isDown = true }
            for _ in 0..<64 {
                let reader = Process()
                reader.executableURL = URL(fileURLWithPath: "/bin/dd")
                reader.arguments = [
                    "if=" + tree.absolute(fixture.path), "of=/dev/null", "bs=4k", "skip=1100", "count=1",
                ]
                reader.standardError = FileHandle.nullDevice
                try reader.run()
                readers.append(reader)
            }
            try eventually {
                let waiting = try tree.json(".reprofs/status")["lazy"]?["files"]?.array?.first?["waiting"]
                return waiting?.number?.int.map { $0 >= 1 } == true
            }
            let small = "by-snapshot/\(fixture.snapshot.short)/snapshot.json"
            for _ in 0..<20 {
                #expect(try tree.list("by-snapshot/\(fixture.snapshot.short)").contains("models"))
                #expect(try tree.facts(fixture.path).size == ReachFixture.size)
                #expect(try tree.read(small).count > 0)
            }
            let late = try mappedReader(tree)
            usleep(300_000)
            kill(late.processIdentifier, SIGKILL)
            late.waitUntilExit()
            #expect(late.terminationReason == .uncaughtSignal)
            try file.close()
            // As a signal to the mount does.
            #expect(umount2(tree.mountPoint.string, CInt(MNT_FORCE | MNT_DETACH)) == 0)
            for reader in readers {
                reader.waitUntilExit()
                #expect(reader.terminationStatus != 0)
            }
            // What unmounts after this finds something to unmount.
            #expect(Glibc.mount("none", tree.mountPoint.string, "tmpfs", 0, nil) == 0)
        }
    }

    @Test(arguments: [ReachFixture.size - 1, nil])
    func `that the registry has not, or another one of, cannot be opened`(
        size: Int?
    ) throws {
        fixture.registry.change { $0.blobs[fixture.digest] = size.map { Array(ReachFixture.bytes.prefix($0)) } }
        try mount { tree throws in
            #expect(throws: Errno.ioError) { _ = try file(tree) }
            #expect(try tree.facts(fixture.path).size == ReachFixture.size)
        }
    }

    @Test func `cannot be opened where no remote is asked`() throws {
        try View.mount(store) { tree throws in
            #expect(throws: Errno.ioError) { _ = try file(tree) }
            #expect(try tree.json(".reprofs/status")["lazy"]?["on"] == false)
        }
    }

    @Test func `that two processes read at once comes once`() throws {
        let before = fixture.registry.get(\.read)
        let second = try Store.open(store.path)
        let mounts = [store, second].map { LazyBlobs($0, from: fixture.source($0)) { _ in } }
        let list = try list
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
            var bytes: [UInt8]?
            switch answer {
            case .success(.bytes(let found)): bytes = found
            case .success(.file(let descriptor)):
                var buffer = [UInt8](repeating: 0, count: range.count)
                let count = buffer.withUnsafeMutableBytes {
                    pread(descriptor.rawValue, $0.baseAddress, range.count, off_t(range.lowerBound))
                }
                if count == range.count { bytes = buffer }
            case .failure: break
            }
            let found = bytes
            result.value.withLock { $0 = found }
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
