import Foundation
import GRDB
import Recipe

/// What is known of a blob's bytes. The columns that say so are written here alone; the view `servedBlob` has the rows of those
/// that can be served.
enum BlobState: Equatable {
    /// Its file is whole; `changed` is that of the file, by which it is known unchanged.
    case whole(changed: Timestamp)
    /// The catalogue has its bytes.
    case document
    /// Its bytes cannot be served. A file may lie there all the same.
    case lost
    /// Garbage collection took its bytes away.
    case collected(Timestamp)

    var isServed: Bool {
        switch self {
        case .whole, .document: true
        case .lost, .collected: false
        }
    }

    /// From columns `changed`, `damaged` and `dropped`.
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
    /// Nil where the blob has no row any more.
    func state(of blob: Int64) throws -> BlobState? {
        try Row.fetchOne(
            cachedStatement(sql: "SELECT changed, damaged, dropped FROM blob WHERE id = ?"), arguments: [blob]
        ).map(BlobState.init)
    }

    /// The file of a blob got or lost a name, which moves the time by which it is known unchanged.
    func noteChange(ofBlob digest: Digest, _ changed: Timestamp) throws {
        let blob = try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM servedBlob WHERE sha256 = ? AND changed IS NOT NULL"),
            arguments: [digest.data])
        if let blob { try setState(of: blob, .whole(changed: changed)) }
    }
}
