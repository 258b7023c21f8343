import GRDB
import Recipe

// Everything that is written into `remote`, `blobRemote` and `remoteTag`.

extension Database {
    func insertRemote(_ name: String, _ url: String, facts: String) throws {
        try execute(
            sql: "INSERT INTO remote (name, url, facts, recorded) VALUES (?, ?, ?, ?)",
            arguments: [name, url, facts, Timestamp.now().nanoseconds])
    }

    func deleteRemote(_ id: Int64) throws {
        // Which snapshots have models there alone is not worth a look: it happens seldom.
        try renderAgain()
        try execute(sql: "DELETE FROM remote WHERE id = ?", arguments: [id])
    }

    /// Bytes are at a remote, as it says, whose word does not make wrong ones right. Those that the catalogue does not have are left out.
    func notePresence(of digest: Digest, at remote: Int64, time: Timestamp) throws {
        try change(digest) { blob in
            try execute(
                cachedStatement(
                    sql: """
                        INSERT INTO blobRemote (blob, remote, pushed) VALUES (?, ?, ?)
                        ON CONFLICT (blob, remote) DO UPDATE SET pushed = excluded.pushed, gone = NULL
                        """), [blob, remote, time.nanoseconds])
        }
    }

    /// Bytes are left at a remote, from where they are brought when they are read, by their list.
    func noteElsewhere(_ list: PieceList, at remote: Int64, time: Timestamp) throws {
        try insertLostBlob(list.digest, size: list.size)
        try notePresence(of: list.digest, at: remote, time: time)
        try change(list.digest) { blob in
            // Whoever gave them up wants them again.
            if case .collected = try state(of: blob) { try setState(of: blob, .lost) }
            try keepPieces(list, of: blob)
        }
    }

    /// All bytes were read there, and were right.
    func noteProof(of digest: Digest, at remote: Int64, _ time: Timestamp) throws {
        try update("proven = ?, wrong = NULL", of: digest, at: remote, time)
    }

    /// They were brought there just now, so what was known of those before is over.
    func noteArrival(of digest: Digest, at remote: Int64, _ time: Timestamp) throws {
        try update("pushed = ?, gone = NULL, wrong = NULL", of: digest, at: remote, time)
    }

    /// They are not there, or others are.
    func noteLoss(of digest: Digest, at remote: Int64, isGone: Bool, _ time: Timestamp) throws {
        let change = isGone ? "proven = NULL, gone = ?, wrong = NULL" : "proven = NULL, gone = NULL, wrong = ?"
        try update(change, of: digest, at: remote, time)
    }

    /// Whole they cannot be there, but nothing says that all of them are wrong.
    func noteDoubt(of digest: Digest, at remote: Int64) throws {
        try execute(
            sql: """
                UPDATE blobRemote SET proven = NULL WHERE remote = ? AND blob = (SELECT id FROM blob WHERE sha256 = ?)
                """, arguments: [remote, digest.data])
    }

    /// Only of what is known to have been there. `change` has a place for the time.
    private func update(_ change: String, of digest: Digest, at remote: Int64, _ time: Timestamp) throws {
        try self.change(digest) { blob in
            try execute(
                cachedStatement(sql: "UPDATE blobRemote SET \(change) WHERE remote = ? AND blob = ?"),
                [time.nanoseconds, remote, blob])
        }
    }

    /// Changes what is known of a blob at remotes. If that is from where a mount would bring it, the snapshots that pin it are graded again.
    func change(_ digest: Digest, _ body: (_ blob: Int64) throws -> Void) throws {
        guard let row = try rowOfBlob(digest) else { return }
        let wasElsewhere = try isElsewhere(row)
        try body(row)
        if try isElsewhere(row) != wasElsewhere { try renderAgain(pinning: row) }
    }

    func setTag(_ tag: String, _ manifest: Digest, at remote: Int64) throws {
        try execute(
            cachedStatement(
                sql: "INSERT OR REPLACE INTO remoteTag (remote, tag, manifest, recorded) VALUES (?, ?, ?, ?)"),
            [remote, tag, manifest.data, Timestamp.now().nanoseconds])
    }
}
