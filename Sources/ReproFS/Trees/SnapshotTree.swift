import Recipe
import Store

/// `by-snapshot/<id>/`: the pinned files that an image was made from, and its recipe as files.
struct SnapshotTree: Tree {
    let context: MountContext
    let name: EntryName = "by-snapshot"
    let kinds: Set<NodeKind> = [
        .snapshot, .snapshotModel, .snapshotInput, .snapshotAlias, .snapshotFolderAlias, .snapshotNode,
        .pinName,
    ]
    let fixed: Set<FixedNode> = [.snapshots]

    var root: any Directory { SnapshotsDirectory(context: context) }

    func node(_ id: NodeID) throws(StoreError) -> Node? {
        if id.kind == .fixed { return .directory(root) }
        if id.kind == .pinName {
            return try context.store.pin(id.row).map { .link(AliasLink($0)) }
        }
        let row = id.kind == .snapshotAlias ? id.row : id.snapshot
        guard let snapshot = try context.store.snapshot(row) else { return nil }
        let directory = SnapshotDirectory(context: context, snapshot: snapshot)
        switch id.kind {
        case .snapshot: return directory.node(at: id.place)
        case .snapshotAlias: return .link(directory.alias)
        case .snapshotModel: return try PinnedDirectory.models(of: snapshot, context.store).node(at: id.place)
        case .snapshotInput: return try PinnedDirectory.inputs(of: snapshot, context.store).node(at: id.place)
        case .snapshotNode: return try PinnedDirectory.nodes(of: snapshot, context.store)?.node(at: id.place)
        case .snapshotFolderAlias: return try PinnedDirectory.models(of: snapshot, context.store).alias(to: id.place)
        default: return nil
        }
    }
}

/// `by-snapshot`: a directory for each snapshot, and a link for each pin. Whole ids and unique prefixes of at least 8 digits are links that
/// are not listed.
private struct SnapshotsDirectory: Directory {
    let context: MountContext
    var id: NodeID { FixedNode.snapshots.id }

    func attributes() throws(StoreError) -> Attributes {
        let row = try context.store.present(DirectoryRow.Root.snapshots.rawValue)
        return .directory(id, modified: max(row.changed, try context.store.created()))
    }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        if let snapshot = try context.store.snapshot(named: name) {
            return .directory(SnapshotDirectory(context: context, snapshot: snapshot))
        }
        guard name.utf8.count >= 8, let prefix = DigestPrefix(hex: name.text) else {
            return try context.store.pin(named: name.text).map { .link(AliasLink($0)) }
        }
        guard let snapshot = try context.store.snapshot(prefix) else { return nil }
        return .link(SnapshotDirectory(context: context, snapshot: snapshot).alias)
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [snapshots, pins]).entries(after: cookie, limit: limit)
    }

    private func snapshots(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        try context.store.snapshots(after: after, limit: limit)
            .map {
                Listing.Item(
                    $0.id, $0.short, SnapshotDirectory(context: context, snapshot: $0).attributes())
            }
    }

    private func pins(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        try context.store.pins(after: after, limit: limit)
            .map { Listing.Item($0.id, $0.name, AliasLink($0).attributes()) }
    }
}

extension AliasLink {
    /// A link from a pin's name to its snapshot.
    fileprivate init(_ pin: NamedPin) {
        self.init(id: NodeID(.pinName, pin.id), path: pin.snapshot.text, modified: pin.time)
    }
}

/// One snapshot.
private struct SnapshotDirectory: Directory {
    let context: MountContext
    let snapshot: SnapshotRow

    /// The files of a snapshot; the raw value is the place in the node's number, and is never reused. 0 is the directory.
    enum Item: Int64, CaseIterable {
        case snapshot = 1
        case recipe = 2
        case card = 3
        case prompt = 4
        case workflow = 5
        case paths = 6
        case parameters = 7
        case records = 8
        case environment = 9

        var name: EntryName {
            switch self {
            case .snapshot: SnapshotFile.document.name
            case .recipe: "recipe.json"
            case .card: "recipe.txt"
            case .prompt: SnapshotFile.prompt.name
            case .workflow: SnapshotFile.workflow.name
            case .paths: "extra_model_paths.yaml"
            case .parameters: SnapshotFile.parameters.name
            case .records: SnapshotFile.records.name
            case .environment: SnapshotFile.environment.name
            }
        }
    }

    var id: NodeID { NodeID(.snapshot, snapshot: snapshot.id, place: 0) }
    var alias: AliasLink {
        AliasLink(id: NodeID(.snapshotAlias, snapshot.id), path: snapshot.short.text, modified: snapshot.recorded)
    }
    private var models: PinnedDirectory { .models(of: snapshot, context.store) }
    private var inputs: PinnedDirectory { .inputs(of: snapshot, context.store) }
    private var nodes: PinnedDirectory? { .nodes(of: snapshot, context.store) }

    func attributes() -> Attributes {
        .directory(id, modified: snapshot.recorded, isPrivate: snapshot.document.isPrivate)
    }

    func node(at place: Int64) -> Node? { place == 0 ? .directory(self) : Item(rawValue: place).flatMap(file) }

    func child(_ name: EntryName) -> Node? {
        switch name {
        case "models": .directory(models)
        case "input": .directory(inputs)
        case "custom_nodes": nodes.map { .directory($0) }
        default: Item.allCases.first { $0.name == name }.flatMap(file)
        }
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        var fixed: [(name: EntryName, attributes: Attributes)] = [
            ("models", models.attributes()), ("input", inputs.attributes()),
        ]
        if let nodes { fixed.append(("custom_nodes", nodes.attributes())) }
        for item in Item.allCases {
            if case .file(let file) = file(item) { fixed.append((item.name, try file.attributes())) }
        }
        return try Listing(phases: [Listing.fixed(fixed)]).entries(after: cookie, limit: limit)
    }

    private func file(_ item: Item) -> Node? {
        let id = NodeID(.snapshot, snapshot: snapshot.id, place: item.rawValue)
        switch item {
        case .snapshot: return .file(blob(snapshot.document, id))
        case .prompt: return snapshot.prompt.map { .file(blob($0, id)) }
        case .workflow: return snapshot.workflow.map { .file(blob($0, id)) }
        case .parameters: return snapshot.parameters.map { .file(blob($0, id)) }
        case .environment: return snapshot.environment.map { .file(blob($0, id)) }
        case .records: return snapshot.records.map { .file(blob($0, id)) }
        case .recipe, .card:
            return .file(
                RenderedFile(
                    store: context.store, id: id, kind: item == .recipe ? .json : .card, snapshot: snapshot.id,
                    name: snapshot.imageName, isPrivate: snapshot.document.isPrivate))
        case .paths: return .file(ModelPathsFile(context: context, id: id, snapshot: snapshot))
        }
    }

    private func blob(_ blob: Blob, _ id: NodeID) -> BlobFile {
        BlobFile(store: context.store, id: id, blob: blob, modified: snapshot.recorded)
    }
}
