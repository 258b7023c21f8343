import Foundation
import GRDB
import Recipe

extension Blob {
    /// What ``init(_:)`` reads, of a table or view that is called `blob`.
    static let columns = "blob.id AS blob, blob.sha256, blob.size, blob.private"

    /// From columns `blob`, `sha256`, `size` and `private`.
    init(_ row: Row) throws {
        try self.init(
            id: row.id("blob"), digest: row.digest("sha256"), size: row.size("size"), isPrivate: row.value("private"))
    }
}

extension Database {
    /// The row of published bytes; bytes that are there already keep their row, and may be read by everybody once they came in so.
    /// `blobMissing` where garbage collection took the file away since it was published, or found: nothing may name it then.
    func blob(_ published: PublishedBlob, in files: BlobFiles) throws -> Int64 {
        if case .file = published.place {
            guard try files.facts(of: published.digest)?.size == published.size else {
                throw StoreError.blobMissing(published.digest)
            }
        }
        let known = try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM blob WHERE sha256 = ?"), arguments: [published.digest.data])
        if let known {
            let isServed = try state(of: known)?.isServed == true
            if !published.isPrivate { try makeReadable(blob: known) }
            switch published.place {
            case .known: guard isServed else { throw StoreError.blobMissing(published.digest) }
            // Its file was lost, or collected: it is in the catalogue again.
            case .document(let compressed) where !isServed:
                try setDocument(known, compressed)
                try setState(of: known, .document)
            case .document: break
            // A whole file lies there now, whatever was known of it before.
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

    /// The size of a blob that can be served; nil where it cannot.
    func sizeOfBlob(_ digest: Digest) throws -> Int? {
        try Int.fetchOne(
            cachedStatement(sql: "SELECT size FROM servedBlob WHERE sha256 = ?"), arguments: [digest.data])
    }
}
