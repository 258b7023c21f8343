import Foundation
import GRDB
import Recipe

// Everything that is written into `pinSet` and `pin`.

extension Database {
    func insertPinSet(_ identity: Data) throws -> Int64 {
        try execute(sql: "INSERT INTO pinSet (sha256) VALUES (?)", arguments: [identity])
        return lastInsertedRowID
    }

    /// A file of a tree; nil for a directory.
    func insertPin(
        _ name: EntryName?, _ file: PinTree.File?, at position: Int64, in parent: Int64?, of set: Int64
    ) throws {
        try execute(
            sql: """
                INSERT INTO pin (pinSet, position, parent, name, blob, version, evidence)
                VALUES (?, ?, ?, ?, (SELECT id FROM blob WHERE sha256 = ?), ?, ?)
                """,
            arguments: [
                set, position, parent, name?.databaseValue, file?.digest.data, file?.version, file?.evidence.rawValue,
            ])
    }

    func deletePinSets(in rows: String) throws {
        try execute(sql: "DELETE FROM pin WHERE pinSet IN (\(rows))")
        try execute(sql: "DELETE FROM pinSet WHERE id IN (\(rows))")
    }
}
