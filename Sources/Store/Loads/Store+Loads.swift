import GRDB
package import Recipe

extension Store {
    /// Stores loads in the order in which the mount saw them. Consecutive opens of the same bytes become one row.
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

    /// Loads after a row, the oldest first; optionally only those of one process, or since a moment.
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
