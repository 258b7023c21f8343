import Recipe
import Store

/// `by-snapshot/<id>/`: what an image was made from, pinned; and its recipe as files.
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

/// `by-snapshot`: a directory for each snapshot, and a link for each pin's name; unique prefixes of 8 or more digits and whole
/// ids are links that are not listed.
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
    /// A pin's name leads to its snapshot.
    fileprivate init(_ pin: NamedPin) {
        self.init(id: NodeID(.pinName, pin.id), path: pin.snapshot.text, modified: pin.time)
    }
}

/// One snapshot.
private struct SnapshotDirectory: Directory {
    let context: MountContext
    let snapshot: SnapshotRow

    /// The files of a snapshot; the raw value is the place in the node's number and is never reused. 0 is the directory.
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
            case .snapshot: "snapshot.json"
            case .recipe: "recipe.json"
            case .card: "recipe.txt"
            case .prompt: "prompt.json"
            case .workflow: "workflow.json"
            case .paths: "extra_model_paths.yaml"
            case .parameters: "parameters.txt"
            case .records: "records.json"
            case .environment: "environment.json"
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

/// A directory of a pinned tree: exactly the pinned files, under the names that the prompt uses.
private struct PinnedDirectory: Directory {
    let store: Store
    let snapshot: SnapshotRow
    let kind: NodeKind
    let set: Int64
    var place: Int64 = 0

    static func models(of snapshot: SnapshotRow, _ store: Store) -> Self {
        Self(store: store, snapshot: snapshot, kind: .snapshotModel, set: snapshot.models)
    }
    static func inputs(of snapshot: SnapshotRow, _ store: Store) -> Self {
        Self(store: store, snapshot: snapshot, kind: .snapshotInput, set: snapshot.inputs)
    }

    /// Node packs; nil where none were captured.
    static func nodes(of snapshot: SnapshotRow, _ store: Store) -> Self? {
        snapshot.nodes.map { Self(store: store, snapshot: snapshot, kind: .snapshotNode, set: $0) }
    }

    var id: NodeID { NodeID(kind, snapshot: snapshot.id, place: place) }

    /// Where a prompt would look for a file of it; node packs are not models.
    private func place(of pin: PinRow) -> BlobPlace? {
        switch kind {
        case .snapshotModel: .pin(pin.position, set: set, under: nil)
        case .snapshotInput: .pin(pin.position, set: set, under: "input")
        default: nil
        }
    }

    func attributes() -> Attributes {
        .directory(id, modified: snapshot.recorded, isPrivate: snapshot.document.isPrivate)
    }

    func node(at place: Int64) throws(StoreError) -> Node? {
        if place == 0 { return .directory(self) }
        return try store.pin(place, in: set).map(node)
    }

    /// The link that an absent folder is: to the one that holds its models under another name.
    func alias(to place: Int64) throws(StoreError) -> Node? {
        try store.pin(place, in: set).map { pin in
            .link(
                AliasLink(
                    id: NodeID(.snapshotFolderAlias, snapshot: snapshot.id, place: place), path: pin.name.text,
                    modified: snapshot.recorded))
        }
    }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        if let pin = try pin(name) { return node(pin) }
        guard kind == .snapshotModel, place == 0 else { return nil }
        for other in Folder.aliases(of: name) {
            if let target = try pin(other) { return try alias(to: target.position) }
        }
        return nil
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [pinned]).entries(after: cookie, limit: limit)
    }

    private func pinned(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        try pins(after: after, limit: limit).map { pin throws(StoreError) in
            Listing.Item(pin.position, pin.name, try node(pin).inode.attributes())
        }
    }

    private func pin(_ name: EntryName) throws(StoreError) -> PinRow? {
        try store.pin(named: name, under: place, in: set)
    }

    private func pins(after: Int64, limit: Int) throws(StoreError) -> [PinRow] {
        try store.pins(under: place, in: set, after: after, limit: limit)
    }

    private func node(_ pin: PinRow) -> Node {
        guard let blob = pin.blob else {
            var inner = self
            inner.place = pin.position
            return .directory(inner)
        }
        return .file(
            BlobFile(
                store: store, id: NodeID(kind, snapshot: snapshot.id, place: pin.position), blob: blob,
                modified: snapshot.recorded, version: pin.version, evidence: pin.evidence,
                place: place(of: pin)))
    }
}

/// `extra_model_paths.yaml`: points a ComfyUI at the pinned models of this mount.
private struct ModelPathsFile: File {
    let context: MountContext
    let id: NodeID
    let snapshot: SnapshotRow

    var caching: Caching { .brief }

    func attributes() throws(StoreError) -> Attributes {
        Attributes(id: id, kind: .file, size: try text().utf8.count, modified: snapshot.recorded, caching: .brief)
    }

    func open() throws(StoreError) -> BlobContents { .bytes(Array(try text().utf8)) }

    private func text() throws(StoreError) -> String {
        let folders = try context.store.pins(under: 0, in: snapshot.models, after: 0, limit: 1000)
        return ModelPaths.text(
            [
                "The models that one image was made from, as ComfyUI takes them:",
                "  python main.py --extra-model-paths-config <this file>",
                "It comes before ComfyUI's own folders; a name that is not pinned is still looked up in those.",
            ], base: "\(context.mountPoint)/by-snapshot/\(snapshot.short)/models", folders: folders.map(\.name))
    }
}
