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

    /// The one way to change what is known of a blob's bytes. Where that changes whether they can be served, the snapshots that
    /// pin them are graded again.
    func setState(of blob: Int64, _ state: BlobState) throws {
        guard let before = try self.state(of: blob), before != state else { return }
        switch state {
        case .whole(let changed):
            try execute(
                cachedStatement(sql: "UPDATE blob SET changed = ?, damaged = 0, dropped = NULL WHERE id = ?"),
                [changed.nanoseconds, blob])
        case .document:
            try execute(
                cachedStatement(sql: "UPDATE blob SET changed = NULL, damaged = 0, dropped = NULL WHERE id = ?"), [blob]
            )
        case .lost:
            try execute(cachedStatement(sql: "UPDATE blob SET damaged = 1, dropped = NULL WHERE id = ?"), [blob])
        case .collected(let time):
            try execute(
                cachedStatement(sql: "UPDATE blob SET changed = NULL, damaged = 1, dropped = ? WHERE id = ?"),
                [time.nanoseconds, blob])
        }
        if before.isServed != state.isServed { try regrade(blob: blob) }
    }

    /// The file of a blob got or lost a name, which moves the time by which it is known unchanged.
    func noteChange(ofBlob digest: Digest, _ changed: Timestamp) throws {
        let blob = try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM servedBlob WHERE sha256 = ? AND changed IS NOT NULL"),
            arguments: [digest.data])
        if let blob { try setState(of: blob, .whole(changed: changed)) }
    }

    /// A blob was lost or came back: the recipes of the snapshots that pin it are rendered again when they are asked for.
    private func regrade(blob: Int64) throws {
        try execute(
            cachedStatement(
                sql: """
                    UPDATE rendering SET fresh = 0 WHERE snapshot IN (
                        SELECT snapshot.id FROM pin JOIN snapshot ON snapshot.models = pin.pinSet WHERE pin.blob = ?1
                        UNION SELECT snapshot.id FROM pin JOIN snapshot ON snapshot.inputs = pin.pinSet WHERE pin.blob = ?1)
                    """), [blob])
    }
}
