import GRDB

/// A mount of the store, as its process registered it.
package struct MountRow: Sendable {
    /// Its row, for as long as the mount lives.
    package let id: Int64
    /// The mount point, absolute.
    package let path: String
    /// The process that serves it.
    package let pid: Int32
    /// The newest generation of `active/models` that it shows.
    package let acknowledged: Int64
    let process: String

    init(_ row: Row) throws {
        id = try row.value("id")
        path = try row.value("path")
        pid = try row.value("pid")
        acknowledged = try row.value("acknowledged")
        process = try row.value("process")
    }

    /// Whether its process still exists.
    package var isAlive: Bool { Opener(process: pid)?.identity == process }
}

extension Store {
    /// Registers a mount, and forgets those whose processes have ended. Returns its row.
    package func noteMount(at path: String, by process: Opener) throws(StoreError) -> Int64 {
        let dead = try page("SELECT * FROM mount", [], 10_000, MountRow.init).filter { !$0.isAlive }
        return try catalogue.write { db in
            for mount in dead { try db.deleteMount(mount.id) }
            return try db.insertMount(at: path, by: process)
        }
    }

    /// Notes that the mount shows this generation of the active view; `use` waits for that.
    package func acknowledge(_ generation: Int64, by mount: Int64) throws(StoreError) {
        try catalogue.write { db in
            try db.setAcknowledged(generation, by: mount)
        }
    }

    /// Removes the row of a mount that has ended.
    package func forgetMount(_ id: Int64) throws(StoreError) {
        try catalogue.write { db in try db.deleteMount(id) }
    }

    /// The mounts that exist now, the oldest first.
    package func mounts() throws(StoreError) -> [MountRow] {
        try page("SELECT * FROM mount ORDER BY id", [], 10_000, MountRow.init).filter(\.isAlive)
    }
}
