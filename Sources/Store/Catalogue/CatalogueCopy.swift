import GRDB
import Glibc
import SystemPackage

extension Catalogue {
    /// SQLite's online backup: one moment of the catalogue, in one file without a log beside it. `target` is empty or absent. Nobody
    /// who writes waits for it.
    static func copy(_ pool: any DatabaseReader, to target: FilePath) throws {
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

    /// A copy without a name, in memory and in a file that is gone with this process: for a store that cannot be written, where
    /// SQLite can neither lock nor keep a log.
    static func transientCopy(of path: FilePath) throws -> any DatabaseWriter {
        let copy = try DatabaseQueue(path: "")
        var configuration = Configuration()
        configuration.readonly = true
        do {
            try DatabaseQueue(path: path.string, configuration: configuration).backup(to: copy)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
            // Nobody has it open: beside the catalogue lies no index of its log, and here none can be made.
            let place = try Kernel.makeTemporaryDirectory()
            let target = place.appending("catalogue.sqlite")
            let endings = ["", "-wal", "-shm"]
            defer {
                for ending in endings { try? Kernel.unlink(FilePath(target.string + ending)) }
                _ = place.withPlatformString { rmdir($0) }
            }
            for ending in endings.dropLast() {
                let source = FilePath(path.string + ending)
                guard try FileFacts.at(source) != nil else { continue }
                let file = try Kernel.open(
                    FilePath(target.string + ending), .writeOnly, options: [.create, .exclusiveCreate],
                    permissions: .ownerReadWrite)
                try Kernel.open(source, .readOnly).copy(to: file, source, requireRoom: { _ in })
            }
            try DatabaseQueue(path: target.string).backup(to: copy)
        }
        return copy
    }
}
