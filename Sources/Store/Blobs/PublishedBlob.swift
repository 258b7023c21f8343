import Recipe

/// A blob whose bytes are on disk, or small enough for the catalogue: what a row may now name.
struct PublishedBlob: Sendable {
    enum Place: Sendable {
        /// `changed` is the file's ctime.
        case file(changed: Timestamp)
        /// The store serves these bytes already; nothing was written.
        case known
        case document(compressed: [UInt8])
    }

    let digest: Digest
    /// Bytes.
    let size: Int
    let place: Place
    /// Whether not everybody could read them where they came in.
    let isPrivate: Bool
    /// The list of their pieces, where hashing them gave one.
    let pieces: PieceList?

    var isNew: Bool { if case .known = place { false } else { true } }

    /// A file that lies in `blobs/` already: its mode says whose it is.
    init(_ digest: Digest, file facts: FileFacts) {
        self.init(digest, size: facts.size, .file(changed: facts.changed), isPrivate: !facts.isReadableByAll)
    }

    /// What the store has.
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
