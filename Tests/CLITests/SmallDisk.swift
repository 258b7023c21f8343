import Foundation
import Glibc
import Support
import SystemPackage
import Testing

/// A store on a small file system of its own; a test without what that needs is cancelled, and so counted as skipped.
final class SmallDisk {
    enum Kind: String, CaseIterable, Sendable {
        case tmpfs, ext4, xfs, btrfs
        /// A tmpfs has none.
        fileprivate var maker: String? { self == .tmpfs ? nil : "mkfs.\(self)" }
    }

    let line: CommandLineFixture
    private var path: String { line.directory.appending("disk").string }
    private var image: String { line.directory.appending("image").string }
    var store: String { path + "/store" }

    private init() throws {
        line = try CommandLineFixture()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// `size` is in bytes.
    static func make(_ kind: Kind, size: Int) throws -> SmallDisk {
        guard geteuid() == 0 else { try Test.cancel("skipped: only root can make a small file system") }
        let disk = try SmallDisk()
        guard try disk.mount(kind, size: size) else { try Test.cancel("skipped: no \(kind) can be made and mounted") }
        return disk
    }

    private func mount(_ kind: Kind, size: Int) throws -> Bool {
        guard let maker = kind.maker else { return Glibc.mount("none", path, "tmpfs", 0, "size=\(size)") == 0 }
        try Data().write(to: URL(fileURLWithPath: image))
        guard truncate(image, off_t(size)) == 0,
            try line.run(tool: "/usr/bin/env", [maker, "-q", image]).status == 0
        else { return false }
        return try attach()
    }

    private func attach() throws -> Bool {
        try line.run(tool: "/usr/bin/env", ["mount", "-o", "loop", image, path]).status == 0
    }

    /// Wherever the disk has these bytes, it has others from now on. Nobody may use it.
    func spoil(_ bytes: ArraySlice<UInt8>) throws {
        try eventually { umount2(path, 0) == 0 }
        let script = """
            import mmap, sys
            with open(sys.argv[1], "r+b") as image, mmap.mmap(image.fileno(), 0) as disk:
                place = disk.find(bytes.fromhex(sys.argv[2]))
                if place < 0: sys.exit("there are no such bytes")
                disk[place] ^= 1
            """
        let hex = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let spoiled = try line.run(tool: "/usr/bin/python3", ["-c", script, image, hex])
        try #require(spoiled.status == 0, "\(spoiled.complaint)")
        try #require(try attach())
    }

    deinit {
        line.unmount()
        umount2(path, CInt(MNT_DETACH))
    }

    func run(_ arguments: [String]) throws -> CommandLineFixture.Outcome {
        try line.run(tool: CommandLineFixture.executable, arguments, environment: ["REPROFS_STORE": store])
    }

    /// From now on nobody can write there.
    func makeReadOnly() throws {
        try #require(Glibc.mount(nil, path, nil, UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
    }

    /// Another program takes all that is left, to the last block.
    func fill() throws {
        let filler = try FileDescriptor.open(
            path + "/filler", .writeOnly, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
        defer { try? filler.close() }
        for size in [1 << 20, 4096, 1] {
            // What is compressed, or a hole, takes no room.
            let bytes = (0..<size).map { _ in UInt8.random(in: 1...255) }
            while bytes.withUnsafeBytes({ write(filler.rawValue, $0.baseAddress, size) }) == size {}
            fsync(filler.rawValue)
        }
    }
}
