import Recipe
import Store

// The pinned files of `by-snapshot/<id>`.

/// A directory of a pinned tree: exactly the pinned files, under the names in the prompt.
struct PinnedDirectory: Directory {
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

    /// The snapshot's node packs; nil if none were captured.
    static func nodes(of snapshot: SnapshotRow, _ store: Store) -> Self? {
        snapshot.nodes.map { Self(store: store, snapshot: snapshot, kind: .snapshotNode, set: $0) }
    }

    var id: NodeID { NodeID(kind, snapshot: snapshot.id, place: place) }

    /// Where a prompt would find one of its files; node packs are not models.
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

    /// A link in the place of an absent folder, to the folder that holds its models under another name.
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

/// `extra_model_paths.yaml`: makes a ComfyUI use the pinned models of this mount.
struct ModelPathsFile: File {
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
                "The models that one image was made from, for ComfyUI:",
                "  python main.py --extra-model-paths-config <this file>",
                "It takes precedence over ComfyUI's own folders, which still serve names that are not pinned.",
            ], base: "\(context.mountPoint)/by-snapshot/\(snapshot.short)/models", folders: folders.map(\.name))
    }
}
