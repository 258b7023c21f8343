import GRDB
import Recipe

extension Store {
    /// Makes a model's name hold an older version again. The bytes that it holds now remain a version.
    package func restore(_ name: ModelName, version number: Int, by opener: Opener?) throws(StoreError) -> Addition {
        try catalogue.write { db in
            let root = DirectoryRow.Root.models.rawValue
            let directory = try db.directory(under: root, name.directories)
            let row = try directory.flatMap { directory in
                try Row.fetchOne(
                    db.cachedStatement(
                        sql: """
                            SELECT version.blob, version.modified, NOT blob.damaged OR (\(Blob.isElsewhere)) AS canBeRead
                            FROM version JOIN model ON model.id = version.model JOIN blob ON blob.id = version.blob
                            WHERE model.directory = ? AND model.name = ? AND version.number = ?
                            """), arguments: [directory, name.path.name.databaseValue, number])
            }
            guard let row else { throw StoreError.notFound("version v\(number) of '\(name)'") }
            guard try row.value("canBeRead") else { throw StoreError.notFound("what v\(number) of '\(name)' holds") }
            let live = try db.directory(liveNames: name.directories)
            if let live, let old = try db.live(named: name.path.name, in: live), old.kind == .file, old.blob == nil {
                throw StoreError.conflict(
                    "'\(name)' is being written, or has bytes that are not a version; move it away first")
            }
            return try db.add(
                name, blob: try row.value("blob"), modified: try row.time("modified"), since: nil, cause: .restore,
                process: try opener.map { try db.process($0) })
        }
    }
}
