import GRDB
import Recipe

// Everything that is written into `active` and `mount`.

extension Database {
    @discardableResult
    func use(snapshot: Int64?, models: Int64?) throws -> Int64 {
        // Directories that show something else get another time, which never goes back.
        try execute(
            sql: """
                UPDATE active SET generation = generation + 1, changed = max(?, changed + 1), snapshot = ?, pinSet = ?
                """, arguments: [Timestamp.now().nanoseconds, snapshot, models])
        return try Int64.fetchOne(self, sql: "SELECT generation FROM active") ?? 0
    }

    func insertMount(at path: String, by process: Opener) throws -> Int64 {
        try execute(
            sql: """
                INSERT INTO mount (path, process, pid, acknowledged)
                VALUES (?, ?, ?, (SELECT generation FROM active))
                """, arguments: [path, process.identity, process.pid])
        return lastInsertedRowID
    }

    func setAcknowledged(_ generation: Int64, by mount: Int64) throws {
        try execute(
            sql: "UPDATE mount SET acknowledged = ? WHERE id = ? AND acknowledged < ?",
            arguments: [generation, mount, generation])
    }

    func deleteMount(_ id: Int64) throws { try execute(sql: "DELETE FROM mount WHERE id = ?", arguments: [id]) }

    /// The catalogue is a copy, or an older one: its mounts are not this store's.
    func deleteMounts() throws { try execute(sql: "DELETE FROM mount") }
}
