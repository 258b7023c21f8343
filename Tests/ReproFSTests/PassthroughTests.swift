import Foundation
import Glibc
import Recipe
import ReproFS
import Store
import Support
import Synchronization
import SystemPackage
import Testing

private let name = "checkpoints/model.safetensors"

@Suite(.timeLimit(.minutes(20))) struct `Reads by the kernel itself` {
    /// A mount on which the kernel reads by itself; elsewhere the test is cancelled, and so counted as skipped.
    private func withPassthrough(_ body: (WritableTree, MountedTree, StoreFixture) throws -> Void) throws {
        let fixture = try StoreFixture()
        try View.mount(fixture.store) { tree throws in
            let passthrough = try tree.json(".reprofs/status")["passthrough"]
            guard passthrough?["on"] == true else {
                try Test.cancel("skipped: \(passthrough?["why"]?.string ?? "no passthrough")")
            }
            let models = WritableTree(tree.mountPoint.appending("models"))
            try models.makeDirectory("checkpoints")
            try body(models, tree, fixture)
        }
        #expect(try fixture.store.everyBlobIsWhole())
    }

    /// Writes a model and waits for its version.
    private func publish(_ seed: UInt64, _ models: WritableTree, _ fixture: StoreFixture) throws {
        try models.write(SmallModel.bytes(seed: seed, size: 300_000), to: name)
        try eventually { try fixture.store.digests(of: name).contains(SmallModel.digest(seed: seed, size: 300_000)) }
    }

    /// > With `--no-passthrough`, without the privilege, or on an older kernel, reads go through the daemon, and the status says why.
    @Test func `are given up where they are not wanted`() throws {
        let fixture = try StoreFixture()
        try fixture.add(name, seed: 1)
        try View.mount(fixture.store, passesThrough: false) { tree throws in
            let passthrough = try tree.json(".reprofs/status")["passthrough"]
            #expect(passthrough?["on"] == false)
            #expect(passthrough?["why"]?.string?.contains("--no-passthrough") == true)
            #expect(try tree.read("models/" + name) == SmallModel.bytes(seed: 1))
        }
    }

    /// Whatever flags a program opens a model with, its blob stays as it is.
    @Test func `never let anybody write into a blob`() throws {
        try withPassthrough { models, tree, fixture in
            try publish(1, models, fixture)
            let reader = try FileDescriptor.open(models.path(name), .readOnly, options: .closeOnExec)
            defer { try? reader.close() }
            // Through the reader's own descriptor, opened anew for writing.
            let again = open("/proc/self/fd/\(reader.rawValue)", O_RDWR)
            #expect(again < 0, "the inode of a blob is not for writing")
            if again >= 0 { close(again) }
            let pinned = tree.mountPoint.appending("by-name/\(name)/v1/model.safetensors").string
            #expect(open(pinned, O_RDWR) < 0 && errno == EROFS)
            #expect(mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, reader.rawValue, 0) == MAP_FAILED)
            let writer = try FileDescriptor.open(models.path(name), .readWrite, options: .closeOnExec)
            _ = try writer.writeAll(toAbsoluteOffset: 65_536, [UInt8](repeating: 7, count: 4096))
            try writer.close()
            try eventually { try fixture.store.digests(of: name).count == 2 }
        }
    }

    /// One inode is read in one way while anybody has it open: who opened the draft goes on, and so do those who come later.
    @Test func `wait until nobody reads what was being written`() throws {
        try withPassthrough { models, _, fixture in
            let bytes = SmallModel.bytes(seed: 1, size: 300_000)
            let writer = try FileDescriptor.open(
                models.path(name), .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
            try writer.writeAll(bytes)
            let early = try FileDescriptor.open(models.path(name), .readOnly, options: .closeOnExec)
            try writer.close()
            try eventually { try fixture.store.liveVersion(of: name) == 1 }
            #expect(try models.read(name) == bytes)
            var start = [UInt8](repeating: 0, count: 4096)
            #expect(try start.withUnsafeMutableBytes { try early.read(fromAbsoluteOffset: 0, into: $0) } == 4096)
            #expect(start[...] == bytes[..<4096])
            try early.close()
            #expect(try models.read(name) == bytes)
        }
    }

    /// > A blob that was changed on disk is not served.
    @Test func `end where a blob was changed on disk`() throws {
        try withPassthrough { models, _, fixture in
            try publish(1, models, fixture)
            #expect(try models.read(name) == SmallModel.bytes(seed: 1, size: 300_000))
            let path = fixture.directory.appending(
                "store/blobs/sha256/\(SmallModel.digest(seed: 1, size: 300_000).hex)")
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path.string))
            StoreFixture.waitForTick()
            chmod(path.string, 0o600)
            let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
            _ = try file.writeAll(toAbsoluteOffset: 1000, [bytes[1000] ^ 1])
            try file.close()
            #expect(throws: Errno.ioError) { try models.read(name) }
            let mended = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
            _ = try mended.writeAll(toAbsoluteOffset: 1000, [bytes[1000]])
            try mended.close()
            #expect(try models.read(name) == SmallModel.bytes(seed: 1, size: 300_000))
        }
    }

    @Test func `give nobody the damaged bytes that somebody has open, once they are mended`() throws {
        try withPassthrough { models, _, fixture in
            try publish(1, models, fixture)
            let bytes = SmallModel.bytes(seed: 1, size: 300_000)
            let reader = try FileDescriptor.open(models.path(name), .readOnly, options: .closeOnExec)
            let path = fixture.directory.appending(
                "store/blobs/sha256/\(SmallModel.digest(seed: 1, size: 300_000).hex)")
            try #require(chmod(path.string, 0o644) == 0)
            let damaged = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
            _ = try damaged.writeAll(toAbsoluteOffset: 1000, [bytes[1000] ^ 1])
            try damaged.close()
            let blob = try #require(try fixture.store.blob(SmallModel.digest(seed: 1, size: 300_000)))
            #expect(try fixture.store.verify(blob, pace: { _ in }) != nil)
            try fixture.directory.write(bytes, to: "again/checkpoints/again.safetensors")
            let plan = try fixture.store.plan(adding: [fixture.directory.appending("again")], folder: nil)
            for item in plan.items { _ = try fixture.store.add(item) }
            #expect(plan.items.count == 1)
            #expect(throws: Errno.ioError) { try models.read(name) }
            try reader.close()
            try eventually { (try? models.read(name)) == bytes }
        }
    }

    /// Opens, reads and closes from many threads while the name gets other bytes again and again.
    @Test func `fail nobody who opens, closes and writes at once`() throws {
        try withPassthrough { models, _, fixture in
            try publish(1, models, fixture)
            let problems = Mutex<[String]>([])
            let known = (1...12).map { SmallModel.bytes(seed: $0, size: 300_000) }
            DispatchQueue.concurrentPerform(iterations: 5) { index in
                for round in 0..<60 {
                    do {
                        if index == 0, round % 5 == 0 {
                            try models.write(known[round / 5], to: name)
                        } else {
                            let bytes = try models.read(name)
                            // Between a cut and the close whoever opens sees what is being written.
                            let isPart = known.contains { $0.starts(with: bytes) }
                            if !isPart { problems.withLock { $0.append("\(bytes.count) other bytes") } }
                        }
                    } catch { problems.withLock { $0.append("\(index) \(round): \(error)") } }
                }
            }
            #expect(problems.withLock { $0 } == [])
            let digests = (1...12).map { SmallModel.digest(seed: $0, size: 300_000).hex }
            let drafts = fixture.directory.appending("store/live/").string
            func own() throws -> [String] {
                try openFiles().filter { path in
                    path.hasPrefix(drafts) && Int(path.dropFirst(drafts.count)) != nil
                        || digests.contains { path.hasSuffix($0) }
                }
            }
            // What was read is kept for a moment, in case it is opened again.
            try eventually {
                _ = try models.read(name)
                return try !own().isEmpty
            }
            try eventually { try own().isEmpty }
        }
    }

    /// Where this process's descriptors lead. Tests run beside this one: only what has its own names is its own.
    private func openFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
        }
    }
}
