import GRDB
import Glibc
import SystemPackage

extension Catalogue {
    /// SQLite's online backup: the catalogue at one moment, in one file without a log. `target` is empty or absent. Writers do not wait for
    /// it.
    static func copy(_ pool: any DatabaseReader, to target: FilePath) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = OFF")
            // Avoids a journal file beside it: if SQLite cannot create that on a full disk, it does not say why.
            try db.execute(sql: "PRAGMA journal_mode = MEMORY")
        }
        let queue = try DatabaseQueue(path: target.string, configuration: configuration)
        try pool.backup(to: queue)
        try queue.writeWithoutTransaction { db in
            // The copy's header would ask for a log; a backup must be complete in one file.
            _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
            // Not quick_check: SQLite 3.40 reports NULL values in sound tables without rowids.
            let answer = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
            guard answer == "ok" else { throw StoreError.catalogue("the backup is not whole: \(answer ?? "nothing")") }
        }
        try queue.close()
    }

    /// A temporary copy, partly in memory and in a file that is deleted with this process: for a store that cannot be written, where SQLite
    /// can neither lock nor keep a log.
    static func transientCopy(of path: FilePath) throws -> any DatabaseWriter {
        let copy = try DatabaseQueue(path: "")
        var configuration = Configuration()
        configuration.readonly = true
        do {
            try DatabaseQueue(path: path.string, configuration: configuration).backup(to: copy)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
            // No process has it open, so there is no index of its log, and none can be made here.
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
