import CLinux
import Glibc
import SystemPackage

/// The file that an item of a plan was made for, found again when its turn comes.
///
/// Between the walk and the reading somebody else may put a link or a pipe in its place, or in the place of a directory on
/// the way. What is read is a file beneath the directory that was asked for, or the very file that the walk found.
struct IngestSource: Sendable {
    /// The directory that was asked for, or that of the file.
    private let root: FilePath
    /// The path from there.
    private let relative: FilePath
    private let device, inode: UInt64

    init(_ path: FilePath, beneath root: FilePath, _ facts: FileFacts) {
        self.root = root.isEmpty ? "." : root
        var relative = path
        self.relative = relative.removePrefix(root) ? relative : FilePath(path.lastComponent?.string ?? "")
        device = facts.device
        inode = facts.inode
    }

    /// Opens it for reading; `conflict` where it is another file by now that a link leads to.
    func open(_ path: FilePath) throws(StoreError) -> OwnedDescriptor {
        let directory = try Kernel.open(root, .readOnly, options: .directory)
        let file = relative.withPlatformString { reprofs_open_beneath(directory.rawValue, $0, 0o2_004_400, 0) }
        if file >= 0 { return OwnedDescriptor(FileDescriptor(rawValue: file)) }
        let problem = Errno(rawValue: errno)
        // A link that was there from the beginning is what the user has; kernels before 5.6 do not know the call.
        guard [.tooManySymbolicLinkLevels, .improperLink, .noFunction, .notPermitted].contains(problem) else {
            throw .system("cannot open", path, problem)
        }
        let followed = try Kernel.open(path, .readOnly, options: .nonBlocking)
        let facts = try FileFacts.of(followed, path)
        guard facts.device == device, facts.inode == inode else {
            throw .conflict("\(path) leads to another file than when it was found; it was not added")
        }
        return followed
    }
}
