import Recipe
import Store

/// `by-hash/sha256/<64 hex>`: every blob. `autov1`, `autov2`, `autov3` and `blake3` name models by other tools' hashes.
struct HashTree: Tree {
    let store: Store
    let name: EntryName = "by-hash"
    let kinds: Set<NodeKind> = [.blob, .blobAlias, .autoV1, .autoV2, .autoV3, .blake3]
    let fixed: Set<FixedNode> = [.hashes, .sha256, .autoV1, .autoV2, .autoV3, .blake3]

    var root: any Directory { AlgorithmsDirectory(store: store) }

    func node(_ id: NodeID) throws(StoreError) -> Node? {
        guard let kind = id.kind else { return nil }
        if kind == .fixed {
            let known = AlgorithmsDirectory(store: store).directories.first { $0.directory.id == id }
            return .directory(known?.directory ?? root)
        }
        guard let blob = try store.blob(id.row) else { return nil }
        switch kind {
        case .blob: return .file(BlobFile(blob: blob, store))
        case .blobAlias: return .link(try HashLink.link(id, to: blob, store))
        default: return .link(try HashLink.link(id, to: blob, store, isBeside: true))
        }
    }
}

/// The links of this view.
private enum HashLink {
    /// `isBeside`: whether the link is in a directory beside `sha256`.
    static func link(
        _ id: NodeID, to blob: Blob, _ store: Store, isBeside: Bool = false
    ) throws(StoreError) -> AliasLink {
        AliasLink(id: id, path: (isBeside ? "../sha256/" : "") + blob.digest.hex, modified: try modified(store))
    }

    static func modified(_ store: Store) throws(StoreError) -> Timestamp {
        max(try store.present(DirectoryRow.Root.hashes.rawValue).changed, try store.created())
    }
}

/// `by-hash`: one directory for each algorithm.
private struct AlgorithmsDirectory: Directory {
    let store: Store
    var id: NodeID { FixedNode.hashes.id }

    var directories: [(name: EntryName, directory: any Directory)] {
        [
            ("sha256", SHA256Directory(store: store)),
            ("autov1", ShortHashDirectory(store: store, hash: .autoV1, node: .autoV1, kind: .autoV1)),
            ("autov2", ShortHashDirectory(store: store, hash: .autoV2, node: .autoV2, kind: .autoV2)),
            ("autov3", ShortHashDirectory(store: store, hash: .autoV3, node: .autoV3, kind: .autoV3)),
            ("blake3", ShortHashDirectory(store: store, hash: .blake3, node: .blake3, kind: .blake3)),
        ]
    }

    func attributes() throws(StoreError) -> Attributes { .directory(id, modified: try store.created()) }
    func child(_ name: EntryName) -> Node? { directories.first { $0.name == name }.map { .directory($0.directory) } }
    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        var fixed: [(name: EntryName, attributes: Attributes)] = []
        for (name, directory) in directories { fixed.append((name, try directory.attributes())) }
        return try Listing(phases: [Listing.fixed(fixed)]).entries(after: cookie, limit: limit)
    }
}

/// A directory such as `by-hash/autov1`: for each hash, a link to the model that was first known by it.
private struct ShortHashDirectory: Directory {
    let store: Store
    let hash: HashName
    let node: FixedNode
    let kind: NodeKind
    var id: NodeID { node.id }

    func attributes() throws(StoreError) -> Attributes { .directory(id, modified: try HashLink.modified(store)) }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        guard name.utf8.count == hash.digits, name.isLowerCase, let prefix = DigestPrefix(hex: name.text),
            let blob = try store.blob(hash, prefix, name.text)
        else { return nil }
        return .link(try link(blob))
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [links]).entries(after: cookie, limit: limit)
    }

    private func links(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        var items: [Listing.Item] = []
        for (name, blob) in try store.names(hash, after: after, limit: limit) {
            items.append(Listing.Item(blob.id, name, try link(blob).attributes()))
        }
        return items
    }

    private func link(_ blob: Blob) throws(StoreError) -> AliasLink {
        try HashLink.link(NodeID(kind, blob.id), to: blob, store, isBeside: true)
    }
}

private struct SHA256Directory: Directory {
    let store: Store
    var id: NodeID { FixedNode.sha256.id }

    func attributes() throws(StoreError) -> Attributes {
        .directory(id, modified: try HashLink.modified(store))
    }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        guard name.utf8.count >= 8, let prefix = DigestPrefix(hex: name.text) else { return nil }
        guard let blob = try store.blob(prefix) else { return nil }
        if name.text == blob.digest.hex { return .file(BlobFile(blob: blob, store)) }
        return .link(try HashLink.link(NodeID(.blobAlias, blob.id), to: blob, store))
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [blobs]).entries(after: cookie, limit: limit)
    }

    private func blobs(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        try store.blobs(after: after, limit: limit)
            .map { Listing.Item($0.id, EntryName($0.digest), BlobFile(blob: $0, store).attributes()) }
    }
}

extension EntryName {
    fileprivate var isLowerCase: Bool { !utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } }
}

extension BlobFile {
    /// A blob has no name other than its hash, and no time.
    fileprivate init(blob: Blob, _ store: Store) {
        self.init(
            store: store, id: NodeID(.blob, blob.id), blob: blob, modified: Timestamp(nanoseconds: 0), place: .hash)
    }
}
