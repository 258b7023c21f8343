import Glibc
package import SystemPackage

extension Store {
    /// Writes a blob's bytes to a new file, sharing blocks where the filesystem can. The file is on disk when this returns.
    package func write(_ blob: Blob, to path: FilePath) throws(StoreError) {
        let contents = try contents(of: blob)
        let target = try Kernel.open(
            path, .writeOnly, options: [.create, .exclusiveCreate],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
        switch contents {
        case .bytes(let bytes):
            try target.writeAll(bytes, path)
        case .file(let source):
            if !Kernel.reflink(source, to: target) {
                let available = try Kernel.available(path.removingLastComponent())
                guard blob.size < available else {
                    throw .noSpace(path, needed: blob.size, available: available)
                }
                _ = try source.forEachChunk(path) { chunk throws(StoreError) in
                    try target.writeAll(chunk, path)
                }
            }
        }
        try Kernel.sync(target, path)
    }
}
