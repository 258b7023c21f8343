import GRDB
package import Recipe

extension Store {
    /// Keeps what the mount saw, in the order in which it saw it. Opens in a row that found the same bytes are one row.
    package func record(_ loads: [Load]) throws(StoreError) {
        guard !loads.isEmpty else { return }
        try catalogue.write { db in
            var processes: [Opener: Int64] = [:]
            for load in loads {
                let process = try processes[load.opener] ?? db.process(load.opener)
                processes[load.opener] = process
                try db.record(load, by: process)
            }
        }
    }

    /// Loads after a row, oldest first; only those of one process, or since a moment, where that is asked for.
    package func loads(
        after id: Int64 = 0, by process: String? = nil, since: Timestamp? = nil, limit: Int = 1000
    ) throws(StoreError) -> [LoadListing] {
        try page(
            """
            SELECT load.*, process.identity, process.pid, process.started, process.executable, blob.sha256 FROM load
            JOIN process ON process.id = load.process JOIN blob ON blob.id = load.blob
            WHERE load.id > ?1 AND (?2 IS NULL OR process.identity = ?2) AND (?3 IS NULL OR load.last >= ?3)
            ORDER BY load.id
            """, [id, process, since?.nanoseconds], limit, LoadListing.init)
    }

    /// All loads, the oldest first.
    package func forEachLoad(_ body: (LoadListing) throws -> Void) throws(StoreError) {
        var last: Int64 = 0
        while true {
            let rows = try loads(after: last)
            guard let newest = rows.last else { return }
            last = newest.id
            do { for row in rows { try body(row) } } catch { throw .catalogue("\(error)") }
        }
    }
}

extension LoadListing {
    init(_ row: Row) throws {
        id = try row.value("id")
        opener = Opener(
            identity: try row.value("identity"), pid: try row.value("pid"), started: try row.time("started"),
            executable: try row.value("executable"))
        name = try LoadName(view: row.value("view"), folder: row.value("folder"), name: row.value("name"))
        sha256 = try row.digest("sha256")
        version = try row.value("version")
        first = try row.time("first")
        last = try row.time("last")
        opens = try row.value("opens")
    }
}

extension Database {
    /// More rows than this are never kept: the oldest go first. Years of work, and some hundred megabytes.
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

    fileprivate func record(_ load: Load, by process: Int64) throws {
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

    /// Opens whose threads are kept: they tell what a run opened until its report has come.
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
}
