import Foundation
import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(10))) struct `A full disk` {
    @Test func `reaches the writer and loses no version`() throws {
        guard geteuid() == 0 else { try Test.cancel("skipped: only root can make a small file system") }
        let line = try CommandLineFixture()
        let disk = line.directory.appending("disk").string
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard Glibc.mount("none", disk, "tmpfs", 0, "size=8m") == 0 else {
            try Test.cancel("skipped: no tmpfs can be mounted")
        }
        defer { umount2(disk, CInt(MNT_DETACH)) }
        try FileManager.default.createSymbolicLink(atPath: line.store.string, withDestinationPath: disk + "/store")
        let store = disk + "/store"
        func run(_ arguments: String...) throws -> CommandLineFixture.Outcome {
            try line.run(tool: CommandLineFixture.executable, arguments, environment: ["REPROFS_STORE": store])
        }
        #expect(try run("init").status == 0)
        #expect(try run("mount", line.mountPoint.string).status == 0)
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.makeDirectory("checkpoints")
        let name = "checkpoints/model.bin"
        let first = [UInt8](repeating: 7, count: 1 << 20)
        try models.write(first, to: name)
        try eventually { try run("list", "versions", "--json").json?.array?.count == 1 }
        // More than there is room for.
        #expect(throws: Errno.noSpace) { try models.write([UInt8](repeating: 9, count: 10 << 20), to: name) }
        try models.remove(name)
        #expect(try run("restore", "\(name)@v1").status == 0)
        try eventually { (try? models.read(name)) == first }
        #expect(try run("list", "versions", "--json").json?.array?.count == 1)
        // With room again, the next write is a version like any other.
        let second = [UInt8](repeating: 8, count: 1 << 20)
        try eventually { (try? models.write(second, to: "checkpoints/other.bin")) != nil }
        try eventually { try run("list", "versions", "--json").json?.array?.count == 2 }
        let log = try String(contentsOfFile: store + "/mount.log", encoding: .utf8)
        #expect(log.contains("No space left"), "\(log)")
        #expect(try run("unmount", line.mountPoint.string).status == 0)
    }

    /// Another program fills it to the last block.
    @Test func `never stops deleting, collecting, unmounting and mounting`() throws {
        guard geteuid() == 0 else { try Test.cancel("skipped: only root can make a small file system") }
        let line = try CommandLineFixture()
        let disk = line.directory.appending("disk").string
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard Glibc.mount("none", disk, "tmpfs", 0, "size=200m") == 0 else {
            try Test.cancel("skipped: no tmpfs can be mounted")
        }
        defer { umount2(disk, CInt(MNT_DETACH)) }
        let store = disk + "/store"
        func run(_ arguments: String...) throws -> CommandLineFixture.Outcome {
            try line.run(tool: CommandLineFixture.executable, arguments, environment: ["REPROFS_STORE": store])
        }
        #expect(try run("init").status == 0)
        #expect(try run("mount", line.mountPoint.string).status == 0)
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.makeDirectory("checkpoints")
        let name = "checkpoints/model.bin"
        for byte in 1...3 {
            try models.write([UInt8](repeating: UInt8(byte), count: 10 << 20), to: name)
            try eventually { try run("list", "versions", "--json").json?.array?.count == byte }
        }
        let filler = try FileDescriptor.open(
            disk + "/filler", .writeOnly, options: .create, permissions: .ownerReadWrite)
        defer { try? filler.close() }
        for size in [1 << 20, 4096, 1] {
            let bytes = [UInt8](repeating: 0, count: size)
            while bytes.withUnsafeBytes({ write(filler.rawValue, $0.baseAddress, size) }) == size {}
        }
        #expect(throws: Errno.noSpace) { try models.write([1], to: "checkpoints/more.txt") }
        #expect(try models.read(name).count == 10 << 20)
        try models.remove(name)
        let collected = try run("gc", "--superseded-older-than", "0s", "--grace", "0s")
        #expect(collected.status == 0, "\(collected.complaint)")
        #expect(try run("unmount", line.mountPoint.string).status == 0)
        let mounted = try run("mount", line.mountPoint.string)
        #expect(mounted.status == 0, "\(mounted.complaint)")
        #expect(!models.exists(name))
        #expect(try run("unmount", line.mountPoint.string).status == 0)
    }
}
