import GRDB
package import Recipe

/// A repository of a registry that was given a name. It has no passwords: those are where Docker and containers keep them.
package struct RemoteRow: Sendable {
    /// Its row.
    package let id: Int64
    /// Unique in the store.
    package let name: String
    /// Where it is.
    package let url: String
    /// How it is spoken to; JSON.
    package let facts: String
    /// How many of the store's blobs are known to be there, their bytes, and how many of them were read there and were right.
    package let blobs, bytes, proven: Int
    /// How many more were there, and are known to be gone or wrong there now.
    package let lost: Int

    init(_ row: Row) throws {
        id = try row.id("id")
        name = try row.value("name")
        url = try row.value("url")
        facts = try row.value("facts")
        (blobs, bytes, proven) = (try row.value("blobs"), try row.value("bytes"), try row.value("proven"))
        lost = try row.value("lost")
    }
}

/// Bytes that are said to be at a remote.
package struct RemoteBlob: Sendable {
    /// What they are.
    package let content: PinManifest.Content
    /// When all of them were read there last, and were right.
    package let proven: Timestamp?
    /// Whether other bytes were found under their name, and nothing is known to have changed that.
    package let isWrong: Bool
    /// The names of models that have them.
    package let models: [String]
}

private let columns = """
    SELECT remote.id, remote.name, remote.url, remote.facts,
    count(blob.id) FILTER (WHERE coalesce(blobRemote.gone, blobRemote.wrong) IS NULL) AS blobs,
    coalesce(sum(blob.size) FILTER (WHERE coalesce(blobRemote.gone, blobRemote.wrong) IS NULL), 0) AS bytes,
    count(blobRemote.proven) AS proven, count(coalesce(blobRemote.gone, blobRemote.wrong)) AS lost FROM remote
    LEFT JOIN blobRemote ON blobRemote.remote = remote.id LEFT JOIN blob ON blob.id = blobRemote.blob
    """

extension Store {
    /// Gives a repository a name. Throws if it is taken, or cannot be one.
    package func addRemote(_ name: String, url: String, facts: String) throws(StoreError) {
        try catalogue.write { db in
            try Self.requireFree(name, db)
            try db.insertRemote(name, url, facts: facts)
        }
    }

    /// Throws if a repository cannot be given this name.
    package func requireFree(remoteName name: String) throws(StoreError) {
        try catalogue.read { db in try Self.requireFree(name, db) }
    }

    private static func requireFree(_ name: String, _ db: Database) throws {
        if let why = problem(ofRemoteName: name) { throw StoreError.refusedName(why) }
        if let known = try String.fetchOne(db, sql: "SELECT url FROM remote WHERE name = ?", arguments: [name]) {
            throw StoreError.conflict(
                """
                '\(name)' is the name of \(known); free it with: \
                \(ShellCommand.reprofs("remote remove", name))
                """)
        }
    }

    /// Forgets a remote and what was known to be there. Nothing changes at the remote. Throws `conflict` while nobody else has bytes that
    /// are not here, unless it is forced.
    package func removeRemote(_ remote: RemoteRow, isForced: Bool = false) throws(StoreError) {
        try catalogue.write { db in
            if !isForced { try requireOthers(besides: remote, db) }
            try db.deleteRemote(remote.id)
        }
        try dropUploadNotes(toRemote: remote.id)
    }

    /// All remotes, by name.
    package func remotes() throws(StoreError) -> [RemoteRow] {
        try page("\(columns) GROUP BY remote.id ORDER BY remote.name", [], 10_000, RemoteRow.init)
    }

    /// The remote of this name; nil if there is none.
    package func remote(named name: String) throws(StoreError) -> RemoteRow? {
        try one("\(columns) WHERE remote.name = ? GROUP BY remote.id", [name], RemoteRow.init)
    }

    /// The remotes that are known to have these bytes, those first that were seen to have the right ones last.
    package func remotes(having digest: Digest) throws(StoreError) -> [String] {
        try page(
            """
            SELECT remote.name FROM blobRemote JOIN remote ON remote.id = blobRemote.remote
            JOIN blob ON blob.id = blobRemote.blob WHERE blob.sha256 = ? AND gone IS NULL AND wrong IS NULL
            ORDER BY proven DESC, pushed DESC
            """, [digest.data], 100
        ) { try $0.value("name") }
    }

    /// The remotes that have, or had, these bytes as far as is known, those first that are likelier to have the right ones.
    package func remotes(everHaving digest: Digest) throws(StoreError) -> [RemoteRow] {
        let names = try page(
            """
            SELECT remote.name FROM blobRemote JOIN remote ON remote.id = blobRemote.remote
            JOIN blob ON blob.id = blobRemote.blob WHERE blob.sha256 = ?
            ORDER BY gone IS NOT NULL, wrong IS NOT NULL, proven DESC, pushed DESC
            """, [digest.data], 100
        ) { try $0.value("name") as String }
        var remotes: [RemoteRow] = []
        for name in names { if let remote = try remote(named: name) { remotes.append(remote) } }
        return remotes
    }

    /// A blob whose bytes may come from a remote when they are read: nobody gave them up, and a remote has or had them. Nil if there is none.
    func awaited(_ digest: Digest) throws(StoreError) -> Blob? {
        try one(
            """
            SELECT \(Blob.columns) FROM blob WHERE sha256 = ? AND dropped IS NULL
            AND EXISTS (SELECT 1 FROM blobRemote WHERE blobRemote.blob = blob.id)
            """, [digest.data], Blob.init)
    }

