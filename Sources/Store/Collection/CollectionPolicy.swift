package import Recipe

/// What garbage collection may remove. It never removes what something reaches.
package struct CollectionPolicy: Sendable {
    /// Versions that no name has held since then lose their bytes and stay as tombstones; nil keeps every version.
    package var supersededBefore: Timestamp?
    /// Snapshots that were made before then and have no pin are forgotten, and so are images without any other; nil keeps all.
    package var forgetBefore: Timestamp?
    /// Files that changed since then stay: a row may be about to name them.
    package var graceBefore: Timestamp
    /// What is removed although a snapshot or a name in `by-image` still reaches it.
    package var forgotten = Forgotten()

    package init(supersededBefore: Timestamp? = nil, forgetBefore: Timestamp? = nil, graceBefore: Timestamp) {
        self.supersededBefore = supersededBefore
        self.forgetBefore = forgetBefore
        self.graceBefore = graceBefore
    }
}

/// What a user wants to be rid of.
package struct Forgotten: Sendable {
    /// Bytes, whatever versions have them.
    package var bytes: Set<Digest> = []
    /// Rows of snapshots.
    package var snapshots: [Int64] = []

    package var isEmpty: Bool { bytes.isEmpty && snapshots.isEmpty }
    package init() {}
}

/// What garbage collection removed, or would remove.
package struct CollectionReport: Sendable {
    package struct Version: Sendable {
        /// The folder, and the path in it.
        package let name: String
        /// The version's number.
        package let number: Int
        /// The hash of its bytes.
        package let sha256: Digest
        /// Bytes; versions with the same bytes share them.
        package let size: Int
    }

    /// A snapshot that was forgotten.
    package struct Snapshot: Sendable {
        /// The id of the snapshot.
        package let id: Digest
        /// The name of its image.
        package let image: String
    }

    /// Versions that are now tombstones.
    package var versions: [Version] = []
    /// Snapshots that were forgotten.
    package var snapshots: [Snapshot] = []
    /// Images that no longer have a snapshot and left `by-image`.
    package var images: [String] = []
    /// Blobs and documents that were removed.
    package var blobs = 0
    /// The space that they took. Bytes.
    package var bytes = 0
    /// Blobs that were kept only because a program has them open.
    package var inUse: [Digest] = []
    /// Files in `blobs/` that no row named.
    package var strays = 0
    /// What was on its way, and is for nobody any more.
    package var partials: [PartialLeftover] = []
    /// Files that were kept only because they changed recently.
    package var heldBack = 0
    package var heldBackBytes = 0
    /// Images whose grades have become worse.
    package var grades: [GradeChange] = []

    package struct GradeChange: Sendable {
        /// The path as `list images` shows it.
        package let image: String
        package let before, after: Grade
    }
}
