package import Recipe
package import Store

/// A view below the mount point. A new view is one file with such a type, and one line in ``Root``.
package protocol Tree: Sendable {
    /// Its directory below the mount point.
    var name: EntryName { get }
    /// The kinds of its nodes; no two trees share one.
    var kinds: Set<NodeKind> { get }
    /// Its nodes that have no row.
    var fixed: Set<FixedNode> { get }
    var root: any Directory { get }
    /// The node of a number that this tree gave out; nil if its row is gone.
    func node(_ id: NodeID) throws(StoreError) -> Node?
}

/// What trees know of the mount that shows them.
package struct MountContext: Sendable {
    /// What the views show.
    package let store: Store
    /// The live view as this process serves it.
    package let live: LiveView
    /// The absolute path of the mount point.
    package let mountPoint: String
    /// Whether the mount takes the place of a models directory: then its top is the live view, and the other views exist without being
    /// listed.
    package let isModelsDirectory: Bool
    /// The mount points that the process serves.
    package let places: [String]
    /// What `.reprofs/status` says about reads by the kernel.
    package let passthrough = PassthroughStatus()
    /// The blobs that come from elsewhere when they are read; nil if none do.
    package let lazy: LazyBlobs?

    /// All mounts of one process share `live`.
    package init(
        _ live: LiveView, mountPoint: String, isModelsDirectory: Bool = false, places: [String]? = nil,
        lazy: LazyBlobs? = nil
    ) {
        self.lazy = lazy
        self.places = places ?? [mountPoint]
        self.isModelsDirectory = isModelsDirectory
        store = live.store
        self.live = live
        self.mountPoint = mountPoint
    }
}

extension Tree {
    package var fixed: Set<FixedNode> { [] }
}

extension Store {
    /// The directory of a node that the kernel knows; throws `gone` if its row is.
    func present(_ row: Int64, known: DirectoryRow? = nil) throws(StoreError) -> DirectoryRow {
        if let known { return known }
        guard let found = try directory(row) else { throw .gone(EntryName(number: row)) }
        return found
    }
}
