import Foundation
import GRDB
import Recipe

extension Blob {
    /// From columns `blob`, `sha256` and `size`.
    init(_ row: Row) throws {
        let bytes: [UInt8] = Array(row["sha256"] as Data)
        guard let digest = Digest(bytes: bytes) else { throw StoreError.catalogue("a digest is not 32 bytes long") }
        self.init(id: row["blob"], digest: digest, size: row["size"])
    }
}

extension Database {
    /// The row of published bytes; bytes that are there already keep their row. `blobMissing` where garbage collection took
    /// the file away since it was published, or found: nothing may name it then.
    func blob(_ published: PublishedBlob, in files: BlobFiles) throws -> Int64 {
        if case .file(let digest, let size, _) = published {
            guard try FileFacts.at(files.path(of: digest), followLinks: false)?.size == size else {
                throw StoreError.blobMissing(digest)
            }
        }
        let digest = published.digest.data
        let known = try Row.fetchOne(
            cachedStatement(sql: "SELECT id, damaged FROM blob WHERE sha256 = ?"), arguments: [digest])
        if let known {
            let id: Int64 = known["id"]
            if case .known = published, known["damaged"] { throw StoreError.blobMissing(published.digest) }
            if case .document(_, _, let compressed) = published, known["damaged"] {
                // Its file was lost, or collected: it is in the catalogue again.
                try execute(
                    cachedStatement(sql: "INSERT OR REPLACE INTO document VALUES (?, ?)"), [id, Data(compressed)])
                try execute(
                    cachedStatement(sql: "UPDATE blob SET changed = NULL, damaged = 0, dropped = NULL WHERE id = ?"),
                    [id])
                try regrade(blob: id)
            }
            // A whole file lies there now, whatever was known of it before.
            if case .file(_, _, let changed) = published {
                try execute(
                    cachedStatement(sql: "UPDATE blob SET changed = ?, damaged = 0, dropped = NULL WHERE id = ?"),
                    [changed.nanoseconds, id])
                if known["damaged"] { try regrade(blob: id) }
            }
            return id
        }
        switch published {
        case .known: throw StoreError.blobMissing(published.digest)
        case .file(_, let size, let changed):
            try execute(
                cachedStatement(sql: "INSERT INTO blob (sha256, size, changed) VALUES (?, ?, ?)"),
                [digest, size, changed.nanoseconds])
            let id = lastInsertedRowID
            try touch(.hashes)
            return id
        case .document(_, let size, let compressed):
            try execute(cachedStatement(sql: "INSERT INTO blob (sha256, size) VALUES (?, ?)"), [digest, size])
            let id = lastInsertedRowID
            try execute(cachedStatement(sql: "INSERT INTO document VALUES (?, ?)"), [id, Data(compressed)])
            try touch(.hashes)
            return id
        }
    }

    /// The size of a blob that can be served; nil where it cannot.
    func sizeOfBlob(_ digest: Digest) throws -> Int? {
        try Int.fetchOne(
            cachedStatement(sql: "SELECT size FROM blob WHERE sha256 = ? AND NOT damaged"), arguments: [digest.data])
    }

    /// The file of a blob got or lost a name, which moves the time by which it is known unchanged.
    func noteChange(ofBlob digest: Digest, _ changed: Timestamp) throws {
        try execute(
            cachedStatement(sql: "UPDATE blob SET changed = ? WHERE sha256 = ? AND dropped IS NULL"),
            [changed.nanoseconds, digest.data])
    }

    /// Its bytes cannot be served from now on.
    func lose(blob: Int64) throws {
        try execute(cachedStatement(sql: "UPDATE blob SET damaged = 1 WHERE id = ?"), [blob])
        try regrade(blob: blob)
    }

    /// A blob was lost or came back: the recipes of the snapshots that pin it are rendered again when they are asked for.
    func regrade(blob: Int64) throws {
        try execute(
            cachedStatement(
                sql: """
                    UPDATE rendering SET fresh = 0 WHERE snapshot IN (
                        SELECT snapshot.id FROM pin JOIN snapshot ON snapshot.models = pin.pinSet WHERE pin.blob = ?1
                        UNION SELECT snapshot.id FROM pin JOIN snapshot ON snapshot.inputs = pin.pinSet WHERE pin.blob = ?1)
                    """), [blob])
    }
}
