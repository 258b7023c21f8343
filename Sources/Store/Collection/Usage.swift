import GRDB
import Recipe

/// How much something holds, and how much of that only it holds. Bytes.
package struct Usage: Sendable {
    /// A model, a version or an image.
    package let name: String
    /// For a model, how many versions it has.
    package let count: Int
    /// The size of everything that it holds, each blob counted once. Bytes.
    package let size: Int
    /// What removing it would free. Bytes.
    package let own: Int

    init(_ row: Row) throws {
        name = try row.path("name")
        count = try row.value("count")
        size = try row.value("size") ?? 0
        own = try row.value("own") ?? 0
    }
}

/// How much the whole store holds. Bytes.
package struct StoreUsage: Sendable {
    /// All blobs, those that are versions, and drafts.
    package let blobs, versions, drafts: Int
    /// Held by versions that are neither live nor in a snapshot.
    package let superseded: Int
}

/// Blobs that a snapshot pins.
private let pinned = "SELECT DISTINCT pin.blob FROM pin WHERE pin.blob IS NOT NULL"

extension Store {
    /// How much the whole store holds.
    package func usage() throws(StoreError) -> StoreUsage {
        var drafts = 0
        for row in try catalogue.read({ try $0.liveLeftovers() }) {
            if row.isUnlinked { continue }
            drafts += try DraftFacts.at(livePath(row.id))?.size ?? 0
        }
        return try catalogue.read { db in
            func sum(_ condition: String) throws -> Int {
                try Int.fetchOne(db, sql: "SELECT coalesce(sum(size), 0) FROM servedBlob WHERE \(condition)")
                    ?? 0
            }
            return StoreUsage(
                blobs: try sum("1"), versions: try sum("id IN (SELECT blob FROM version)"), drafts: drafts,
                superseded: try sum(
                    """
                    id IN (SELECT blob FROM version) AND id NOT IN (\(pinned))
                    AND id NOT IN (SELECT blob FROM live WHERE blob IS NOT NULL AND parent IS NOT NULL)
                    """))
        }
    }

    /// Every model with its versions, the largest first; removing one frees what no other name's version and no snapshot holds.
    package func usageByModel() throws(StoreError) -> [Usage] {
        try page(
            """
            \(DirectoryRow.paths), held(model, blob) AS (SELECT DISTINCT model, blob FROM version)
            SELECT path.text || '/' || model.name AS name, model.versions AS count, sum(blob.size) AS size,
            sum(CASE WHEN blob.id IN (\(pinned))
                OR EXISTS (SELECT 1 FROM version WHERE version.blob = blob.id AND version.model <> model.id)
                THEN 0 ELSE blob.size END) AS own
            FROM held JOIN model ON model.id = held.model JOIN path ON path.id = model.directory
            JOIN servedBlob AS blob ON blob.id = held.blob GROUP BY model.id ORDER BY size DESC, name
            """, [DirectoryRow.Root.models.rawValue], Int(Int32.max), Usage.init)
    }

    /// Every version, the largest first; removing one frees what no other name and no snapshot holds.
    package func usageByVersion() throws(StoreError) -> [Usage] {
        try page(
            """
            \(DirectoryRow.paths)
            SELECT path.text || '/' || model.name || '@v' || version.number AS name, 1 AS count, blob.size AS size,
            CASE WHEN blob.id IN (\(pinned)) OR (SELECT count(*) FROM version AS other WHERE other.blob = blob.id) > 1
                THEN 0 ELSE blob.size END AS own
            FROM version JOIN model ON model.id = version.model JOIN path ON path.id = model.directory
            JOIN servedBlob AS blob ON blob.id = version.blob ORDER BY size DESC, name
            """, [DirectoryRow.Root.models.rawValue], Int(Int32.max), Usage.init)
    }

    /// Every snapshot; removing one frees what no name's version and no other pin set holds.
    package func usageBySnapshot() throws(StoreError) -> [Usage] {
        try page(
            """
            WITH held(snapshot, blob) AS (
                SELECT snapshot.id, pin.blob FROM snapshot
                JOIN pin ON pin.pinSet IN (snapshot.models, snapshot.inputs, snapshot.nodes) WHERE pin.blob IS NOT NULL
                GROUP BY 1, 2),
            once(blob) AS (SELECT blob FROM held GROUP BY blob HAVING count(*) = 1)
            SELECT snapshot.short AS name, count(*) AS count, sum(blob.size) AS size,
            sum(CASE WHEN blob.id IN once AND blob.id NOT IN (SELECT blob FROM version) THEN blob.size ELSE 0 END) AS own
            FROM held JOIN snapshot ON snapshot.id = held.snapshot JOIN servedBlob AS blob ON blob.id = held.blob
            GROUP BY snapshot.id ORDER BY size DESC, name
            """, [], Int(Int32.max), Usage.init)
    }
}
