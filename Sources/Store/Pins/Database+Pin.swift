import GRDB
import Recipe

// Everything that is written into `pinName` and `pinLayer`.

extension Database {
    func insertPin(_ name: String, of snapshot: Int64, manifest: Digest) throws -> Int64 {
        try execute(
            sql: """
                INSERT INTO pinName (name, snapshot, manifest, time)
                VALUES (?, ?, (SELECT id FROM blob WHERE sha256 = ?), ?)
                """, arguments: [name, snapshot, manifest.data, Timestamp.now().nanoseconds])
        return lastInsertedRowID
    }

    /// Gives a pin another manifest, whose layers are inserted afterwards.
    func setManifest(_ manifest: Digest, ofPin id: Int64) throws {
        try execute(
            sql: "UPDATE pinName SET manifest = (SELECT id FROM blob WHERE sha256 = ?) WHERE id = ?",
            arguments: [manifest.data, id])
        try execute(sql: "DELETE FROM pinLayer WHERE pinName = ?", arguments: [id])
    }

    func insertLayer(_ blob: Digest, ofPin id: Int64) throws {
        try execute(
            cachedStatement(sql: "INSERT OR IGNORE INTO pinLayer SELECT ?, id FROM blob WHERE sha256 = ?"),
            [id, blob.data])
    }

    func deletePin(_ id: Int64) throws { try execute(sql: "DELETE FROM pinName WHERE id = ?", arguments: [id]) }
}
