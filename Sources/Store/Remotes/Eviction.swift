import GRDB
package import Recipe
import SystemPackage

/// Whether the file of some bytes may go, once a remote was seen to have them.
package enum Evictability: Sendable {
    /// It may. `blocks` is the room that this makes; bytes.
    case here(blocks: Int)
    /// It is gone, and the bytes come from a remote.
    case elsewhere
    /// It may not; why, as a sentence without its end.
    case stays(String)
}

// Files of blobs that go because a remote has their bytes. What stays is what a lazy pull makes: a row that says that the bytes are not
// here, the list of their pieces, and the remote. So they come back in the same way, and nothing else knows that they were here.
extension Store {
    /// Whether the file of these bytes may go. Nobody is asked.
    package func evictability(of digest: Digest) throws(StoreError) -> Evictability {
        let found = try catalogue.read { db in try evictability(of: digest, db) }
        guard case .here = found, let blob = try blob(digest), try pieces(of: blob) == nil else { return found }
        return .stays("the list of its pieces is not known; make it with: \(ShellCommand.reprofs("verify"))")
    }

    private func evictability(of digest: Digest, _ db: Database) throws -> Evictability {
        guard let blob = try blob(digest, db), let state = try db.state(of: blob.id) else {
            return .stays("the store has no such bytes")
        }
        switch state {
        case .document: return .stays("it is a document, which the catalogue has")
        case .collected: return .stays("its bytes were given up")
        case .whole, .lost: break
        }
        guard let facts = try files.facts(of: digest) else {
            return try db.isElsewhere(blob.id) ? .elsewhere : .stays("its bytes are lost")
        }
        guard blob.size > PieceList.pieceSize else {
            return .stays("files of up to \(PieceList.pieceSize.asSize) are read as a whole, and stay here")
        }
        if let pin = try pin(keeping: blob.id, db) {
            return .stays(
                """
                the pin '\(pin)' promises that all of its files are here; remove the pin first: \
                \(ShellCommand.reprofs("unpin", pin))
                """)
        }
        guard try !files.isOpen(digest) else {
            return .stays("a program has it open, or had a moment ago; its room would be free only when that closes it")
        }
        return .here(blocks: facts.names > 1 ? 0 : try Kernel.allocated(files.path(of: digest)))
    }

    /// Lets the file of bytes go that were read at a remote since `time`, all of them, and were right. Returns the room that this made;
    /// bytes. Throws `conflict` if the file has to stay.
    ///
    /// The row says that the bytes are elsewhere before the file goes, and that is on disk. A process that ends in between leaves the file,
    /// which the next reader finds to be whole. Whoever opens it in between keeps it.
    package func evict(
        _ digest: Digest, to remote: RemoteRow, provenSince time: Timestamp
    ) throws(StoreError) -> Int {
        // The blob of a transfer that broke off may have a second name.
        try dropPartialName(of: digest)
        let (blob, before, file) = try catalogue.write { db -> (Int64, BlobState, FileFacts?) in
            if case .stays(let why) = try evictability(of: digest, db) { throw StoreError.conflict(why) }
            guard let blob = try self.blob(digest, db), let before = try db.state(of: blob.id) else {
                throw StoreError.blobMissing(digest)
            }
            try db.setState(of: blob.id, .lost)
            guard try db.isElsewhere(blob.id), try isProven(blob, at: remote, since: time, db) else {
                throw StoreError.conflict("what is known of it at \(remote.name) has changed meanwhile")
            }
            return (blob.id, before, try files.facts(of: digest))
        }
        var freed = 0
        let isGone = try catalogue.writeSoon { db in
            // Another command may have been first.
            guard let facts = try files.facts(of: digest) else { return true }
            // Somebody may have brought it again, also without a row as yet, or found it to be whole.
            guard try db.state(of: blob) == .lost, file?.isSameFile(as: facts) == true else { return false }
            if try files.isOpen(digest) {
                try db.setState(of: blob, before)
                return false
            }
            freed = facts.names == 1 ? try Kernel.allocated(files.path(of: digest)) : 0
            try Kernel.unlink(files.path(of: digest))
            return true
        }
        guard isGone else { throw .conflict("a program opened it just now, brought it again, or gave it up") }
        try Kernel.syncDirectory(files.directory)
        return freed
    }

