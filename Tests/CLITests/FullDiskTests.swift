import Foundation
import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `A full disk` {
    @Test func `reaches the writer and loses no version`() throws {
        let disk = try SmallDisk.make(.tmpfs, size: 8 << 20)
        let (line, run) = (disk.line, disk.run)
        #expect(try run(["init"]).status == 0)
        #expect(try run(["mount", line.mountPoint.string]).status == 0)
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.makeDirectory("checkpoints")
        let name = "checkpoints/model.bin"
        let first = [UInt8](repeating: 7, count: 1 << 20)
        try models.write(first, to: name)
        try eventually { try run(["list", "versions", "--json"]).json?.array?.count == 1 }
        // More than there is room for.
        #expect(throws: Errno.noSpace) { try models.write([UInt8](repeating: 9, count: 10 << 20), to: name) }
        try eventually { (try? models.read(name)) == first }
        #expect(try models.names("checkpoints") == ["model.bin", "model.bin.partial"])
        try models.remove(name + ".partial")
        try models.remove(name)
        #expect(try run(["restore", "\(name)@v1"]).status == 0)
        try eventually { (try? models.read(name)) == first }
        #expect(try run(["list", "versions", "--json"]).json?.array?.count == 1)
        // With room again, the next write is a version like any other.
        let second = [UInt8](repeating: 8, count: 1 << 20)
        try eventually { (try? models.write(second, to: "checkpoints/other.bin")) != nil }
        try eventually { try run(["list", "versions", "--json"]).json?.array?.count == 2 }
        let log = try String(contentsOfFile: disk.store + "/mount.log", encoding: .utf8)
        #expect(log.contains("No space left"), "\(log)")
        #expect(try run(["unmount", line.mountPoint.string]).status == 0)
    }

    @Test func `is named where there is room and no inode left`() throws {
        let disk = try SmallDisk.make(.ext4, size: 64 << 20)
        #expect(try disk.run(["init"]).status == 0)
        #expect(try disk.run(["backup"]).status == 0)
        var count = 0
        while case let file = open("\(disk.store)/../filler\(count)", O_WRONLY | O_CREAT, 0o600), file >= 0 {
            close(file)
            count += 1
        }
        let outcome = try disk.run(["backup"])
        #expect(outcome.status == 1)
        #expect(outcome.complaint.contains("no free inodes"), "\(outcome)")
        #expect(outcome.complaint.contains("No space left on device"), "\(outcome)")
        for number in 0..<count { unlink("\(disk.store)/../filler\(number)") }
        #expect(try disk.run(["backup"]).status == 0)
    }

    @Test func `has room for a patched copy of a model that is mostly holes`() throws {
        let disk = try SmallDisk.make(.ext4, size: 200 << 20)
        let (line, run) = (disk.line, disk.run)
        #expect(try run(["init"]).status == 0)
        #expect(try run(["mount", line.mountPoint.string]).status == 0)
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.makeDirectory("checkpoints")
        let name = "checkpoints/model.bin"
        let size = 1 << 30
        let file = try FileDescriptor.open(
            models.path(name), .writeOnly, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
        try file.writeAll([1, 2, 3])
        try file.resize(to: Int64(size))
        try file.close()
        try eventually { try run(["list", "versions", "--json"]).json?.array?.count == 1 }
        try models.patch([9], at: size - 1, of: name)
        try eventually { try run(["list", "versions", "--json"]).json?.array?.count == 2 }
        #expect(try models.stat(name).st_size == size)
        let copy = try FileDescriptor.open(models.path(name), .readOnly, options: .closeOnExec)
        var ends: [UInt8] = [0, 0]
        for (index, offset) in [1, size - 1].enumerated() {
            try ends.withUnsafeMutableBytes { bytes in
                _ = try copy.read(
                    fromAbsoluteOffset: Int64(offset),
                    into: UnsafeMutableRawBufferPointer(rebasing: bytes[index...index]))
            }
        }
        try copy.close()
        #expect(ends == [2, 9])
        #expect(try run(["unmount", line.mountPoint.string]).status == 0)
    }

    /// > A model that cannot be written in full, because the disk is full or fails, does not become a version either: once it is closed,
    /// > the part that was written is `<name>.partial`, and the name has the bytes that it had before.
    @Test(arguments: SmallDisk.Kind.allCases)
    func `leaves a model as it was that somebody could not change`(_ kind: SmallDisk.Kind) throws {
        let disk = try SmallDisk.make(kind, size: 400 << 20)
        let (line, run) = (disk.line, disk.run)
        #expect(try run(["init"]).status == 0)
        #expect(try run(["mount", line.mountPoint.string]).status == 0)
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.makeDirectory("checkpoints")
        let name = "checkpoints/model.bin"
        let first = (0..<10 << 20).map { _ in UInt8.random(in: 0...255) }
        try models.write(first, to: name)
        try eventually { try run(["list", "versions", "--json"]).json?.array?.count == 1 }
        try disk.fill()
        let file = try FileDescriptor.open(models.path(name), .readWrite, options: .closeOnExec)
        #expect(throws: Errno.noSpace) {
            try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 9, count: 10 << 20))
        }
        try file.close()
        try eventually { (try? models.read(name)) == first }
        #expect(try run(["list", "models", "--json"]).json?.array?.count == 1)
        #expect(try run(["list", "versions", "--json"]).json?.array?.count == 1)
        #expect(try run(["unmount", line.mountPoint.string]).status == 0)
    }

    /// Another program fills it to the last block.
    @Test(arguments: SmallDisk.Kind.allCases)
    func `never stops deleting, collecting, unmounting and mounting`(_ kind: SmallDisk.Kind) throws {
        let disk = try SmallDisk.make(kind, size: 400 << 20)
        let (line, run) = (disk.line, disk.run)
        #expect(try run(["init"]).status == 0)
        #expect(try run(["mount", line.mountPoint.string]).status == 0)
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.makeDirectory("checkpoints")
        let name = "checkpoints/model.bin"
        for byte in 1...3 {
            try models.write([UInt8](repeating: UInt8(byte), count: 10 << 20), to: name)
            try eventually { try run(["list", "versions", "--json"]).json?.array?.count == byte }
        }
        try disk.fill()
        #expect(throws: Errno.noSpace) { try models.write([1], to: "checkpoints/more.txt") }
        #expect(try models.read(name).count == 10 << 20)
        try models.remove(name)
        let collected = try run(["gc", "--superseded-older-than", "0s", "--grace", "0s"])
        #expect(collected.status == 0, "\(collected.complaint)")
        #expect(try run(["unmount", line.mountPoint.string]).status == 0)
        let mounted = try run(["mount", line.mountPoint.string])
        #expect(mounted.status == 0, "\(mounted.complaint)")
        #expect(!models.exists(name))
        #expect(try run(["unmount", line.mountPoint.string]).status == 0)
    }
}
