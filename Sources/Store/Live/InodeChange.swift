package import Recipe

/// The mode, the owner and the times that an inode of the live view gets; nil for those that stay.
package struct InodeChange: Sendable, Equatable {
    /// Permission bits.
    package var mode: UInt32?
    package var user, group: UInt32?
    package var accessed, modified: Timestamp?

    package init() {}

    /// Whether everything stays.
    package var isEmpty: Bool { self == InodeChange() }
}

/// What a rename does if the new name is taken: replace the entry, fail, or exchange both. These are the modes of `renameat2`.
package enum RenameMode: Sendable { case replace, new, exchange }

/// Whether an extended attribute may be set in any case, only if it does not exist, or only if it does.
package enum AttributeMode: Sendable { case any, new, replace }
