package import Recipe

/// What `stat` shows.
package struct Attributes: Sendable, Equatable {
    /// The kind of file.
    package enum Kind: Sendable { case directory, file, link }

    /// The inode number.
    package let id: NodeID
    /// What kind of file it is.
    package let kind: Kind
    /// Bytes.
    package let size: Int
    /// When the content changed; also the time of change and access, unless ``access`` has others.
    package let modified: Timestamp
    package let caching: Caching
    /// Whether it is an inbox. Only its owner may write to it, since the mount reads what a message names with the owner's rights.
    package let isInbox: Bool
    /// What the node has of its own; by default, the mount's values apply.
    package var access = Access()

    /// Modes, owner and times of a node that can be changed.
    package struct Access: Sendable, Equatable {
        /// The twelve bits that `chmod` sets.
        package var mode: UInt32?
        /// Nil for the user who mounted.
        package var user, group: UInt32?
        /// Nil if it is the same as `modified`.
        package var accessed, changed: Timestamp?
        /// Blocks of 512 bytes.
        package var blocks: Int?
        /// Whether it has lost its name and lives only while it is open.
        package var isUnlinked = false
    }

    package init(
        id: NodeID, kind: Kind, size: Int, modified: Timestamp, caching: Caching, isInbox: Bool = false,
        isPrivate: Bool = false
    ) {
        self.isInbox = isInbox
        if isPrivate { access.mode = kind == .directory ? 0o700 : 0o600 }
        self.id = id
        self.kind = kind
        self.size = size
        self.modified = modified
        self.caching = caching
    }

    static func directory(
        _ id: NodeID, modified: Timestamp, caching: Caching = .brief, isPrivate: Bool = false
    ) -> Attributes {
        Attributes(
            id: id, kind: .directory, size: 4096, modified: modified, caching: caching, isPrivate: isPrivate)
    }

    static func link(_ id: NodeID, to target: String, modified: Timestamp, caching: Caching = .brief) -> Attributes {
        Attributes(id: id, kind: .link, size: target.utf8.count, modified: modified, caching: caching)
    }
}
