import GRDB
import Recipe

// Everything that is written into `remote`, `blobRemote` and `remoteTag`.

extension Database {
    func insertRemote(_ name: String, _ url: String, facts: String) throws {
        try execute(
            sql: "INSERT INTO remote (name, url, facts, recorded) VALUES (?, ?, ?, ?)",
            arguments: [name, url, facts, Timestamp.now().nanoseconds])
    }

    func deleteRemote(_ id: Int64) throws { try execute(sql: "DELETE FROM remote WHERE id = ?", arguments: [id]) }

    /// Bytes are at a remote, as it says. Those that the catalogue does not have are left out.
    func notePresence(of digest: Digest, at remote: Int64, time: Timestamp) throws {
        try execute(
            cachedStatement(
                sql: """
                    INSERT INTO blobRemote (blob, remote, pushed) SELECT id, ?, ? FROM blob WHERE sha256 = ?
                    ON CONFLICT (blob, remote) DO UPDATE SET pushed = excluded.pushed
                    """), [remote, time.nanoseconds, digest.data])
    }

    /// All bytes were read there, and were right; nil: they were not.
    func noteProof(of digest: Digest, at remote: Int64, _ time: Timestamp?) throws {
        try execute(
            cachedStatement(
                sql:
                    "UPDATE blobRemote SET proven = ? WHERE remote = ? AND blob = (SELECT id FROM blob WHERE sha256 = ?)"
            ), [time?.nanoseconds, remote, digest.data])
    }

    /// They are not there any more.
    func deletePresence(of digest: Digest, at remote: Int64) throws {
        try execute(
            cachedStatement(
                sql: "DELETE FROM blobRemote WHERE remote = ? AND blob = (SELECT id FROM blob WHERE sha256 = ?)"),
            [remote, digest.data])
    }

    func setTag(_ tag: String, _ manifest: Digest, at remote: Int64) throws {
        try execute(
            cachedStatement(
                sql: "INSERT OR REPLACE INTO remoteTag (remote, tag, manifest, recorded) VALUES (?, ?, ?, ?)"),
            [remote, tag, manifest.data, Timestamp.now().nanoseconds])
    }
}
