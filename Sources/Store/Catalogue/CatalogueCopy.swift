import GRDB
import SystemPackage

extension Catalogue {
    /// SQLite's online backup: one moment of the catalogue, in one file without a log beside it. `target` is empty or absent. Nobody
    /// who writes waits for it.
    static func copy(_ pool: DatabasePool, to target: FilePath) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = OFF")
            // No other file beside it, which SQLite could not make on a full disk and does not say so.
            try db.execute(sql: "PRAGMA journal_mode = MEMORY")
        }
        let queue = try DatabaseQueue(path: target.string, configuration: configuration)
        try pool.backup(to: queue)
        try queue.writeWithoutTransaction { db in
            // The copy would ask for a log; a file that is put away must be whole by itself.
            _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
            // Not quick_check: of whole tables without rows' numbers SQLite 3.40 says that they hold NULL.
            let answer = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
            guard answer == "ok" else { throw StoreError.catalogue("the backup is not whole: \(answer ?? "nothing")") }
        }
        try queue.close()
    }
}
