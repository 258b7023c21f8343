import Foundation
import GRDB
import Recipe

/// What is known of a blob's bytes. Only this file writes the columns that say so; the view `servedBlob` has the rows of blobs that can be
/// served.
enum BlobState: Equatable {
    /// Its file is whole; `changed` is the file's ctime, which tells that nothing has changed since.
    case whole(changed: Timestamp)
    /// The catalogue has its bytes.
    case document
    /// Its bytes cannot be served, although there may be a file.
    case lost
    /// Garbage collection removed its bytes.
    case collected(Timestamp)

    var isServed: Bool {
        switch self {
        case .whole, .document: true
        case .lost, .collected: false
        }
    }

    /// Reads the columns `changed`, `damaged` and `dropped`.
    fileprivate init(_ row: Row) throws {
        if let dropped = try row.value("dropped") as Int64? {
            self = .collected(Timestamp(nanoseconds: dropped))
        } else if try row.value("damaged") {
            self = .lost
        } else if let changed = try row.value("changed") as Int64? {
            self = .whole(changed: Timestamp(nanoseconds: changed))
        } else {
            self = .document
        }
    }
}

extension Database {
    /// Nil if the blob no longer has a row.
    func state(of blob: Int64) throws -> BlobState? {
        try Row.fetchOne(
            cachedStatement(sql: "SELECT changed, damaged, dropped FROM blob WHERE id = ?"), arguments: [blob]
        ).map(BlobState.init)
    }

    /// A blob's file got or lost a name, which changed the ctime that tells that its bytes are the same.
    func noteChange(ofBlob digest: Digest, _ changed: Timestamp) throws {
        let blob = try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM servedBlob WHERE sha256 = ? AND changed IS NOT NULL"),
            arguments: [digest.data])
        if let blob { try setState(of: blob, .whole(changed: changed)) }
    }
}
