package import Recipe
package import Store

/// A view under the mount point. A new view is one file with one of these, and one line in ``Root``.
package protocol Tree: Sendable {
    /// Its directory under the mount point.
    var name: EntryName { get }
    /// The kinds of its nodes; no two trees share one.
    var kinds: Set<NodeKind> { get }
    /// Its nodes that stand for no row.
    var fixed: Set<FixedNode> { get }
    var root: any Directory { get }
    /// The node of a number that this tree gave out; nil where its row is gone.
    func node(_ id: NodeID) throws(StoreError) -> Node?
}

/// What trees know of the mount they are shown through.
package struct MountContext: Sendable {
    /// What the views show.
    package let store: Store
    /// The live view as this process serves it.
    package let live: LiveView
    /// The absolute path of the mount point.
    package let mountPoint: String
    /// Whether the mount takes the place of a models directory: its top is the live view, and the other views are there
    /// without being listed.
    package let isModelsDirectory: Bool
    /// The mount points of all places that the process began to serve.
    package let places: [String]
    /// What `.reprofs/status` says of reads.
    package let passthrough = PassthroughStatus()

    /// `live` is shared by all mounts of one process.
    package init(_ live: LiveView, mountPoint: String, isModelsDirectory: Bool = false, places: [String]? = nil) {
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
    /// The directory of a node that the kernel knows; `gone` where its row is.
    func present(_ row: Int64, known: DirectoryRow? = nil) throws(StoreError) -> DirectoryRow {
        if let known { return known }
        guard let found = try directory(row) else { throw .gone(EntryName(number: row)) }
        return found
    }
}
