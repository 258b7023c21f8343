import GRDB
package import Recipe

/// Where a view shows a blob: enough to look up its full name when it is opened.
package enum BlobPlace: Sendable {
    /// A name in a directory of models.
    case directory(Int64, name: EntryName, view: String)
    /// A place in a pinned tree; `under` is the folder that the whole tree stands for, nil if its top level are folders.
    case pin(Int64, set: Int64, under: EntryName?)
    case hash
}

extension Store {
    /// The name that a prompt would use for a blob at this place.
    package func loadName(of place: BlobPlace, _ blob: Blob) throws(StoreError) -> LoadName? {
        switch place {
        case .directory(let directory, let name, let view):
            return loadName(view, try path(ofDirectory: directory) + [name])
        case .pin(let position, let set, let folder):
            return loadName("by-snapshot", [folder].compactMap { $0 } + (try path(ofPin: position, in: set)))
        case .hash: return LoadName(view: "by-hash", folder: "", name: blob.digest.hex)
        }
    }

    private func loadName(_ view: String, _ path: [EntryName]) -> LoadName? {
        guard let folder = path.first, path.count > 1 else { return nil }
        return LoadName(view: view, folder: folder.text, name: ViewPath(path.dropFirst()).description)
    }

    /// The path of a directory of models.
    package func path(ofDirectory directory: Int64) throws(StoreError) -> [EntryName] {
        try catalogue.read { db in try db.path(ofDirectory: directory) }
    }

    /// The path of a model in `by-name`, with its own name.
    package func path(ofModel id: Int64) throws(StoreError) -> [EntryName] {
        try catalogue.read { db in
            let row = try Row.fetchOne(db, sql: "SELECT directory, name FROM model WHERE id = ?", arguments: [id])
            guard let row else { throw StoreError.notFound("model \(id)") }
            return try db.path(ofDirectory: row.value("directory")) + [row.name("name")]
        }
    }

    /// The path of a place in a pinned tree.
    package func path(ofPin position: Int64, in set: Int64) throws(StoreError) -> [EntryName] {
        try catalogue.read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        WITH RECURSIVE up(position, parent, name, depth) AS (
                            SELECT position, parent, name, 0 FROM pin WHERE pinSet = ?1 AND position = ?2
                            UNION ALL SELECT pin.position, pin.parent, pin.name, depth + 1 FROM pin
                            JOIN up ON pin.pinSet = ?1 AND pin.position = up.parent AND up.parent > 0 AND depth < \(DirectoryRow.depthLimit)
                        ) SELECT name FROM up ORDER BY depth DESC
                        """), arguments: [set, position]
            ).map { try $0.name(0) }
        }
    }
}