    /// The remotes from which bytes come that are not here, by name.
    package func remotesOfElsewhere() throws(StoreError) -> [String] {
        try page(
            """
            SELECT DISTINCT remote.name FROM blob JOIN blobRemote ON blobRemote.blob = blob.id
            JOIN remote ON remote.id = blobRemote.remote
            WHERE blobRemote.gone IS NULL AND blobRemote.wrong IS NULL AND \(Blob.isElsewhere) ORDER BY remote.name
            """, [], 10_000
        ) { try $0.value("name") }
    }

    /// The blobs that are not here, but at a remote, from where a mount brings them; their bytes, and how many of those have come.
    package func elsewhere() throws(StoreError) -> (blobs: Int, bytes: Int, present: Int) {
        let sizes = try page("SELECT sha256, size FROM blob WHERE \(Blob.isElsewhere)", [], Int(Int32.max)) {
            (try $0.digest("sha256"), try $0.size("size"))
        }
        let known = Dictionary(sizes) { first, _ in first }
        return (sizes.count, sizes.total { $0.1 }, try present(of: known))
    }

    /// What is known to be at a remote, or to have been there, by hash; of one hash alone, if that is given.
    package func blobs(at remote: RemoteRow, _ digest: Digest? = nil) throws(StoreError) -> [RemoteBlob] {
        let rows = try page(
            """
            SELECT blob.sha256, blob.size, blobRemote.proven, blobRemote.wrong FROM blobRemote JOIN blob ON blob.id = blobRemote.blob
            WHERE blobRemote.remote = ?1 AND (?2 IS NULL OR blob.sha256 = ?2) ORDER BY blob.sha256
            """, [remote.id, digest?.data], Int(Int32.max)
        ) {
            (
                content: PinManifest.Content(try $0.digest("sha256"), size: try $0.size("size")),
                proven: (try $0.value("proven") as Int64?).map { Timestamp(nanoseconds: $0) },
                isWrong: (try $0.value("wrong") as Int64?) != nil
            )
        }
        var found: [RemoteBlob] = []
        for row in rows {
            let models = try affected(by: row.content.digest).models
            found.append(RemoteBlob(content: row.content, proven: row.proven, isWrong: row.isWrong, models: models))
        }
        return found
    }

    /// The bytes under whose names a remote was found to have others.
    package func wrongBlobs(at remote: RemoteRow) throws(StoreError) -> Set<Digest> {
        Set(
            try page(
                """
                SELECT blob.sha256 FROM blobRemote JOIN blob ON blob.id = blobRemote.blob
                WHERE blobRemote.remote = ? AND blobRemote.wrong IS NOT NULL
                """, [remote.id], Int(Int32.max)
            ) { try $0.digest("sha256") })
    }

    /// Notes that a remote has these bytes, as it says.
    package func notePresence(of digests: some Sequence<Digest>, at remote: RemoteRow) throws(StoreError) {
        let time = Timestamp.now()
        try catalogue.write { db in
            for digest in digests { try db.notePresence(of: digest, at: remote.id, time: time) }
        }
    }

    /// Notes that all of these bytes were read at a remote, and were right.
    package func noteProof(of digests: some Sequence<Digest>, at remote: RemoteRow) throws(StoreError) {
        let time = Timestamp.now()
        try catalogue.write { db in
            for digest in digests {
                try db.notePresence(of: digest, at: remote.id, time: time)
                try db.noteProof(of: digest, at: remote.id, time)
            }
        }
    }

    /// Notes that a remote got these bytes just now, whatever it had under their name before.
    package func noteArrival(of digest: Digest, at remote: RemoteRow) throws(StoreError) {
        try catalogue.write { db in try db.noteArrival(of: digest, at: remote.id, .now()) }
    }

    /// Notes that a remote does not have these bytes any more, or has wrong ones under their name.
    package func noteLoss(of digest: Digest, at remote: RemoteRow, isGone: Bool) throws(StoreError) {
        try catalogue.write { db in try db.noteLoss(of: digest, at: remote.id, isGone: isGone, .now()) }
    }

    /// Notes that a part of these bytes was wrong at a remote, so that not all of them are right there.
    package func noteDoubt(of digest: Digest, at remote: RemoteRow) throws(StoreError) {
        try catalogue.write { db in try db.noteDoubt(of: digest, at: remote.id) }
    }

    /// Notes which manifest a tag stands for, and returns the one that it stood for when it was used last, if that was another one.
    package func noteTag(
        _ tag: String, _ manifest: Digest, at remote: RemoteRow
    ) throws(StoreError) -> (manifest: Digest, time: Timestamp)? {
        try catalogue.write { db in
            let known = try Row.fetchOne(
                db, sql: "SELECT manifest, recorded FROM remoteTag WHERE remote = ? AND tag = ?",
                arguments: [remote.id, tag])
            try db.setTag(tag, manifest, at: remote.id)
            guard let known, try known.digest("manifest") != manifest else { return nil }
            return (try known.digest("manifest"), try known.time("recorded"))
        }
    }

    /// Why a text cannot be the name of a remote; nil if it can.
    private static func problem(ofRemoteName name: String) -> String? {
        let isGood =
            (1...64).contains(name.utf8.count) && name.utf8.first?.isASCIIAlphanumeric == true
            && name.utf8.allSatisfy { $0.isASCIIAlphanumeric || "._-".utf8.contains($0) }
        return isGood
            ? nil
            : "a remote's name has up to 64 letters, digits, '.', '_' and '-', and begins with a letter or a digit"
    }
}
