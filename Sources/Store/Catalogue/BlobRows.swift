import Foundation
import GRDB
import Recipe

extension Blob {
    /// The columns that ``init(_:)`` reads from a table or view that is called `blob`.
    static let columns = "blob.id AS blob, blob.sha256, blob.size, blob.private"

    /// Whether the bytes of a row of `blob` are not here but at a remote, from which a mount fetches them.
    static let isElsewhere = """
        blob.damaged AND blob.dropped IS NULL AND EXISTS (SELECT 1 FROM pieceList WHERE pieceList.blob = blob.id)
        AND EXISTS (SELECT 1 FROM blobRemote AS there WHERE there.blob = blob.id AND there.gone IS NULL AND there.wrong IS NULL)
        """
    /// Whether the bytes are nowhere, as far as is known, although nobody gave them up.
    static let isLost = "blob.damaged AND blob.dropped IS NULL AND NOT (\(isElsewhere))"
    /// Whether a row of `blob` is a version's or a snapshot's file, so that it says what became of its bytes when they go.
    static let isNamed = """
        (EXISTS (SELECT 1 FROM version WHERE version.blob = blob.id) OR EXISTS (SELECT 1 FROM pin WHERE pin.blob = blob.id))
        """

    /// Reads the columns `blob`, `sha256`, `size` and `private`.
    init(_ row: Row) throws {
        try self.init(
            id: row.id("blob"), digest: row.digest("sha256"), size: row.size("size"), isPrivate: row.value("private"))
    }
}

extension Database {
    /// The row of published bytes, which is made if there is none. A known blob becomes readable by everybody if the bytes came in that
    /// way. Throws `blobMissing` if garbage collection has removed the file since it was published or found: nothing may refer to it then.
    func blob(_ published: PublishedBlob, in files: BlobFiles) throws -> Int64 {
        if case .file = published.place {
            guard try files.facts(of: published.digest)?.size == published.size else {
                throw StoreError.blobMissing(published.digest)
            }
        }
        if let known = try rowOfBlob(published.digest) {
            let isServed = try state(of: known)?.isServed == true
            if !published.isPrivate { try makeReadable(blob: known) }
            switch published.place {
            case .known: guard isServed else { throw StoreError.blobMissing(published.digest) }
            // Its file was lost or collected: now the bytes are in the catalogue.
            case .document(let compressed) where !isServed:
                try setDocument(known, compressed)
                try setState(of: known, .document)
            case .document: break
            // There is a whole file now, whatever was known of it before.
            case .file(let changed): try setState(of: known, .whole(changed: changed))
            }
            try keepPieces(published, of: known)
            return known
        }
        let size = published.size
        let isPrivate = published.isPrivate
        switch published.place {
        case .known: throw StoreError.blobMissing(published.digest)
        case .file(let changed):
            let id = try insertBlob(published.digest, size: size, changed: changed, isPrivate: isPrivate)
            try keepPieces(published, of: id)
            try touch(.hashes)
            return id
        case .document(let compressed):
            let id = try insertBlob(published.digest, size: size, changed: nil, isPrivate: isPrivate)
            try setDocument(id, compressed)
            try touch(.hashes)
            return id
        }
    }

    /// The row of these bytes, whatever is known of them; nil if there is none.
    func rowOfBlob(_ digest: Digest) throws -> Int64? {
        try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM blob WHERE sha256 = ?"), arguments: [digest.data])
    }

    /// Whether a row says of bytes that they are here, or are to come back: nobody gave them up.
    func isKept(_ digest: Digest) throws -> Bool {
        try Bool.fetchOne(
            cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM blob WHERE sha256 = ? AND dropped IS NULL)"),
            arguments: [digest.data]) == true
    }

    /// Whether a blob's bytes are not here, but at a remote, from where a mount brings them.
    func isElsewhere(_ blob: Int64) throws -> Bool {
        try Bool.fetchOne(
            cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM blob WHERE id = ? AND \(Blob.isElsewhere))"),
            arguments: [blob]) == true
    }

    /// The size of a blob that can be served; nil if it cannot.
    func sizeOfBlob(_ digest: Digest) throws -> Int? {
        try Int.fetchOne(
            cachedStatement(sql: "SELECT size FROM servedBlob WHERE sha256 = ?"), arguments: [digest.data])
    }

    /// Where a blob's bytes are.
    func place(of digest: Digest) throws -> Verdict.Place {
        if try sizeOfBlob(digest) != nil { return .here }
        let remote = try String.fetchOne(
            cachedStatement(
                sql: """
                    SELECT remote.name FROM blob JOIN blobRemote ON blobRemote.blob = blob.id
                    JOIN remote ON remote.id = blobRemote.remote
                    WHERE blob.sha256 = ? AND blobRemote.gone IS NULL AND blobRemote.wrong IS NULL AND \(Blob.isElsewhere)
                    ORDER BY proven DESC, pushed DESC, remote.name LIMIT 1
                    """), arguments: [digest.data])
        return remote.map { .at($0) } ?? .nowhere
    }
}
