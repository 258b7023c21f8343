import Glibc
import SystemPackage

/// The directory that a store was found in. It is held open, and whoever opens something by the store's path asks first whether that
/// still leads there: another store may have the path by now, and what is acknowledged must not lie in that one.
final class StorePlace: Sendable {
    private let path: FilePath
    private let facts: FileFacts
    /// As long as it is open nothing else has its number.
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
