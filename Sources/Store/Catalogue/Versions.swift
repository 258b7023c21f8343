import Foundation
import GRDB
package import Recipe

/// A model: a name in a folder, with the bytes that it has held.
package struct ModelRow: Sendable {
    /// Its row, from which the node's number is computed.
    package let id: Int64
    /// The name in its directory.
    package let name: EntryName
    /// How many versions there have been.
    package let versions: Int
    /// The number of the newest version whose bytes are still there; nil if garbage collection removed all of them.
    package let newest: Int?
    /// When its versions last changed.
    package let changed: Timestamp

    init(_ row: Row) throws {
        id = try row.id("id")
        name = try row.name("name")
        versions = try row.value("versions")
        newest = try row.value("newest")
        changed = try row.time("changed")
    }
}

/// The n-th blob that a model's name has held.
package struct VersionRow: Sendable {
    /// Its row, from which the node's number is computed.
    package let id: Int64
    /// Counted from 1 for each name, in the order of arrival.
    package let number: Int
    /// The directory of its model.
    package let directory: Int64
    /// The name that its file has in `by-name`.
    package let fileName: EntryName
    /// When its bytes last changed, as the view shows it.
    package let modified: Timestamp
    /// When it came into the store.
    package let recorded: Timestamp
    /// Its bytes.
    package let blob: Blob

    init(_ row: Row) throws {
        id = try row.id("id")
        number = try row.value("number")
        directory = try row.value("directory")
        fileName = try row.name("name")
        modified = try row.time("modified")
        recorded = try row.time("recorded")
        blob = try Blob(row)
    }
}

/// What adding bytes under a name did.
package enum Addition: Sendable, Equatable {
    /// The name already holds these bytes.
    case unchanged
    /// The first or the next version.
    case version(Int)
    /// The bytes of an older version, to which the name now points again.
    case returned(to: Int)
}

/// Why a name holds other bytes than before, or none.
package enum Cause: String, Sendable {
    case write, add, move, restore, rename, replace, exchange, delete, release, recover, link, pull
}

/// What a name holds after a change.
struct Holding {
    /// The version's row.
    let version: Int64
    let addition: Addition
    /// When its bytes last changed, as programs see it.
    let modified: Timestamp
    /// Whether the name held other bytes before.
    let isChange: Bool
}

extension Database {
    /// Notes that a model's name holds `blob` from now on. The bytes become a version of it unless they already are one.
    ///
    /// `since` is the earliest moment from which the name is known to have held these bytes; nil if nothing is known of the past.
    func recordVersion(
        _ name: ModelName, blob: Int64, modified: Timestamp, cause: Cause, process: Int64? = nil,
        since: Timestamp? = nil
    ) throws -> Holding {
        let now = Timestamp.now()
        let directory = try makeDirectory(under: DirectoryRow.Root.models.rawValue, name.directories)
        let model = try makeModel(name.path.name, in: directory, now: now)
        let modified = try visibleTime(modified, of: blob, in: model)
        let (version, addition) = try makeVersion(of: model, blob: blob, modified: modified, now: now)
        let isChange = try note(model, version, cause: cause, process: process, since: since, now: now)
        try came(name.path)
        let digest = try Data.fetchOne(cachedStatement(sql: "SELECT sha256 FROM blob WHERE id = ?"), arguments: [blob])
        if let digest { try came(hash: try Digest(column: digest).hex) }
        return Holding(
            version: version, addition: isChange ? addition : .unchanged, modified: modified, isChange: isChange)
    }

    /// The time that is shown for `blob`, as near to `wanted` as possible. Programs notice by size and time that a model has other bytes,
    /// so it differs from the time of every other version of the same size, even if a tool preserved both.
    private func visibleTime(_ wanted: Timestamp, of blob: Int64, in model: Int64) throws -> Timestamp {
        let others = try Int64.fetchAll(
            cachedStatement(
                sql: """
                    SELECT version.modified FROM version JOIN blob ON blob.id = version.blob WHERE version.model = ?1
                    AND version.blob <> ?2 AND blob.size = (SELECT size FROM blob WHERE id = ?2) ORDER BY version.modified
                    """), arguments: [model, blob])
        return others.reduce(wanted) { $0.distinct(from: Timestamp(nanoseconds: $1)) }
    }

    /// A program sets the time of a version, that is, the time that is shown for it. Returns the one that is shown.
    func setTime(_ wanted: Timestamp, ofVersion version: Int64) throws -> Timestamp {
        guard
            let row = try Row.fetchOne(
                cachedStatement(sql: "SELECT model, blob FROM version WHERE id = ?"), arguments: [version])
        else { return wanted }
        let shown = try visibleTime(wanted, of: row.id("blob"), in: row.id("model"))
        try setModified(shown, ofVersion: version)
        return shown
    }

    /// Notes that a model's name holds nothing from now on.
    func recordRemoval(of name: ModelName, cause: Cause, process: Int64? = nil) throws {
        let path = name.directories
        guard let directory = try directory(under: DirectoryRow.Root.models.rawValue, path),
            let model = try Int64.fetchOne(
                cachedStatement(sql: "SELECT id FROM model WHERE directory = ? AND name = ?"),
                arguments: [directory, name.path.name.databaseValue])
        else { return }
        _ = try note(model, nil, cause: cause, process: process, since: nil, now: Timestamp.now())
    }

    /// Notes that a name held `blob` between two past moments: a version like any other, but not the live one.
    func keep(
        _ name: ModelName, blob: Int64, modified: Timestamp, since: Timestamp, until: Timestamp, cause: Cause,
        process: Int64?
    ) throws {
        let now = Timestamp.now()
        let directory = try makeDirectory(under: DirectoryRow.Root.models.rawValue, name.directories)
        let model = try makeModel(name.path.name, in: directory, now: now)
        let (version, _) = try makeVersion(of: model, blob: blob, modified: modified, now: now)
        let later = try Row.fetchOne(
            cachedStatement(sql: "SELECT version FROM event WHERE model = ? AND since >= ? ORDER BY since, id LIMIT 1"),
            arguments: [model, until.nanoseconds])
        try insertEvent(model, version, nil, .write, process, since: min(since, until), now: now)
        let current = try Int64.fetchOne(
            cachedStatement(sql: "SELECT current FROM model WHERE id = ?"), arguments: [model])
        if later == nil, current == nil { try insertEvent(model, nil, version, cause, process, since: until, now: now) }
        try came(name.path)
    }

    /// Inserts an event, unless the name already held that.
    private func note(
        _ model: Int64, _ version: Int64?, cause: Cause, process: Int64?, since: Timestamp?, now: Timestamp
    ) throws -> Bool {
        let current = try Int64.fetchOne(
            cachedStatement(sql: "SELECT current FROM model WHERE id = ?"), arguments: [model])
        guard current != version else { return false }
        let previous = try Int64.fetchOne(
            cachedStatement(sql: "SELECT max(recorded) FROM event WHERE model = ?"), arguments: [model])
        let from = min(max(since ?? now, Timestamp(nanoseconds: previous ?? 0)), now)
        try insertEvent(model, version, current, cause, process, since: from, now: now)
        try setCurrent(version, of: model)
        return true
    }
}
