import Foundation
import Glibc
import Reach
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// A snapshot that was pulled without its model, in a mount.
extension ReachFixture {
    static func pulledLazily(maxBlob: Int? = nil) async throws -> ReachFixture {
        let fixture = try ReachFixture(maxBlob: maxBlob)
        try await fixture.push()
        let report = try await fixture.pull(isLazy: true)
        try #require(report.left.count == 1 && report.left.bytes == size && report.lost.isEmpty)
        return fixture
    }

    /// Bytes come from the registry in memory, or from `source`.
    func mount(
        passesThrough: Bool = true, source other: (any LazySource)? = nil, _ body: (MountedTree) throws -> Void
    ) throws {
        try View.mount(there.store, passesThrough: passesThrough, source: other ?? source(there.store), body)
    }

    func file(_ tree: MountedTree) throws -> FileDescriptor {
        try FileDescriptor.open(tree.absolute(path), .readOnly, options: .closeOnExec)
    }

    /// Bytes, or the error that a program gets.
    func read(_ file: FileDescriptor, _ offset: Int, _ count: Int) -> Result<[UInt8], Errno> {
        var bytes = [UInt8](repeating: 0, count: count)
        let came = bytes.withUnsafeMutableBytes { pread(file.rawValue, $0.baseAddress, count, off_t(offset)) }
        return came < 0 ? .failure(Errno(rawValue: errno)) : .success(Array(bytes.prefix(came)))
    }

    /// Bytes come as they should, and the file is closed again.
    func read(_ tree: MountedTree, _ offset: Int, _ count: Int) throws {
        let file = try file(tree)
        defer { try? file.close() }
        try #require(try read(file, offset, count).get() == Array(Self.bytes[offset..<offset + count]))
    }

    /// What is on its way in the second store.
    func left() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: there.store.path.string + "/partial")) ?? []).sorted()
    }

    /// How many reads of the model wait, as the mount's status tells.
    func waiting(_ tree: MountedTree) throws -> Int {
        try tree.json(".reprofs/status")["lazy"]?["files"]?.array?.first?["waiting"]?.number?.int ?? 0
    }

    /// Ends with this if every byte that it saw was right.
    static let satisfied: CInt = 7

    /// A program that maps the model and reads a byte of each page.
    func mappedReader(_ tree: MountedTree) throws -> Process {
        let sum = stride(from: 0, to: Self.size, by: 4096).reduce(0) { $0 + Int(Self.bytes[$1]) }
        return try python(
            """
            import mmap, sys
            with open(sys.argv[1], 'rb') as file:
                data = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
            sys.exit(\(Self.satisfied) if sum(data[0::4096]) == int(sys.argv[2]) else 8)
            """, tree.absolute(path), "\(sum)")
    }

    /// So many processes, each of which reads one page of its own from this MiB on; ends with how many of them got an error.
    func scatteredReaders(_ tree: MountedTree, count: Int, from piece: Int = 1) throws -> Process {
        try python(
            """
            import ctypes, os, sys
            for number in range(int(sys.argv[2])):
                if os.fork() == 0:
                    # It ends with its parent.
                    ctypes.CDLL(None).prctl(1, 9)
                    try:
                        file = os.open(sys.argv[1], os.O_RDONLY)
                        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_RANDOM)
                        os.pread(file, 4096, (int(sys.argv[3]) << 20) + number * 65536)
                        os._exit(0)
                    except OSError:
                        os._exit(1)
            failed = 0
            for _ in range(int(sys.argv[2])):
                failed += os.wait()[1] != 0
            sys.exit(failed)
            """, tree.absolute(path), "\(count)", "\(piece)")
    }

    /// A program that has a part of the model read ahead, closes it, and goes on.
    func restingReader(_ tree: MountedTree) throws -> Process {
        try python(
            """
            import os, sys, time
            file = os.open(sys.argv[1], os.O_RDONLY)
            os.posix_fadvise(file, 2 << 20, 65536, os.POSIX_FADV_WILLNEED)
            os.close(file)
            time.sleep(600)
            """, tree.absolute(path))
    }

    /// Unmounts a mount, or says why not. Another one takes its place, which the mount's user finds to be unmounted.
    func unmount(_ tree: MountedTree, _ options: String...) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let script = #"place=$1; shift; umount "$@" "$place" && mount -t tmpfs none "$place""#
        process.arguments = ["-c", script, "sh", tree.mountPoint.string] + options
        try process.run()
        return process
    }

    private func python(_ script: String, _ arguments: String...) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script] + arguments
        try process.run()
        return process
    }
}
