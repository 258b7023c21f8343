import Foundation
import GRDB
package import Recipe

/// A node of the live view.
package struct LiveRow: Sendable {
    /// Stored as these numbers.
    package enum Kind: Int, Sendable { case directory = 0, file = 1, link = 2 }

    /// The row that stands for the whole view.
    package static let root: Int64 = 1

    /// The row, from which the node's number is computed.
    package let id: Int64
    /// Nil at the root, and if the name is gone while a program has the file open.
    package let parent: Int64?
    /// The name in its directory.
    package let name: EntryName
    /// What it is.
    package let kind: Kind
    /// The twelve bits that `chmod` sets.
    package let mode: UInt32
    /// Nil for the user who mounts.
    package let user, group: UInt32?
    /// Times; those of a draft are its file's.
    package let accessed: Timestamp
    /// As programs see them; `changed` is the inode's own, which no program can set.
    package let modified, changed: Timestamp
    /// The blob that the file holds; nil while the bytes are in a file of their own, which may change.
    package let blob: Blob?
    /// The number of the version, if the name is a model's.
    package let version: Int?
    /// What a link leads to; empty for everything else.
    package let target: String
    /// The row whose file holds these bytes until something is written. It is set when a file is opened for writing while its closed bytes
    /// are still waiting to become a version.
    let source: Int64?
    /// How far the bytes of a draft can be trusted.
    let closing: Closing

    enum Closing: Int {
        /// Somebody is writing.
        case open = 0
        /// Whole unless the machine lost power.
        case closed = 1
        /// Whole, and on disk.
        case durable = 2
        /// It could not be written in full, and is not a version until it is written anew.
        case failed = 3
        /// It holds a blob's bytes, or those of another row's file, and somebody is about to change them.
        case renewed = 4
    }

    /// Reads ``columns``.
    init(_ row: any PositionalRow) throws {
        id = try row.id(0)
        parent = try row.integer(1)
        name = try row.name(2)
        kind = Kind(rawValue: Int(try row.number(3))) ?? .file
        mode = try row.mode(4)
        user = try row.owner(5)
        group = try row.owner(6)
        accessed = try row.time(7)
        modified = try row.time(8)
        changed = try row.time(9)
        target = try row.text(10) ?? ""
        version = try row.integer(11).map { Int($0) }
        if let id = try row.integer(12) {
            let digest = try Digest(column: row.bytes(13) ?? Data())
            blob = try Blob(id: id, digest: digest, size: row.size(14), isPrivate: row.number(16) != 0)
        } else {
            blob = nil
        }
        closing = Closing(rawValue: Int(try row.number(15))) ?? .open
        source = kind == .file && blob == nil && closing == .renewed ? Int64(target) : nil
    }

    /// Whether its bytes may change while it keeps its number.
    package var mayChange: Bool { blob == nil || closing == .renewed }

    /// The row that names its file, as long as it is not a blob.
    var fileRow: Int64 { source ?? id }

    /// Whether it has lost its name and lives only while it is open.
    package var isUnlinked: Bool { parent == nil && id != Self.root }
}

/// Queries for ``LiveRow`` with all of its columns.
extension LiveRow {
    static let columns = """
        SELECT live.id, live.parent, live.name, live.kind, live.mode, live.user, live.team, live.accessed, live.modified,
        live.changed, live.target, version.number, live.blob, blob.sha256, blob.size, live.closed, blob.private FROM live
        LEFT JOIN version ON version.id = live.version LEFT JOIN blob ON blob.id = live.blob
        """
}

extension Database {
    func live(_ id: Int64) throws -> LiveRow? {
        try first("\(LiveRow.columns) WHERE live.id = ?", [id], LiveRow.init)
    }

    func live(named name: EntryName, in parent: Int64) throws -> LiveRow? {
        try first(
            "\(LiveRow.columns) WHERE live.parent = ? AND live.name = ?", [parent, name.databaseValue], LiveRow.init)
    }

    func live(in parent: Int64, limit: Int = -1) throws -> [LiveRow] {
        try Row.fetchAll(
            cachedStatement(sql: "\(LiveRow.columns) WHERE live.parent = ? AND live.id <> 1 ORDER BY live.id LIMIT ?"),
            arguments: [parent, limit]
        )
        .named(LiveRow.init)
    }

    /// Files that are not blobs yet, and rows without a name.
    func liveLeftovers() throws -> [LiveRow] {
        try Row.fetchAll(
            cachedStatement(
                sql: """
                    \(LiveRow.columns) WHERE (live.kind = 1 AND live.blob IS NULL) OR (live.parent IS NULL AND live.id <> 1)
                    ORDER BY live.id
                    """)
        ).named(LiveRow.init)
    }

    func path(ofLive id: Int64) throws -> [EntryName]? {
        var names: [EntryName] = []
        var next = id
        while next != LiveRow.root, names.count < DirectoryRow.depthLimit {
            let found = try first("SELECT parent, name FROM live WHERE id = ?", [next]) {
                (parent: try $0.integer(0), name: try $0.name(1))
            }
            guard let found, let parent = found.parent else { return nil }
            names.append(found.name)
            next = parent
        }
        return next == LiveRow.root ? names.reversed() : nil
    }
}
