import GRDB
package import Recipe
package import SystemPackage

/// The file that an image was read from, as it is now.
package struct OriginalImage: Sendable {
    /// All of its bytes, which were seen to be the image's.
    package let bytes: [UInt8]
    /// Where it lies.
    package let path: FilePath
}

extension Store {
    /// Bytes of an image that are taken into memory to be shown.
    package static let shownLimit = 64 << 20

    /// Reads the file of an image, as this process may see it, where it still has the image's bytes; nil where none has. What has been
    /// put in its place meanwhile is never taken for it: every byte that is given out was hashed. `notFound` where the store has no such
    /// image, `conflict` where it is too large to be shown.
    package func original(ofImage digest: Digest) throws(StoreError) -> OriginalImage? {
        let paths = try page(
            "SELECT path, size FROM imageFile JOIN image ON image.id = imageFile.image WHERE image.sha256 = ?",
            [digest.data], 100
        ) { (path: FilePath(try $0.value("path") as String), size: try $0.value("size") as Int) }
        if paths.isEmpty, try snapshot(ofImage: digest) == nil {
            throw .notFound("the image \(digest.hex.prefix(12))")
        }
        var large: FilePath?
        for (path, known) in paths {
            // Whoever cannot be read is as good as gone.
            guard let file = try? OpenFile(named: path), let size = try? file.facts().size else { continue }
            guard size == known else { continue }
            guard size <= Self.shownLimit else {
                large = path
                continue
            }
            guard let bytes = try? file.bytes(), SHA256.digest(of: bytes) == digest else { continue }
            return OriginalImage(bytes: bytes, path: path)
        }
        if let large { throw .conflict("\(large) is larger than \(Self.shownLimit >> 20) MiB; open it where it lies") }
        return nil
    }

    /// Where an image lay when it was read last, whether or not it is there now.
    package func places(ofImage digest: Digest) throws(StoreError) -> [FilePath] {
        try page(
            """
            SELECT path FROM imageFile JOIN image ON image.id = imageFile.image WHERE image.sha256 = ?
            ORDER BY changed DESC, path
            """, [digest.data], 100
        ) { FilePath(try $0.value("path") as String) }
    }
}
