import Recipe
import Store

/// `models/`: each name with the bytes that it holds now, as ComfyUI's models directory.
struct LiveTree: Tree {
    let store: Store
    let name = "models"
    let kinds: Set<NodeKind> = [.liveDirectory, .liveFile, .liveAlias]

    var root: any Directory { LiveDirectory(store: store, row: DirectoryRow.Root.models.rawValue) }

    func names(in changes: NameChanges) -> [(parent: NodeID, name: String)] {
        changes.live.map { (NodeID(.liveDirectory, $0.directory), $0.name) }
    }

    func node(_ id: NodeID) throws(Failure) -> Node? {
        switch id.kind {
        case .liveDirectory: return .directory(LiveDirectory(store: store, row: id.row))
        case .liveFile:
            let file = try asking { () throws(StoreError) in try store.liveFile(id.row) }
            return file.map { .file(BlobFile(live: $0, store)) }
        case .liveAlias:
            let target = try asking { () throws(StoreError) in try store.directory(id.row) }
            return target.map { .link(AliasLink(id: id, path: $0.name, modified: $0.changed)) }
        default: return nil
        }
    }
}

private struct LiveDirectory: Directory {
    let store: Store
    let row: Int64
    var known: DirectoryRow?

    var id: NodeID { NodeID(.liveDirectory, row) }
    private var isRoot: Bool { row == DirectoryRow.Root.models.rawValue }

    func attributes() throws(Failure) -> Attributes {
        .directory(id, modified: try store.present(row, known: known).changed)
    }

    func child(_ name: String) throws(Failure) -> Node? {
        try asking { () throws(StoreError) -> Node? in
            if let directory = try store.directory(named: name, in: row) {
                return .directory(LiveDirectory(store: store, row: directory.id, known: directory))
            }
            if let file = try store.liveFile(named: name, in: row) { return .file(BlobFile(live: file, store)) }
            guard isRoot else { return nil }
            // An absent folder leads to the one that holds its models under another name.
            for alias in Folder.aliases(of: name) {
                guard let target = try store.directory(named: alias, in: row) else { continue }
                return .link(AliasLink(id: NodeID(.liveAlias, target.id), path: alias, modified: target.changed))
            }
            return nil
        }
    }

    func entries(after cookie: Cookie, limit: Int) throws(Failure) -> [Entry] {
        try Listing(phases: [directories, files]).entries(after: cookie, limit: limit)
    }

    private func directories(after: Int64, limit: Int) throws(Failure) -> [Listing.Item] {
        try asking { () throws(StoreError) in try store.directories(in: row, after: after, limit: limit) }
            .map { Listing.Item($0.id, $0.name, .directory(NodeID(.liveDirectory, $0.id), modified: $0.changed)) }
    }

    private func files(after: Int64, limit: Int) throws(Failure) -> [Listing.Item] {
        try asking { () throws(StoreError) in try store.liveFiles(in: row, after: after, limit: limit) }
            .map { Listing.Item($0.id, $0.name, BlobFile(live: $0, store).attributes()) }
    }
}

extension BlobFile {
    fileprivate init(live file: LiveRow, _ store: Store) {
        self.init(
            store: store, id: NodeID(.liveFile, file.id), blob: file.blob, modified: file.modified,
            version: file.version, place: .directory(file.directory, name: file.name, view: "models"))
    }
}
