import GRDB
import Recipe

// Everything that is written into `directory`.

extension Database {
    enum DirectoryTime: String {
        case changed
        case named
    }

    /// The directory's entries changed now; its time never goes back, even if the clock does.
    func touch(_ directory: Int64, _ time: DirectoryTime = .changed) throws {
        try execute(
            cachedStatement(sql: "UPDATE directory SET \(time.rawValue) = max(?, \(time.rawValue) + 1) WHERE id = ?"),
            [Timestamp.now().nanoseconds, directory])
    }

    func insertDirectory(_ name: EntryName, in parent: Int64) throws -> Int64 {
        let now = Timestamp.now().nanoseconds
        try execute(
            cachedStatement(sql: "INSERT INTO directory (parent, name, changed, named) VALUES (?, ?, ?, ?)"),
            [parent, name.databaseValue, now, now])
        return lastInsertedRowID
    }
}
