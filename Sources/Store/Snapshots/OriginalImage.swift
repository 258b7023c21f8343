import GRDB
package import Recipe
package import SystemPackage

/// The file that an image was read from, with the bytes that it has now.
package struct OriginalImage: Sendable {
    /// All of its bytes; their hash is the image's.
    package let bytes: [UInt8]
    /// Where the file is.
    package let path: FilePath
}

extension Store {
    /// The largest image that is read into memory to be shown. Bytes.
    package static let shownLimit = 64 << 20

    /// Reads the file of an image, if it still has the image's bytes and this process may read it; nil if there is no such file. Every
    /// byte that is returned was hashed, so what has been put in its place since is never taken for it. Throws `notFound` if the store
    /// has no such image, and `conflict` if the file is larger than ``shownLimit``.
    package func original(ofImage digest: Digest) throws(StoreError) -> OriginalImage? {
        let places = try imagePlaces(of: digest)
        if places.isEmpty, try snapshot(ofImage: digest) == nil {
            throw .notFound("the image \(digest.hex.prefix(12))")
        }
        var large: FilePath?
        for place in places {
            let path = place.path
            // A file that cannot be read counts as gone.
            guard let file = try? OpenFile(named: path), let size = try? file.facts().size, size == place.size else {
                continue
            }
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

    /// A file that held the image when it was read and that, by its size and times, has not changed since; nil if there is none.
    package func file(ofImage digest: Digest) throws(StoreError) -> FilePath? {
        try imagePlaces(of: digest).first(where: \.isUnchanged)?.path
    }

    /// Where an image lay when it was last read, whether or not it is there now.
    package func places(ofImage digest: Digest) throws(StoreError) -> [FilePath] {
        try imagePlaces(of: digest).map(\.path)
    }

    /// The places of an image, the one that changed last first; a hundred at most.
    private func imagePlaces(of digest: Digest) throws(StoreError) -> [KnownImageFile] {
        try page(
            """
            SELECT path, size, modified, changed FROM imageFile JOIN image ON image.id = imageFile.image
            WHERE image.sha256 = ? ORDER BY changed DESC, path
            """, [digest.data], 100, KnownImageFile.init)
    }
}

/// Where an image was read, and what its file was then.
private struct KnownImageFile {
    let path: FilePath
    let size: Int
    /// Nanoseconds since 1970; `changed` is 0 if it is not known.
    let modified, changed: Int64

    init(row: Row) throws {
        path = FilePath(try row.value("path") as String)
        size = try row.value("size")
        modified = try row.value("modified")
        changed = try row.value("changed")
    }

    var isUnchanged: Bool {
        guard let facts = try? FileFacts.at(path) else { return false }
        return facts.size == size && facts.modified.nanoseconds == modified
            && (changed == 0 || facts.changed.nanoseconds == changed)
    }
}