    private func blob(_ digest: Digest, _ db: Database) throws -> Blob? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(Blob.columns) FROM blob WHERE sha256 = ?"), arguments: [digest.data]
        ).map(Blob.init)
    }

    private func isProven(_ blob: Blob, at remote: RemoteRow, since time: Timestamp, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM blobRemote
                    WHERE blob = ? AND remote = ? AND gone IS NULL AND wrong IS NULL AND proven >= ?)
                    """), arguments: [blob.id, remote.id, time.nanoseconds]) == true
    }

    private func pin(keeping blob: Int64, _ db: Database) throws -> String? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT name FROM pinName
                    WHERE manifest = ?1 OR id IN (SELECT pinName FROM pinLayer WHERE blob = ?1) OR EXISTS (
                        SELECT 1 FROM snapshot JOIN pin ON pin.pinSet IN (snapshot.models, snapshot.inputs, snapshot.nodes)
                        WHERE snapshot.id = pinName.snapshot AND pin.blob = ?1)
                    """), arguments: [blob]
        ).map { try $0.name("name").text }
    }

    // MARK: What must come back

    /// Throws `conflict` where nobody but this remote has bytes that are not here.
    func requireOthers(besides remote: RemoteRow, _ db: Database) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT blob.sha256, blob.size, version.number, model.directory, model.name FROM blob
                JOIN blobRemote AS own ON own.blob = blob.id AND own.remote = ?1 AND own.gone IS NULL AND own.wrong IS NULL
                LEFT JOIN version ON version.id = (SELECT max(id) FROM version WHERE version.blob = blob.id)
                LEFT JOIN model ON model.id = version.model
                WHERE \(Blob.isElsewhere) AND NOT EXISTS (SELECT 1 FROM blobRemote AS other
                    WHERE other.blob = blob.id AND other.remote <> ?1 AND other.gone IS NULL AND other.wrong IS NULL)
                ORDER BY blob.id
                """, arguments: [remote.id])
        guard !rows.isEmpty else { return }
        let names = try rows.prefix(Self.mostNamed).map { row -> String in
            guard let number = try row.value("number") as Int? else {
                return "sha256:\(try row.digest("sha256").hex)"
            }
            return "\(try db.text(of: row))@v\(number)"
        }
        let bytes = try rows.map { try $0.size("size") }.total { $0 }
        let more = rows.count > names.count ? ", and \((rows.count - names.count).grouped) more" : ""
        throw StoreError.conflict(
            """
            only \(remote.name) has \(rows.count.of("file")) that are not here, \(bytes.asSize): \
            \(names.joined(separator: ", "))\(more). Bring them back first: \
            \(ShellCommand.reprofs("fetch", options: [("--from", remote.name)], names: names))
            """)
    }

    /// So many files are named by an error.
    private static let mostNamed = 20

    /// Tags at a remote whose manifests may name a blob, the likelier ones first: those that were used of snapshots that pin it, all others
    /// that were used, and those that such snapshots would have.
    package func tags(at remote: RemoteRow, keeping digest: Digest) throws(StoreError) -> [String] {
        let own = try snapshots(pinning: digest).reversed().map { RemoteTag.snapshot($0.digest) }
        let used = try page(
            "SELECT tag FROM remoteTag WHERE remote = ? ORDER BY recorded DESC", [remote.id], Int(Int32.max)
        ) { try $0.value("tag") as String }
        let (known, wanted) = (Set(used), Set(own))
        return own.filter(known.contains) + used.filter { !wanted.contains($0) } + own.filter { !known.contains($0) }
    }

    // MARK: What is meant

    /// The models of a snapshot, each once.
    package func models(of snapshot: SnapshotRow) throws(StoreError) -> [WantedBytes] {
        var seen: Set<Digest> = []
        return try pinnedFiles(in: snapshot.models).compactMap { path, _, blob in
            seen.insert(blob.digest).inserted
                ? WantedBytes(blob.digest, size: blob.size, name: "models/\(path)") : nil
        }
    }

    /// The models that nothing has used since `time`, under any of their names; see ``ModelFilter/unusedSince``.
    package func models(unusedSince time: Timestamp) throws(StoreError) -> [WantedBytes] {
        var (unused, used): ([WantedBytes], Set<Digest>) = ([], [])
        for entry in try modelEntries() {
            let isUnused = entry.lastUsed.map { $0 < time } ?? true
            for version in try versions(ofModel: entry.id) {
                if isUnused {
                    unused.append(
                        WantedBytes(version.sha256, size: version.size, name: "\(version.fullName)@v\(version.number)"))
                } else {
                    used.insert(version.sha256)
                }
            }
        }
        return unused.filter { used.insert($0.digest).inserted }
    }
}
