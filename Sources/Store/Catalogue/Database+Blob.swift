import Foundation
import GRDB
import Recipe

// Everything that is written into `blob` and `document`.

extension Database {
    /// Inserts a published blob; `changed` is nil for bytes that are in `document`.
    func insertBlob(_ digest: Digest, size: Int, changed: Timestamp?, isPrivate: Bool) throws -> Int64 {
        try execute(
            cachedStatement(sql: "INSERT INTO blob (sha256, size, changed, private) VALUES (?, ?, ?, ?)"),
            [digest.data, size, changed?.nanoseconds, isPrivate])
        return lastInsertedRowID
    }

    /// Inserts bytes of which only the hash is known, unless they have a row.
    func insertLostBlob(_ digest: Digest, size: Int) throws {
        try execute(
            sql: "INSERT OR IGNORE INTO blob (sha256, size, damaged) VALUES (?, ?, 1)", arguments: [digest.data, size])
    }

    func setDocument(_ blob: Int64, _ compressed: [UInt8]) throws {
        try execute(
            cachedStatement(sql: "INSERT OR REPLACE INTO document VALUES (?, ?)"), [blob, Data(compressed)])
    }

    func deleteDocument(_ blob: Int64) throws {
        try execute(cachedStatement(sql: "DELETE FROM document WHERE blob = ?"), [blob])
    }

    func deleteBlob(_ id: Int64) throws { try execute(cachedStatement(sql: "DELETE FROM blob WHERE id = ?"), [id]) }

    /// The bytes came from a file that everybody could read. This is never undone.
    func makeReadable(blob: Int64) throws {
        try execute(cachedStatement(sql: "UPDATE blob SET private = 0 WHERE id = ? AND private"), [blob])
    }

    func makeReadable(snapshotsOf image: Int64) throws {
        try execute(
            cachedStatement(
                sql: """
                    UPDATE blob SET private = 0 WHERE private AND id IN
                    (SELECT document FROM snapshot WHERE image = ?1 UNION SELECT environment FROM snapshot WHERE image = ?1)
                    """), [image])
    }

    /// All of a blob's file was just read, and it was whole.
    func noteReading(of blob: Int64) throws {
        try execute(
            cachedStatement(sql: "UPDATE blob SET checked = ? WHERE id = ?"), [Timestamp.now().nanoseconds, blob])
    }

    /// The only way to change what is known of a blob's bytes. If that changes where they are, the snapshots that pin them are graded again.
    func setState(of blob: Int64, _ state: BlobState) throws {
        guard let before = try self.state(of: blob), before != state else { return }
        let wasElsewhere = try isElsewhere(blob)
        switch state {
        case .whole(let changed):
            try execute(
                cachedStatement(sql: "UPDATE blob SET changed = ?, damaged = 0, dropped = NULL WHERE id = ?"),
                [changed.nanoseconds, blob])
        case .document:
            try execute(
                cachedStatement(sql: "UPDATE blob SET changed = NULL, damaged = 0, dropped = NULL WHERE id = ?"), [blob]
            )
        case .lost:
            try execute(cachedStatement(sql: "UPDATE blob SET damaged = 1, dropped = NULL WHERE id = ?"), [blob])
        case .collected(let time):
            try execute(
                cachedStatement(sql: "UPDATE blob SET changed = NULL, damaged = 1, dropped = ? WHERE id = ?"),
                [time.nanoseconds, blob])
        }
        if try before.isServed != state.isServed || wasElsewhere != isElsewhere(blob) { try renderAgain(pinning: blob) }
    }
}
