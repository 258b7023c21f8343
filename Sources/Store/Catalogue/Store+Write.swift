package import Recipe
import SystemPackage

extension Store {
    /// Writes a blob's bytes to a new file in an open directory, sharing blocks if the file system can. The file is readable by everybody
    /// if the blob is. It is on disk when this returns.
    package func write(_ blob: Blob, to name: EntryName, in directory: OpenDirectory) throws(StoreError) {
        let target = try directory.makeFile(name, mode: blob.isPrivate ? 0o600 : 0o644)
        try write(blob, to: target)
        try target.sync()
    }

    /// Writes them to an empty file.
    func write(_ blob: Blob, to target: OpenFile) throws(StoreError) {
        switch try contents(of: blob) {
        case .bytes(let bytes): try target.descriptor.writeAll(bytes, target.path)
        case .file(let source):
            try source.copy(to: target.descriptor, target.path) { count throws(StoreError) in
                let available = try Kernel.available(target.descriptor, target.path)
                guard count < available else {
                    throw .noSpace(target.path, needed: count, available: available)
                }
            }
        }
    }
}
