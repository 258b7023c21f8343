import Foundation
import GRDB
package import Recipe

/// Immutable bytes, named by their SHA-256.
package struct Blob: Sendable, Hashable {
    package let id: Int64
    package let digest: Digest
    /// Bytes.
    package let size: Int
}

/// A blob's bytes, ready to be read: a file, or a document from the catalogue.
package enum BlobContents: Sendable {
    case file(OwnedDescriptor)
    case bytes([UInt8])
}

extension Blob {
    /// From columns `blob`, `sha256` and `size`.
    init(_ row: Row) throws {
        let bytes: [UInt8] = Array(row["sha256"] as Data)
        guard let digest = Digest(bytes: bytes) else { throw StoreError.catalogue("a digest is not 32 bytes long") }
        self.init(id: row["blob"], digest: digest, size: row["size"])
    }
}

extension Database {
    /// The row of published bytes; bytes that are there already keep their row.
    func blob(_ published: PublishedBlob) throws -> Int64 {
        let digest = published.digest.data
        let known = try Row.fetchOne(
            self, sql: "SELECT id, changed, damaged FROM blob WHERE sha256 = ?", arguments: [digest])
        if let known {
            let id: Int64 = known["id"]
            // Bytes that were only in the catalogue, or damaged, are now a whole file.
            if case .file(_, _, let changed) = published, known["changed"] as Int64? == nil || known["damaged"] as Bool
            {
                try execute(
                    sql: "UPDATE blob SET changed = ?, damaged = 0 WHERE id = ?", arguments: [changed.nanoseconds, id])
                if known["damaged"] { try nextGeneration() }
            }
            return id
        }
        switch published {
        case .file(_, let size, let changed):
            try execute(
                sql: "INSERT INTO blob (sha256, size, changed) VALUES (?, ?, ?)",
                arguments: [digest, size, changed.nanoseconds])
            let id = lastInsertedRowID
            try touch(.hashes)
            return id
        case .document(_, let size, let compressed):
            try execute(sql: "INSERT INTO blob (sha256, size) VALUES (?, ?)", arguments: [digest, size])
            let id = lastInsertedRowID
            try execute(sql: "INSERT INTO document VALUES (?, ?)", arguments: [id, Data(compressed)])
            try touch(.hashes)
            return id
        }
    }

    /// The size of a blob that can be served; nil where it cannot.
    func sizeOfBlob(_ digest: Digest) throws -> Int? {
        try Int.fetchOne(self, sql: "SELECT size FROM blob WHERE sha256 = ? AND NOT damaged", arguments: [digest.data])
    }

    /// Whatever grades rest on has changed: renderings that are older are made again.
    func nextGeneration() throws {
        try execute(sql: "UPDATE meta SET value = value + 1 WHERE key = 'generation'")
    }

    var generation: Int64 {
        get throws { try Int64.fetchOne(self, sql: "SELECT value FROM meta WHERE key = 'generation'") ?? 0 }
    }
}

extension Digest {
    /// For a column.
    var data: Data { Data(bytes) }
}
