import Foundation
import GRDB
import Recipe

// Everything that is written into `rendering`.

extension Database {
    /// A text that comes out the same keeps its time. `reasons` are codes separated by spaces.
    func keepRendering(
        _ bytes: [UInt8], kind: Int, grade: String, reasons: String, of snapshot: Int64, named name: String,
        at now: Timestamp
    ) throws {
        try execute(
            sql: """
                INSERT INTO rendering (snapshot, name, kind, fresh, rendered, grade, size, zstd, reasons)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (snapshot, name, kind) DO UPDATE SET fresh = 1,
                rendered = CASE zstd WHEN excluded.zstd THEN rendered ELSE max(excluded.rendered, rendered + 1) END,
                grade = excluded.grade, size = excluded.size, zstd = excluded.zstd, reasons = excluded.reasons
                """,
            arguments: [
                snapshot, name, kind, true, now.nanoseconds, grade, bytes.count, Data(Compression.compress(bytes)),
                reasons,
            ])
    }

    /// Everything is rendered again on demand.
    func renderAgain() throws { try execute(sql: "UPDATE rendering SET fresh = 0") }

    /// The same for every snapshot of this snapshot's image.
    func renderAgain(besides snapshot: Int64) throws {
        try execute(
            sql: """
                UPDATE rendering SET fresh = 0 WHERE snapshot IN (
                    SELECT id FROM snapshot WHERE image = (SELECT image FROM snapshot WHERE id = ?))
                """, arguments: [snapshot])
    }

    /// A blob was lost or came back: the recipes of the snapshots that pin it are rendered again on demand.
    func renderAgain(pinning blob: Int64) throws {
        try execute(
            cachedStatement(
                sql: """
                    UPDATE rendering SET fresh = 0 WHERE snapshot IN (
                        SELECT snapshot.id FROM pin JOIN snapshot ON snapshot.models = pin.pinSet WHERE pin.blob = ?1
                        UNION SELECT snapshot.id FROM pin JOIN snapshot ON snapshot.inputs = pin.pinSet WHERE pin.blob = ?1)
                    """), [blob])
    }

    func deleteRenderings(ofSnapshotsIn rows: String) throws {
        try execute(sql: "DELETE FROM rendering WHERE snapshot IN (\(rows))")
    }
}
