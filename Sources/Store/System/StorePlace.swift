import Glibc
import SystemPackage

/// The directory in which a store was found. It is held open; before something is opened by the store's path, ``require()`` checks that the
/// path still leads there. Another store may have the path by now, and acknowledged data must not go into that one.
final class StorePlace: Sendable {
    private let path: FilePath
    private let facts: FileFacts
    /// While this is open, no other directory has its inode number.
    private let directory: OwnedDescriptor

    init(_ path: FilePath) throws(StoreError) {
        self.path = path
        directory = try Kernel.open(path.isEmpty ? "." : path, .readOnly, options: .directory)
        facts = try FileFacts.of(directory, path)
    }

    func require() throws(StoreError) {
        guard try FileFacts.at(path.isEmpty ? "." : path)?.isSameFile(as: facts) == true else { throw .moved(path) }
    }
}
