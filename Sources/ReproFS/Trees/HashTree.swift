import Recipe
import Store

/// `by-hash/sha256/<64 hex>`: every blob. A unique prefix of 8 or more digits is a link to it.
struct HashTree: Tree {
    let store: Store
    let name = "by-hash"
    let kinds: Set<NodeKind> = [.blob, .blobAlias]
    let fixed: Set<FixedNode> = [.hashes, .sha256]

    var root: any Directory { AlgorithmsDirectory(sha256: SHA256Directory(store: store)) }

    func node(_ id: NodeID) throws(Failure) -> Node? {
        switch id.kind {
        case .fixed: return id == FixedNode.sha256.id ? .directory(SHA256Directory(store: store)) : .directory(root)
        case .blob, .blobAlias:
            let blob = try asking { () throws(StoreError) in try store.blob(id.row) }
            return try blob.map { blob throws(Failure) in
                let modified = try SHA256Directory(store: store).attributes().modified
                return id.kind == .blob
                    ? .file(BlobFile(blob: blob, store))
                    : .link(AliasLink(id: id, path: blob.digest.hex, modified: modified))
            }
        default: return nil
        }
    }
}

/// `by-hash`: one directory for each algorithm.
private struct AlgorithmsDirectory: Directory {
    let sha256: SHA256Directory
    var id: NodeID { FixedNode.hashes.id }

    func attributes() throws(Failure) -> Attributes { .directory(id, modified: try sha256.created()) }
    func child(_ name: String) -> Node? { name == "sha256" ? .directory(sha256) : nil }
    func entries(after cookie: Cookie, limit: Int) throws(Failure) -> [Entry] {
        try Listing(phases: [Listing.fixed([("sha256", try sha256.attributes())])]).entries(after: cookie, limit: limit)
    }
}

private struct SHA256Directory: Directory {
    let store: Store
    var id: NodeID { FixedNode.sha256.id }

    func created() throws(Failure) -> Timestamp { try asking(store.created) }

    func attributes() throws(Failure) -> Attributes {
        let row = try store.present(DirectoryRow.Root.hashes.rawValue)
        return .directory(id, modified: max(row.changed, try created()))
    }

    func child(_ name: String) throws(Failure) -> Node? {
        guard name.utf8.count >= 8, let prefix = DigestPrefix(hex: name) else { return nil }
        guard let blob = try asking({ () throws(StoreError) in try store.blob(prefix) }) else { return nil }
        if name == blob.digest.hex { return .file(BlobFile(blob: blob, store)) }
        return .link(
            AliasLink(id: NodeID(.blobAlias, blob.id), path: blob.digest.hex, modified: try attributes().modified))
    }

    func entries(after cookie: Cookie, limit: Int) throws(Failure) -> [Entry] {
        try Listing(phases: [blobs]).entries(after: cookie, limit: limit)
    }

    private func blobs(after: Int64, limit: Int) throws(Failure) -> [Listing.Item] {
        try asking { () throws(StoreError) in try store.blobs(after: after, limit: limit) }
            .map { Listing.Item($0.id, $0.digest.hex, BlobFile(blob: $0, store).attributes()) }
    }
}

extension BlobFile {
    /// Bytes have no time of their own; their name is all that there is to know of them.
    fileprivate init(blob: Blob, _ store: Store) {
        self.init(store: store, id: NodeID(.blob, blob.id), blob: blob, modified: Timestamp(nanoseconds: 0))
    }
}
