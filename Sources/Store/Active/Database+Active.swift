import GRDB
import Recipe

// Everything that is written into `active` and `mount`.

extension Database {
    /// Shows something else from now on, which ends a loan.
    func use(snapshot: Int64?, models: Int64?) throws {
        try show("?, ?, 0, NULL, NULL", [snapshot, models])
    }

    /// Shows something else until the loan ends. There must be none yet.
    func lend(snapshot: Int64?, models: Int64?) throws {
        try show("?, ?, 1, snapshot, pinSet", [snapshot, models])
    }

    /// Shows again what was shown before the loan. `generation` is the one that is to end; by default, whichever it is.
    func endLoan(_ generation: Int64? = nil) throws {
        try show(
            "nextSnapshot, nextPinSet, 0, NULL, NULL", [], where: "isLent AND generation = coalesce(?, generation)",
            [generation])
    }

    private func show(
        _ values: String, _ own: [Int64?], where condition: String = "true", _ arguments: [Int64?] = []
    ) throws {
        // Directories that now show something else get another time, which never goes back.
        try execute(
            sql: """
                UPDATE active SET (snapshot, pinSet, isLent, nextSnapshot, nextPinSet) = (\(values)),
                generation = generation + 1, changed = max(?, changed + 1) WHERE \(condition)
                """, arguments: StatementArguments(own + [Timestamp.now().nanoseconds] + arguments))
    }

    func generation() throws -> Int64 { try Int64.fetchOne(self, sql: "SELECT generation FROM active") ?? 0 }

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
