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
    func node(_ id: NodeID) throws(Failure) -> Node?
    /// The names that lead to other nodes after a change.
    func names(in changes: NameChanges) -> [(parent: NodeID, name: EntryName)]
}

/// What trees know of the mount they are shown through.
package struct MountContext: Sendable {
    package let store: Store
    /// The live view as this mount serves it.
    package let live: LiveView
    /// The absolute path of the mount point.
    package let mountPoint: String
    /// Whether the mount takes the place of a models directory: its top is the live view, and the other views are there
    /// without being listed.
    package let isModelsDirectory: Bool
    /// What `.reprofs/status` says of reads.
    package let passthrough = PassthroughStatus()

    package init(store: Store, mountPoint: String, isModelsDirectory: Bool = false) {
        self.isModelsDirectory = isModelsDirectory
        self.store = store
        live = LiveView(store)
        self.mountPoint = mountPoint
    }
}

extension Tree {
    package var fixed: Set<FixedNode> { [] }
    package func names(in changes: NameChanges) -> [(parent: NodeID, name: EntryName)] { [] }
}
