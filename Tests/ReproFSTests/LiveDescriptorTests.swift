import Foundation
import Glibc
import Store
import Support
import SystemPackage
import Testing

private let name = "checkpoints/model.safetensors"
/// O_PATH, which Swift's Glibc module leaves out.
private let path: CInt = 0o10_000_000

@Suite(.timeLimit(.minutes(20))) struct `A file that is opened by a descriptor of it` {
    /// Runs `body` on what a descriptor of the published model is called by.
    private func withDescriptor(
        _ flags: CInt, passesThrough: Bool = true, _ body: (String, WritableTree, StoreFixture) throws -> Void
    ) throws {
        try withLive(passesThrough: passesThrough) { models, fixture in
            try models.write(SmallModel.bytes(seed: 1), to: name)
            try eventually { try fixture.store.liveVersion(of: name) == 1 }
            let file = open(models.path(name), flags)
            try #require(file >= 0)
            defer { close(file) }
            try body("/proc/self/fd/\(file)", models, fixture)
        }
    }

    /// > Opening a published file for writing through one of its descriptors (`/proc/self/fd`, `/dev/fd`, O_PATH), or truncating it through
    /// > one, is the same as through its name: the bytes go into the draft that takes the name. It fails with ETXTBSY while a program has
    /// > that file open for reading.
    @Test(arguments: [true, false]) func `writes what its name will hold`(passesThrough: Bool) throws {
        try withDescriptor(path, passesThrough: passesThrough) { link, models, fixture throws in
            for seed in [2, 3] as [UInt64] {
                let file = try FileDescriptor.open(link, .readWrite, options: [.truncate, .closeOnExec])
                try file.writeAll(SmallModel.bytes(seed: seed))
                try file.close()
                #expect(try models.read(name) == SmallModel.bytes(seed: seed))
                // By the descriptor too: it is the same file to who has it.
                let reader = try FileDescriptor.open(link, .readOnly, options: .closeOnExec)
                var bytes = [UInt8](repeating: 0, count: 1 << 16)
                let count = try bytes.withUnsafeMutableBytes { try reader.read(into: $0) }
                try reader.close()
                #expect(Array(bytes[..<count]) == SmallModel.bytes(seed: seed))
                try eventually { try fixture.store.digests(of: name).last == SmallModel.digest(seed: seed) }
            }
            #expect(try fixture.store.digests(of: name).count == 3)
        }
    }

    @Test func `is cut as by its name`() throws {
        try withDescriptor(path) { link, models, _ throws in
            #expect(truncate(link, 100) == 0)
            #expect(try models.stat(name).st_size == 100)
            #expect(try models.read(name) == Array(SmallModel.bytes(seed: 1).prefix(100)))
        }
    }

    @Test func `is busy while it is read, and keeps what its reader has`() throws {
        try withDescriptor(O_RDONLY) { link, models, fixture throws in
            #expect(throws: Errno.textFileBusy) { try FileDescriptor.open(link, .readWrite, options: .closeOnExec) }
            #expect(try models.read(name) == SmallModel.bytes(seed: 1))
            #expect(try fixture.store.digests(of: name) == [SmallModel.digest(seed: 1)])
            // By its name it can be written all the same.
            try models.write(SmallModel.bytes(seed: 2), to: name)
            #expect(try models.read(name) == SmallModel.bytes(seed: 2))
        }
    }

    /// The kernel asks twice, and only twice, for a node that is said to be gone, so an open that comes at that moment would fail.
    @Test func `leads to what has its name at the moment when its old row goes`() throws {
        try withDescriptor(path) { link, models, fixture throws in
            let store = fixture.store.path.string
            let seen = SeenMutex<[[UInt8]?]>([])
            FaultPoint.visitor.withLock {
                $0 = { operation, path in
                    guard operation == "reaped", path.hasPrefix(store) else { return }
                    let bytes = FileManager.default.contents(atPath: link).map(Array.init)
                    seen.withLock { $0.append(bytes) }
                }
            }
            defer { FaultPoint.visitor.withLock { $0 = nil } }
            try models.write(SmallModel.bytes(seed: 2), to: name)
            try eventually { !seen.withLock { $0.isEmpty } }
            #expect(seen.withLock { $0 } == [SmallModel.bytes(seed: 2)])
        }
    }

    /// The kernel closes what it is to close on the way, waits for the answer, and lets nobody look at the process meanwhile.
    @Test func `may be open where another program is started, which says nothing of what is still to be written`()
        throws
    {
        let python = "/usr/bin/python3"
        guard FileManager.default.isExecutableFile(atPath: python) else { try Test.cancel("skipped: no python3") }
        try withLive { models, fixture throws in
            let bytes = try fixture.directory.write(SmallModel.bytes(seed: 1), to: "bytes")
            let script = """
                import os, sys
                file = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC)
                whole = open(sys.argv[1], "rb").read()
                os.write(file, whole[:1000])
                for round in range(3):
                    child = os.fork()
                    if child == 0:
                        os.execv("/bin/true", ["true"])
                    os.waitpid(child, 0)
                os.write(file, whole[1000:])
                os.execv("/bin/true", ["true"])
                """
            let process = try Process.run(
                URL(fileURLWithPath: python),
                arguments: ["-c", script, bytes.string, models.path("checkpoints/a.safetensors")])
            defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
            try eventually { !process.isRunning }
            #expect(process.terminationStatus == 0)
            try eventually { try fixture.store.liveVersion(of: "checkpoints/a.safetensors") == 1 }
            #expect(try fixture.store.digests(of: "checkpoints/a.safetensors") == [SmallModel.digest(seed: 1)])
        }
    }
}
