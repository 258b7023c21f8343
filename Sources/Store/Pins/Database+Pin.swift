import GRDB
import Recipe

// Everything that is written into `pinName` and `pinLayer`. `index.json` is made from these rows once they are committed, and until it is,
// the catalogue says that it is due.

extension Database {
    private static let indexDue = "indexDue"

    /// Which change of the pins `index.json` does not have yet; nil if it has all of them.
    func indexDue() throws -> Int64? {
        try Int64.fetchOne(self, sql: "SELECT value FROM meta WHERE key = ?", arguments: [Self.indexDue])
    }

    private func noteIndexDue() throws { try setMeta(Self.indexDue, (try indexDue() ?? 0) + 1) }

    /// `index.json` has the pins as they were after a change; nil: whatever it has is right.
    func noteIndex(with change: Int64?) throws {
        if try change == nil || indexDue() == change { try setMeta(Self.indexDue, nil) }
    }

    func insertPin(_ name: String, of snapshot: Int64, manifest: Digest) throws -> Int64 {
        try noteIndexDue()
        try execute(
            sql: """
                INSERT INTO pinName (name, snapshot, manifest, time)
                VALUES (?, ?, (SELECT id FROM blob WHERE sha256 = ?), ?)
                """, arguments: [name, snapshot, manifest.data, Timestamp.now().nanoseconds])
        return lastInsertedRowID
    }

    /// Gives a pin another manifest, whose layers are inserted afterwards.
    func setManifest(_ manifest: Digest, ofPin id: Int64) throws {
        try noteIndexDue()
        try execute(
            sql: "UPDATE pinName SET manifest = (SELECT id FROM blob WHERE sha256 = ?) WHERE id = ?",
            arguments: [manifest.data, id])
        try execute(sql: "DELETE FROM pinLayer WHERE pinName = ?", arguments: [id])
    }

    func insertLayer(_ blob: Digest, ofPin id: Int64) throws {
        try execute(
            cachedStatement(sql: "INSERT OR IGNORE INTO pinLayer SELECT ?, id FROM blob WHERE sha256 = ?"),
            [id, blob.data])
    }

    func deletePin(_ id: Int64) throws {
        try noteIndexDue()
        try execute(sql: "DELETE FROM pinName WHERE id = ?", arguments: [id])
    }
}
