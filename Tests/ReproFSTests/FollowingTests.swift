import Foundation
import Glibc
import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

private let name = "checkpoints/model.safetensors"

@Suite(.timeLimit(.minutes(20))) struct `A model with a writer` {
    /// > A program that opens a model while another has it open for writing reads what is written, as in any directory. Such a file has no
    /// > hash until its writers have closed it.
    @Test(arguments: [true, false]) func `shows what is being written`(_ passesThrough: Bool) throws {
        try withLive(passesThrough: passesThrough) { models, fixture in
            let attributes = { try MountedTree(mountPoint: models.root).attributes(name) }
            try models.write(SmallModel.bytes(seed: 1, size: 300_000), to: name)
            try eventually { try attributes()["user.reprofs.version"] == "v1" }
            let writer = try FileDescriptor.open(models.path(name), .readWrite, options: .closeOnExec)
            let reader = try FileDescriptor.open(models.path(name), .readOnly, options: .closeOnExec)
            defer { try? reader.close() }
            func seen() throws -> [UInt8] {
                var bytes = [UInt8](repeating: 0, count: 300_000)
                let count = try bytes.withUnsafeMutableBytes { try reader.read(fromAbsoluteOffset: 0, into: $0) }
                return Array(bytes[..<count])
            }
            #expect(try attributes().isEmpty)
            try writer.resize(to: 0)
            try writer.writeAll(toAbsoluteOffset: 0, SmallModel.bytes(seed: 2, size: 200_000))
            #expect(try seen() == SmallModel.bytes(seed: 2, size: 200_000))
            try writer.close()
            try eventually { try attributes()["user.reprofs.version"] == "v2" }
            #expect(try seen() == SmallModel.bytes(seed: 2, size: 200_000))

            let idle = try FileDescriptor.open(models.path(name), .readWrite, options: .closeOnExec)
            #expect(try attributes().isEmpty)
            try idle.close()
            try eventually { try attributes()["user.reprofs.version"] == "v2" }
        }
    }

    @Test func `keeps what was closed, though somebody has it open still`() throws {
        try withLive { models, fixture in
            let first = try FileDescriptor.open(
                models.path(name), .writeOnly, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
            try first.writeAll(SmallModel.bytes(seed: 1))
            // A child that inherited it, and has nothing to say.
            let child = Process()
            child.executableURL = URL(filePath: "/usr/bin/sleep")
            child.arguments = ["600"]
            child.standardOutput = FileHandle(fileDescriptor: first.rawValue, closeOnDealloc: false)
            try child.run()
            try first.close()
            try models.write(SmallModel.bytes(seed: 2), to: name)
            // It inherits the signals that a mount in this process blocks.
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
            try eventually { try fixture.store.digests(of: name).count == 2 }
            #expect(try fixture.store.digests(of: name) == [1, 2].map { SmallModel.digest(seed: $0) })
            #expect(try fixture.store.liveVersion(of: name) == 2)
        }
    }

    /// The kernel asks for bytes when it likes, which may be after the file became a blob and lost its name.
    @Test func `is read to its end by whoever opened it before it was a version`() throws {
        let fixture = try StoreFixture()
        let view = LiveView(fixture.store)
        let caller = Caller(user: 0, group: 0, opener: nil)
        let folder = try view.makeDirectory("checkpoints", in: LiveRow.root, mode: 0o755, by: caller).id
        let (row, draft) = try view.create("model.safetensors", in: folder, mode: 0o644, by: caller)
        try SmallModel.bytes(seed: 1).withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
        try view.close(draft)
        // One that read it before lets its file go.
        do { _ = view.hold(row.id) }
        let reading = try #require(try view.follow(row.id))
        // And so does one that was slow to.
        do { _ = view.hold(row.id) }
        try view.publish()
        try view.remove("model.safetensors", in: folder, by: caller)
        try view.publish()
        #expect(try view.follow(row.id) == nil)
        guard case .file(let file) = try reading.contents() else {
            Issue.record("it has no file")
            return
        }
        var bytes = [UInt8](repeating: 0, count: SmallModel.bytes(seed: 1).count + 1)
        let count = try bytes.withUnsafeMutableBytes { buffer throws in
            try FileDescriptor(rawValue: file.rawValue).read(fromAbsoluteOffset: 0, into: buffer)
        }
        #expect(Array(bytes[..<count]) == SmallModel.bytes(seed: 1))
    }

    private func row(in store: Store) throws -> LiveRow {
        let folder = try #require(try store.live(named: "checkpoints", in: LiveRow.root))
        return try #require(try store.live(named: "model.safetensors", in: folder.id))
    }

    /// Programs of another namespace of processes have no number here.
    @Test(arguments: [[1, 2], [0, 0]] as [[Int32]])
    func `is a draft when he comes who was sent to it, though another has closed it by then`(threads: [Int32]) throws {
        let fixture = try StoreFixture()
        try fixture.add(name, seed: 1)
        let view = LiveView(fixture.store)
        func row() throws -> LiveRow { try self.row(in: fixture.store) }
        let callers = threads.map { Caller(user: 0, group: 0, opener: nil, thread: $0) }
        let old = try row().id
        for caller in callers { #expect(try view.write(old, by: caller) == nil) }
        let new = try row().id
        for (caller, seed) in zip(callers, [2, 3] as [UInt64]) {
            let draft = try #require(try view.write(new, by: caller))
            try SmallModel.bytes(seed: seed).withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
            try view.close(draft)
            try view.publish()
        }
        try view.publish()
        #expect(try fixture.store.digests(of: name) == [1, 2, 3].map { SmallModel.digest(seed: $0) })
    }

    @Test func `gives a file its hash back whose writer does not come`() throws {
        let fixture = try StoreFixture()
        try fixture.add(name, seed: 1)
        let view = LiveView(fixture.store)
        func row() throws -> LiveRow { try self.row(in: fixture.store) }
        let caller = Caller(user: 0, group: 0, opener: nil)
        #expect(try view.write(row().id, by: caller) == nil)
        #expect(try row().mayChange)
        try eventually {
            _ = try view.publish()
            return try !row().mayChange
        }
        // Whoever comes now is sent to another node.
        #expect(try view.write(row().id, by: caller) == nil)
    }
}
