import GRDB
import Recipe

// Everything that is written into `process`, `load` and `opening`.

extension Database {
    /// The largest number of rows; the oldest are removed first. Enough for years of work, in some hundred megabytes.
    private static var loadLimit: Int64 { 1_000_000 }

    func process(_ opener: Opener) throws -> Int64 {
        let known = try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM process WHERE identity = ?"), arguments: [opener.identity])
        if let known { return known }
        try execute(
            cachedStatement(sql: "INSERT INTO process (identity, pid, started, executable) VALUES (?, ?, ?, ?)"),
            [opener.identity, opener.pid, opener.started.nanoseconds, opener.executable])
        return lastInsertedRowID
    }

    func record(_ load: Load, by process: Int64) throws {
        let latest = try Row.fetchOne(
            cachedStatement(
                sql: """
                    SELECT id, blob, view FROM load WHERE process = ? AND folder = ? AND name = ? ORDER BY first DESC, id DESC
                    LIMIT 1
                    """), arguments: [process, load.name.folder, load.name.name])
        if let latest, latest["blob"] == load.blob.id, latest["view"] == load.name.view {
            let id = try latest.id("id")
            try execute(
                cachedStatement(sql: "UPDATE load SET last = max(last, ?), opens = opens + 1 WHERE id = ?"),
                [load.time.nanoseconds, id])
            return try recordOpening(load, in: id)
        }
        try execute(
            cachedStatement(
                sql: """
                    INSERT INTO load (process, view, folder, name, blob, version, first, last, opens)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 1)
                    """),
            [
                process, load.name.view, load.name.folder, load.name.name, load.blob.id, load.version,
                load.time.nanoseconds,
            ])
        let newest = lastInsertedRowID
        try recordOpening(load, in: newest)
        if newest % 1000 == 0 {
            try execute(cachedStatement(sql: "DELETE FROM load WHERE id <= ?"), [newest - Self.loadLimit])
        }
    }

    /// How many opens keep their threads: they tell what a run opened until its report has come.
    private static var openingLimit: Int64 { 100_000 }

    private func recordOpening(_ load: Load, in row: Int64) throws {
        guard let thread = load.opener.thread else { return }
        try execute(
            cachedStatement(sql: "INSERT INTO opening (load, thread, time) VALUES (?, ?, ?)"),
            [row, thread, load.time.nanoseconds])
        let newest = lastInsertedRowID
        if newest % 1000 == 0 {
            try execute(cachedStatement(sql: "DELETE FROM opening WHERE id <= ?"), [newest - Self.openingLimit])
        }
    }

    /// Notes which class of node opened it, in a run that began at `begun`.
    func setOpener(_ kind: String, begun: Timestamp, ofOpening id: Int64) throws {
        try execute(
            sql: "UPDATE opening SET class = ?, begun = ? WHERE id = ?", arguments: [kind, begun.nanoseconds, id])
    }

    /// Notes which node of a run's prompt opened it, with a digest of the node's own inputs.
    func setNode(_ node: String, _ kind: String, _ inputs: Digest, ofOpening id: Int64) throws {
        try execute(
            cachedStatement(sql: "UPDATE opening SET node = ?, nodeClass = ?, nodeInputs = ? WHERE id = ?"),
            [node, kind, inputs.data, id])
    }

    func deleteLoads(of blob: Int64) throws {
        try execute(cachedStatement(sql: "DELETE FROM load WHERE blob = ?"), [blob])
    }
}
