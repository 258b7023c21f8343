import Glibc
import SystemPackage

/// A file in `incoming/`, which is locked while it is written, and removed unless it was renamed.
final class Staged {
    let path: FilePath
    let file: OwnedDescriptor

    init(in directory: FilePath) throws(StoreError) {
        let path = Self.freePath(in: directory)
        file = try Kernel.holding(directory, .shared) { () throws(StoreError) in
            let file = try Kernel.open(
                path, .readWrite, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite])
            _ = Kernel.lock(file, .exclusive, waits: true)
            return file
        }
        self.path = path
    }

    /// A name that no other file has.
    static func freePath(in directory: FilePath) -> FilePath {
        directory.appending("\(getpid())-\(UInt64.random(in: .min ... .max))")
    }

    deinit { _ = path.withPlatformString { unlink($0) } }
}

extension BlobFiles {
    /// Removes what ended processes left in `incoming/`: their locks ended with them.
    func sweepIncoming() throws(StoreError) {
        // While this lock is held, no process is between creating a file and locking it.
        try Kernel.holding(incoming, .exclusive) { () throws(StoreError) in
            for name in try DirectoryListing.names(in: incoming) {
                let path = incoming.appending(name)
                guard let file = try? Kernel.open(path, .readOnly, options: .noFollow),
                    Kernel.lock(file, .exclusive, waits: false)
                else { continue }
                try Kernel.unlink(path)
            }
        }
    }
}
