import CLinux
import Glibc
import SystemPackage

/// Disk space that a store holds in reserve: deleting needs a transaction, and a transaction needs room in SQLite's log, even when another
/// program has filled the disk to its last block.
///
/// It is a file beside the catalogue. When a transaction finds no room, the file is deleted and SQLite's log takes half of its space at
/// once, so that the program that filled the disk does not get that too. Whatever makes something new asks for more room than this first,
/// so only deletions and bookkeeping use it. The file is made again once there is room.
struct Ballast: Sendable {
    /// Enough for some thousands of deletions. Bytes.
    static let size = 16 << 20
    private let path: FilePath

    init(in store: FilePath) { path = store.appending("ballast") }

    /// Makes the file if it is missing and there is plenty of room; without it a store works as well until the disk is full.
    func restore() {
        guard (try? FileFacts.at(path)) == nil,
            let available = try? Kernel.available(path.removingLastComponent()), available > 8 * Self.size,
            let file = try? Kernel.open(
                path, .writeOnly, options: [.create, .noFollow], permissions: .ownerReadWrite)
        else { return }
        // On a file system that cannot allocate blocks without writing them, there is no ballast.
        if fallocate(file.rawValue, 0, 0, Self.size) != 0 { try? Kernel.unlink(path) }
    }

    /// Frees the space; false if that was done before.
    func drop() -> Bool { path.withPlatformString { Glibc.unlink($0) } == 0 }
}
