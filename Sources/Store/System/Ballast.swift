import CLinux
import Glibc
import SystemPackage

/// Room that a store holds back: deleting needs a transaction, which needs room in SQLite's log, also on a disk that some other
/// program has filled to its last block.
///
/// It is a file beside the catalogue. When a transaction finds no room the file goes, and SQLite's log takes half of what it held, so
/// that the program that filled the disk does not get that too. Whoever makes something asks for more room than
/// this first, so only what deletes and keeps accounts lives on it. It is there again once there is room for it.
struct Ballast: Sendable {
    /// Some thousands of deletions. Bytes.
    static let size = 16 << 20
    private let path: FilePath

    init(in store: FilePath) { path = store.appending("ballast") }

    /// Makes it where it is missing and there is plenty of room; a store without one works as well until the disk is full.
    func restore() {
        guard (try? FileFacts.at(path)) == nil,
            let available = try? Kernel.available(path.removingLastComponent()), available > 8 * Self.size,
            let file = try? Kernel.open(
                path, .writeOnly, options: [.create, .noFollow], permissions: .ownerReadWrite)
        else { return }
        // Where the file system cannot give blocks away unwritten, there is none.
        if fallocate(file.rawValue, 0, 0, Self.size) != 0 { try? Kernel.unlink(path) }
    }

    /// Gives the room back to the disk; false where that was done before.
    func drop() -> Bool { path.withPlatformString { Glibc.unlink($0) } == 0 }
}
