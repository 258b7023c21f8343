package import Recipe
package import Store

/// The mount point: its views, and the way from a node's number to the node.
package struct Root: Directory {
    private let trees: [any Tree]
    private let byKind: [NodeKind: any Tree]
    private let created: Timestamp
    private let memory = NodeMemory()
    package let context: MountContext

    /// Makes all views; throws if the store cannot be read.
    package init(_ context: MountContext) throws(StoreError) {
        self.context = context
        let trees: [any Tree] = [
            LiveTree(view: context.live),
            NameTree(store: context.store),
            HashTree(store: context.store),
            SnapshotTree(context: context),
            ImageTree(store: context.store),
            TimeTree(store: context.store),
            ActiveTree(context: context),
            StateTree(context: context),
        ]
        self.trees = trees
        var byKind: [NodeKind: any Tree] = [:]
        for tree in trees { for kind in tree.kinds { byKind[kind] = tree } }
        self.byKind = byKind
        created = try context.store.created()
    }

    /// The number that FUSE gives the root: 1.
    package var id: NodeID { .root }

    package func attributes() -> Attributes { .directory(id, modified: created) }

    package func child(_ name: EntryName) -> Node? { trees.first { $0.name == name }.map { .directory($0.root) } }

    /// The views, in a fixed order.
    package func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        var fixed: [(name: EntryName, attributes: Attributes)] = []
        for tree in trees { fixed.append((tree.name, try tree.root.attributes())) }
        return try Listing(phases: [Listing.fixed(fixed)]).entries(after: cookie, limit: limit)
    }

    /// The node of a number that the kernel was told; `gone` where it is.
    package func node(_ id: NodeID) throws(StoreError) -> Node {
        if id == .root { return .directory(context.isModelsDirectory ? top : self) }
        // Fixed nodes belong to the trees that show them.
        let fixed = id.kind == .fixed ? FixedNode(rawValue: id.row) : nil
        let owner = fixed.map { node in trees.first { $0.fixed.contains(node) } } ?? id.kind.flatMap { byKind[$0] }
        let commit = context.store.newestCommit
        // That a node now stands for another row is not visible as a commit.
        let isItself = id.kind != .liveFile || context.live.standing(for: id.row) == id.row
        if isItself, let file = memory.file(id, as: commit) { return .file(file) }
        guard let node = try owner?.node(id) else { throw .gone(EntryName(number: id.rawValue)) }
        if case .file(let file) = node { memory.keep(file, as: commit) }
        return node
    }

    /// The node of a name, which is remembered: a file that was looked up is usually opened next.
    func child(_ name: EntryName, of parent: NodeID) throws(StoreError) -> Node? {
        let commit = context.store.newestCommit
        let node = try directory(parent).child(name)
        if case .file(let file) = node { memory.keep(file, as: commit) }
        return node
    }

    /// The live view, as the top of a mount that takes a models directory's place.
    private var top: LiveDirectory {
        LiveDirectory(view: context.live, row: LiveRow.root, others: { name in self.child(name) })
    }

    /// The directory with this number; throws if there is none.
    package func directory(_ id: NodeID) throws(StoreError) -> any Directory {
        guard case .directory(let directory) = try node(id) else { throw .notDirectory(EntryName(number: id.rawValue)) }
        return directory
    }
}
