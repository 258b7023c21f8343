import Foundation
import GRDB
package import Recipe

/// A model: a name inside a folder, whatever bytes it has held.
package struct ModelRow: Sendable {
    package let id: Int64
    package let name: String
    /// How many versions there have been; also the number of the newest.
    package let versions: Int
    /// When its versions changed last.
    package let changed: Timestamp

    init(_ row: Row) {
        id = row["id"]
        name = row["name"]
        versions = row["versions"]
        changed = Timestamp(nanoseconds: row["changed"])
    }
}

/// The n-th blob that a model's name has held.
package struct VersionRow: Sendable {
    package let id: Int64
    package let number: Int
    /// The directory of its model.
    package let directory: Int64
    package let fileName: String
    package let modified: Timestamp
    package let recorded: Timestamp
    package let blob: Blob

    init(_ row: Row) throws {
        id = row["id"]
        number = row["number"]
        directory = row["directory"]
        fileName = row["name"]
        modified = Timestamp(nanoseconds: row["modified"])
        recorded = Timestamp(nanoseconds: row["recorded"])
        blob = try Blob(row)
    }
}

/// A name of the live view and the version that it holds now.
package struct LiveRow: Sendable {
    package let id: Int64
    package let directory: Int64
    package let name: String
    package let modified: Timestamp
    package let version: Int
    package let blob: Blob

    init(_ row: Row) throws {
        id = row["id"]
        directory = row["directory"]
        name = row["name"]
        modified = Timestamp(nanoseconds: row["modified"])
        version = row["number"]
        blob = try Blob(row)
    }
}

/// What adding bytes under a name came to.
package enum Addition: Sendable, Equatable {
    /// The name holds these bytes already.
    case unchanged
    /// The first or the next version.
    case version(Int)
    /// The bytes of an older version, to which the name now points again.
    case returned(to: Int)
}

extension Database {
    /// Makes `blob` the live version of a name.
    ///
    /// `since` is the earliest moment from which the source is known to have held these bytes under this name, or nil
    /// when nothing is known before now.
    func add(
        _ path: ModelPath, folder: String, blob: Int64, modified: Timestamp, since: Timestamp?
    ) throws -> Addition {
        let now = Timestamp.now()
        let directory = try makeDirectory(under: DirectoryRow.Root.models.rawValue, [folder] + path.parents)
        if try self.directory(under: directory, [path.name]) != nil {
            throw StoreError.conflict("'\(folder)/\(path)' is a folder in the store, so it cannot be a model")
        }
        let live = try Row.fetchOne(
            self,
            sql: """
                SELECT live.id, live.modified, version.blob, blob.size FROM live JOIN version ON version.id = live.version
                JOIN blob ON blob.id = version.blob WHERE live.directory = ? AND live.name = ?
                """, arguments: [directory, path.name])
        if let live, live["blob"] == blob { return .unchanged }
        let model = try makeModel(path.name, in: directory, now: now)
        let (version, addition) = try makeVersion(of: model, blob: blob, modified: modified, now: now)
        try execute(sql: "DELETE FROM live WHERE directory = ? AND name = ?", arguments: [directory, path.name])
        // Size and time together tell programs that the bytes are others, even where a tool kept the old time.
        let size = try Int.fetchOne(self, sql: "SELECT size FROM blob WHERE id = ?", arguments: [blob])
        let clash = live.map { $0["modified"] == modified.nanoseconds && $0["size"] == size } ?? false
        try execute(
            sql: "INSERT INTO live (directory, name, version, modified) VALUES (?, ?, ?, ?)",
            arguments: [directory, path.name, version, modified.nanoseconds + (clash ? 1 : 0)])
        let previous = try Int64.fetchOne(
            self, sql: "SELECT max(recorded) FROM event WHERE model = ?", arguments: [model])
        let from = previous == nil ? since ?? now : max(since ?? now, Timestamp(nanoseconds: previous ?? 0))
        try execute(
            sql: "INSERT INTO event (model, version, since, recorded) VALUES (?, ?, ?, ?)",
            arguments: [model, version, min(from, now).nanoseconds, now.nanoseconds])
        try touch(directory)
        try came(path)
        let digest = try Data.fetchOne(self, sql: "SELECT sha256 FROM blob WHERE id = ?", arguments: [blob])
        if let digest { try came(hash: try Digest(column: digest).hex) }
        return addition
    }

    private func makeModel(_ name: String, in directory: Int64, now: Timestamp) throws -> Int64 {
        let known = try Int64.fetchOne(
            self, sql: "SELECT id FROM model WHERE directory = ? AND name = ?", arguments: [directory, name])
        if let known { return known }
        try execute(
            sql: "INSERT INTO model (directory, name, changed) VALUES (?, ?, ?)",
            arguments: [directory, name, now.nanoseconds])
        let id = lastInsertedRowID
        try touch(directory, .named)
        return id
    }

    private func makeVersion(
        of model: Int64, blob: Int64, modified: Timestamp, now: Timestamp
    ) throws -> (Int64, Addition) {
        let known = try Row.fetchOne(
            self, sql: "SELECT id, number FROM version WHERE model = ? AND blob = ?", arguments: [model, blob])
        if let known { return (known["id"], .returned(to: known["number"])) }
        try execute(
            sql: "UPDATE model SET versions = versions + 1, changed = max(?, changed + 1) WHERE id = ?",
            arguments: [now.nanoseconds, model])
        try execute(
            sql: """
                INSERT INTO version (model, number, blob, modified, recorded)
                SELECT id, versions, ?, ?, ? FROM model WHERE id = ?
                """, arguments: [blob, modified.nanoseconds, now.nanoseconds, model])
        let id = lastInsertedRowID
        let number = try Int.fetchOne(self, sql: "SELECT number FROM version WHERE id = ?", arguments: [id]) ?? 0
        return (id, .version(number))
    }
}
