import Recipe
import Store

/// `by-name/<folder>/<model>/v1/<file>`: every version of every model, for good; `latest` leads to the newest.
struct NameTree: Tree {
    let store: Store
    let name: EntryName = "by-name"
    let kinds: Set<NodeKind> = [.nameDirectory, .nameModel, .nameVersion, .nameFile, .nameLatest, .nameAlias]

    var root: any Directory { NameDirectory(store: store, row: DirectoryRow.Root.models.rawValue) }

    func node(_ id: NodeID) throws(StoreError) -> Node? {
        switch id.kind {
        case .nameDirectory: .directory(NameDirectory(store: store, row: id.row))
        case .nameModel: try store.model(id.row).map { .directory(ModelDirectory(store: store, model: $0)) }
        case .nameVersion: try store.version(id.row).map { .directory(VersionDirectory(store: store, version: $0)) }
        case .nameFile: try store.version(id.row).map { .file(BlobFile(version: $0, store)) }
        case .nameLatest:
            try store.model(id.row).flatMap { ModelDirectory(store: store, model: $0).latest }.map { .link($0) }
        case .nameAlias:
            try store.directory(id.row).map { .link(AliasLink(id: id, path: $0.name.text, modified: $0.named)) }
        default: nil
        }
    }
}

/// A folder, or a subfolder.
private struct NameDirectory: Directory {
    let store: Store
    let row: Int64
    var known: DirectoryRow?

    var id: NodeID { NodeID(.nameDirectory, row) }

    func attributes() throws(StoreError) -> Attributes {
        .directory(id, modified: try store.present(row, known: known).named)
    }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        if let directory = try store.directory(named: name, in: row) {
            return .directory(NameDirectory(store: store, row: directory.id, known: directory))
        }
        if let model = try store.model(named: name, in: row) {
            return .directory(ModelDirectory(store: store, model: model))
        }
        guard row == DirectoryRow.Root.models.rawValue else { return nil }
        for alias in Folder.aliases(of: name) {
            guard let target = try store.directory(named: alias, in: row) else { continue }
            return .link(AliasLink(id: NodeID(.nameAlias, target.id), path: alias.text, modified: target.named))
        }
        return nil
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [directories, models]).entries(after: cookie, limit: limit)
    }

    private func directories(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        try store.directories(in: row, after: after, limit: limit)
            .map { Listing.Item($0.id, $0.name, .directory(NodeID(.nameDirectory, $0.id), modified: $0.named)) }
    }

    private func models(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        try store.models(in: row, after: after, limit: limit)
            .map { Listing.Item($0.id, $0.name, ModelDirectory(store: store, model: $0).attributes()) }
    }
}

extension EntryName {
    /// The name of a version's directory.
    static func version(_ number: Int) -> EntryName { EntryName("v", number: number) }

    fileprivate var versionNumber: Int? {
        let digits = utf8.dropFirst()
        guard hasPrefix("v"), let number = Int(String(decoding: digits, as: UTF8.self)), self == .version(number) else {
            return nil
        }
        return number
    }
}

/// A model: a directory for each of its versions.
private struct ModelDirectory: Directory {
    let store: Store
    let model: ModelRow

    var id: NodeID { NodeID(.nameModel, model.id) }
    /// The newest version whose bytes exist.
    var latest: AliasLink? {
        model.newest.map { AliasLink(id: NodeID(.nameLatest, model.id), path: "v\($0)", modified: model.changed) }
    }

    func attributes() -> Attributes { .directory(id, modified: model.changed) }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        if name == "latest" { return latest.map { .link($0) } }
        guard let number = name.versionNumber else { return nil }
        let version = try store.version(number, of: model.id)
        return version.map { .directory(VersionDirectory(store: store, version: $0)) }
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [
            Listing.fixed(latest.map { [("latest" as EntryName, $0.attributes())] } ?? []),
            versions,
        ]).entries(after: cookie, limit: limit)
    }

    private func versions(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        try store.versions(of: model.id, after: after, limit: limit)
            .map { Listing.Item($0.id, .version($0.number), VersionDirectory(store: store, version: $0).attributes()) }
    }
}

/// A version: the file, under the name that the model has.
private struct VersionDirectory: Directory {
    let store: Store
    let version: VersionRow

    var id: NodeID { NodeID(.nameVersion, version.id) }

    func attributes() -> Attributes { .directory(id, modified: version.recorded) }

    func child(_ name: EntryName) -> Node? {
        name == version.fileName ? .file(BlobFile(version: version, store)) : nil
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        let file = BlobFile(version: version, store)
        return try Listing(phases: [Listing.fixed([(version.fileName, file.attributes())])])
            .entries(after: cookie, limit: limit)
    }
}

extension BlobFile {
    fileprivate init(version: VersionRow, _ store: Store) {
        self.init(
            store: store, id: NodeID(.nameFile, version.id), blob: version.blob, modified: version.modified,
            version: version.number,
            place: .directory(version.directory, name: version.fileName, view: "by-name"))
    }
}
