import Foundation
import GRDB
package import Recipe

// What `reprofs list` shows. Rows are handed over one at a time, so that memory is bounded whatever is listed.

package struct ModelListing: Sendable {
    package let folder: String
    /// The path in the folder.
    package let name: String
    package let versions: Int
    /// The version that is live.
    package let live: Int?
    package let sha256: Digest?
    /// Bytes.
    package let size: Int?
    /// What loading it as a pickle would fetch; nil where it is none.
    package let pickle: PickleImports?
}

package struct VersionListing: Sendable {
    package let folder: String
    package let name: String
    package let number: Int
    package let isLive: Bool
    package let sha256: Digest
    /// Bytes.
    package let size: Int
    package let recorded: Timestamp
    /// When garbage collection took its bytes away.
    package let dropped: Timestamp?
}

package struct SnapshotListing: Sendable {
    package let id: Digest
    package let short: String
    package let image: String
    package let grade: Grade
    package let models: Int
    package let recorded: Timestamp
    package let isCurrent: Bool
}

package struct ImageListing: Sendable {
    /// The path in by-image.
    package let path: String
    package let sha256: Digest
    package let snapshot: Digest
    package let grade: Grade
    package let time: Timestamp
    /// Whether the image holds the name; an older one is at `NAME@…`.
    package let isNewest: Bool
}

/// The path of a directory row under its root.
private let paths = """
    WITH RECURSIVE path(id, text) AS (
        SELECT id, name FROM directory WHERE parent = ?
        UNION ALL SELECT directory.id, path.text || '/' || directory.name FROM directory JOIN path ON directory.parent = path.id
    )
    """

extension Store {
    /// Every model, by folder and name.
    package func forEachModel(_ body: (ModelListing) throws -> Void) throws(StoreError) {
        try each(
            """
            \(paths) SELECT path.text || '/' || model.name AS name, model.versions, version.number, blob.sha256, blob.size,
            identity.imports FROM model JOIN path ON path.id = model.directory
            LEFT JOIN version ON version.id = model.current LEFT JOIN blob ON blob.id = version.blob
            LEFT JOIN identity ON identity.blob = blob.id ORDER BY 1
            """, [DirectoryRow.Root.models.rawValue]
        ) { row in
            let (folder, name) = split(row["name"])
            try body(
                ModelListing(
                    folder: folder, name: name, versions: row["versions"], live: row["number"],
                    sha256: try (row["sha256"] as Data?).map { try Digest(column: $0) }, size: row["size"],
                    pickle: PickleImports(column: row["imports"])))
        }
    }

    /// Every version of every model, or of those called `filter` (`folder/name`, `name`, or a file name).
    package func forEachVersion(of filter: String?, _ body: (VersionListing) throws -> Void) throws(StoreError) {
        try each(
            """
            \(paths) SELECT path.text || '/' || model.name AS name, version.number, version.recorded, blob.sha256, blob.size,
            blob.dropped, model.current IS version.id AS isLive
            FROM version JOIN model ON model.id = version.model JOIN path ON path.id = model.directory
            JOIN blob ON blob.id = version.blob
            WHERE ?2 IS NULL OR path.text || '/' || model.name = ?2
                OR substr(path.text || '/' || model.name, -length(?2) - 1) = '/' || ?2
            ORDER BY 1, version.number
            """, [DirectoryRow.Root.models.rawValue, filter]
        ) { row in
            let (folder, name) = split(row["name"])
            try body(
                VersionListing(
                    folder: folder, name: name, number: row["number"], isLive: row["isLive"],
                    sha256: try Digest(column: row["sha256"]), size: row["size"],
                    recorded: Timestamp(nanoseconds: row["recorded"]),
                    dropped: (row["dropped"] as Int64?).map { Timestamp(nanoseconds: $0) }))
        }
    }

    /// Every snapshot, oldest first.
    package func forEachSnapshot(_ body: (SnapshotListing) throws -> Void) throws(StoreError) {
        var last: Int64 = 0
        while true {
            let rows = try snapshots(after: last, limit: 500)
            guard let newest = rows.last else { return }
            last = newest.id
            for row in rows {
                let listing = try listing(row)
                do { try body(listing) } catch { throw .catalogue("\(error)") }
            }
        }
    }

    func listing(_ row: SnapshotRow) throws(StoreError) -> SnapshotListing {
        let pins = try one(
            """
            SELECT (SELECT count(*) FROM pin WHERE pinSet = ?1 AND blob IS NOT NULL) AS models,
            EXISTS (SELECT 1 FROM image WHERE snapshot = ?2) AS isCurrent
            """, [row.models, row.id]
        ) { (models: $0["models"] as Int, isCurrent: $0["isCurrent"] as Bool) }
        return SnapshotListing(
            id: row.digest, short: row.short, image: row.imageName,
            grade: try rendering(.json, of: row.id, named: row.imageName).grade, models: pins?.models ?? 0,
            recorded: row.recorded, isCurrent: pins?.isCurrent ?? false)
    }

    /// Every name in by-image with every image that has held it.
    package func forEachImage(_ body: (ImageListing) throws -> Void) throws(StoreError) {
        var last: Int64 = 0
        while true {
            let rows = try page(
                """
                \(paths) SELECT imageName.id, path.text || '/' || imageName.name AS path, imageName.name, imageName.time,
                imageName.newest, image.sha256, image.snapshot, snapshot.sha256 AS snapshotDigest
                FROM imageName JOIN path ON path.id = imageName.directory JOIN image ON image.id = imageName.image
                JOIN snapshot ON snapshot.id = image.snapshot WHERE imageName.id > ? ORDER BY imageName.id
                """, [DirectoryRow.Root.images.rawValue, last], 500
            ) { $0.copy() }
            guard let newest = rows.last else { return }
            last = newest["id"]
            do {
                for row in rows {
                    try body(
                        ImageListing(
                            path: row["path"], sha256: try Digest(column: row["sha256"]),
                            snapshot: try Digest(column: row["snapshotDigest"]),
                            grade: try rendering(.json, of: row["snapshot"], named: row["name"]).grade,
                            time: Timestamp(nanoseconds: row["time"]), isNewest: row["newest"]))
                }
            } catch let error as StoreError { throw error } catch { throw .catalogue("\(error)") }
        }
    }

    private func each(
        _ sql: String, _ arguments: StatementArguments, _ body: (Row) throws -> Void
    ) throws(StoreError) {
        try catalogue.read { db in
            let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
            while let row = try rows.next() { try body(row) }
        }
    }

    private func split(_ path: String) -> (folder: String, name: String) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1).map {
            String(decoding: $0, as: UTF8.self)
        }
        return (parts[0], parts.count > 1 ? parts[1] : "")
    }
}
