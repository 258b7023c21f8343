package import Recipe

/// A blob whose bytes are on disk, or small enough for the catalogue: a row may now name it.
package struct PublishedBlob: Sendable {
    enum Place: Sendable {
        /// `changed` is the file's ctime.
        case file(changed: Timestamp)
        /// The store already serves these bytes; nothing was written.
        case known
        case document(compressed: [UInt8])
    }

    /// The SHA-256 of the bytes.
    package let digest: Digest
    /// Bytes.
    package let size: Int
    let place: Place
    /// Whether the file that they came from could not be read by everybody.
    let isPrivate: Bool
    /// The list of their pieces, if hashing them made one.
    let pieces: PieceList?

    var isNew: Bool { if case .known = place { false } else { true } }

    /// A file that is in `blobs/` already: its mode says whether it is private.
    init(_ digest: Digest, file facts: FileFacts) {
        self.init(digest, size: facts.size, .file(changed: facts.changed), isPrivate: !facts.isReadableByAll)
    }

    /// A blob that the store serves.
    init(served blob: Blob) {
        self.init(blob.digest, size: blob.size, .known, isPrivate: blob.isPrivate)
    }

    init(_ digest: Digest, size: Int, _ place: Place, isPrivate: Bool, pieces: PieceList? = nil) {
        self.digest = digest
        self.size = size
        self.place = place
        self.isPrivate = isPrivate
        self.pieces = pieces
    }
}
