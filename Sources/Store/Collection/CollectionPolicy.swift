package import Recipe

/// What garbage collection may take away. Nothing that anything reaches is ever in question.
package struct CollectionPolicy: Sendable {
    /// Versions that no name has held since then lose their bytes and stay as tombstones; nil keeps every version.
    package var supersededBefore: Timestamp?
    /// Snapshots that were made before and have no pin's name are forgotten, and their images with them; nil keeps all.
    package var forgetBefore: Timestamp?
    /// Files that changed since then stay: somebody may be about to name them.
    package var graceBefore: Timestamp
    /// What is given up although a snapshot or a name in by-image still reaches it.
    package var forgotten = Forgotten()

    package init(supersededBefore: Timestamp? = nil, forgetBefore: Timestamp? = nil, graceBefore: Timestamp) {
        self.supersededBefore = supersededBefore
        self.forgetBefore = forgetBefore
        self.graceBefore = graceBefore
    }
}

/// What somebody wants to have no longer.
package struct Forgotten: Sendable {
    /// Bytes, of whatever versions.
    package var bytes: Set<Digest> = []
    /// Rows of snapshots.
    package var snapshots: [Int64] = []

    package var isEmpty: Bool { bytes.isEmpty && snapshots.isEmpty }
    package init() {}
}

/// What garbage collection took away, or would.
package struct CollectionReport: Sendable {
    package struct Version: Sendable {
        /// The folder and the path in it.
        package let name: String
        /// The version's number.
        package let number: Int
        /// Of its bytes.
        package let sha256: Digest
        /// Bytes; versions with the same bytes share them.
        package let size: Int
    }

    /// A snapshot that is forgotten.
    package struct Snapshot: Sendable {
        /// The id of the snapshot.
        package let id: Digest
        /// The name of its image.
        package let image: String
    }

    /// Versions that are tombstones now.
    package var versions: [Version] = []
    /// Snapshots that are no more.
    package var snapshots: [Snapshot] = []
    /// Images that have no snapshot any more and left by-image.
    package var images: [String] = []
    /// Blobs and documents that went, and their bytes as they were stored.
    package var blobs = 0
    /// Their bytes, as they were stored.
    package var bytes = 0
    /// Blobs that would have gone if nobody had them open.
    package var inUse: [Digest] = []
    /// Files in blobs/ that no row named.
    package var strays = 0
    /// Files that would have gone if they had not changed so lately, and their bytes.
    package var heldBack = 0
    package var heldBackBytes = 0
    /// Images that can be made again less far than before.
    package var grades: [GradeChange] = []

    package struct GradeChange: Sendable {
        /// As `list images` shows it.
        package let image: String
        package let before, after: Grade
    }
}
