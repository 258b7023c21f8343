import Foundation
import GRDB
import Recipe

// Everything that is written into `live`, `liveAttribute`, `owed` and `linkName`.

extension Database {
    func insert(_ node: NewNode, _ name: EntryName, in parent: Int64?) throws -> Int64 {
        let now = Timestamp.now()
        try execute(
            cachedStatement(
                sql: """
                    INSERT INTO live (parent, name, kind, mode, user, team, accessed, modified, changed, blob, version, target,
                    process, closed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """),
            [
                parent, name.databaseValue, node.kind.rawValue, node.mode, node.user, node.group,
                node.modified.nanoseconds,
                node.modified.nanoseconds, now.nanoseconds, node.blob, node.version, node.target, node.process,
                node.closing.rawValue,
            ])
        let id = lastInsertedRowID
        if let parent { try entriesChanged(in: parent) }
        return id
    }

    /// A row with a number that is known already.
    func insertLive(
        _ id: Int64, _ name: EntryName, in parent: Int64, mode: UInt32, user: UInt32?, group: UInt32?, changed: Int64,
        closing: LiveRow.Closing
    ) throws {
        try execute(
            cachedStatement(
                sql: """
                    INSERT INTO live (id, parent, name, kind, mode, user, team, accessed, modified, changed, closed)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?8, ?9)
                    """),
            [
                id, parent, name.databaseValue, LiveRow.Kind.file.rawValue, mode, user, group, changed,
                closing.rawValue,
            ])
    }

    /// Gives a directory the time of a change, and always another time than before: programs read a directory again when its time differs.
    func entriesChanged(in directory: Int64, at time: Timestamp = .now()) throws {
        let old = try Int64.fetchOne(
            cachedStatement(sql: "SELECT modified FROM live WHERE id = ?"), arguments: [directory])
        guard let old else { return }
        try execute(
            cachedStatement(sql: "UPDATE live SET modified = ?1, changed = max(?2, changed + 1) WHERE id = ?3"),
            [time.distinct(from: Timestamp(nanoseconds: old)).nanoseconds, time.nanoseconds, directory])
    }

    /// Gives a node another directory and name, which changes the node.
    func setParent(_ id: Int64, _ parent: Int64?, name: EntryName) throws {
        try execute(
            cachedStatement(sql: "UPDATE live SET parent = ?, name = ?, changed = max(?, changed + 1) WHERE id = ?"),
            [parent, name.databaseValue, Timestamp.now().nanoseconds, id])
    }

    /// The same within the directory. An UPDATE that names `parent`, which refers to this table, has SQLite write every index anew.
    func setName(_ id: Int64, _ name: EntryName) throws {
        try execute(
            cachedStatement(sql: "UPDATE live SET name = ?, changed = max(?, changed + 1) WHERE id = ?"),
            [name.databaseValue, Timestamp.now().nanoseconds, id])
    }

    func deleteLive(_ id: Int64) throws { try execute(cachedStatement(sql: "DELETE FROM live WHERE id = ?"), [id]) }

    /// Writes only the row; ``setClosing(_:of:)`` also takes care of pending versions.
    func writeClosing(_ closing: LiveRow.Closing, of live: Int64) throws {
        try execute(cachedStatement(sql: "UPDATE live SET closed = ? WHERE id = ?"), [closing.rawValue, live])
    }

    /// From now on a draft has bytes of its own instead of a blob's.
    func dropBlob(ofLive live: Int64) throws {
        try execute(
            cachedStatement(
                sql: "UPDATE live SET blob = NULL, version = NULL, target = NULL, closed = 0 WHERE id = ?"), [live])
    }

    func own(_ live: Int64, mode: UInt32, user: UInt32?, group: UInt32?) throws {
        try execute(
            cachedStatement(sql: "UPDATE live SET mode = ?, user = ?, team = ? WHERE id = ?"),
            [mode, user, group, live])
    }

    /// What `setattr` changes; nil for what stays.
    func setLive(
        _ id: Int64, mode: UInt32?, user: UInt32?, group: UInt32?, accessed: Timestamp?, modified: Timestamp?
    ) throws {
        try execute(
            cachedStatement(
                sql: """
                    UPDATE live SET mode = coalesce(?, mode), user = coalesce(?, user), team = coalesce(?, team),
                    accessed = coalesce(?, accessed), modified = coalesce(?, modified), changed = max(?, changed + 1)
                    WHERE id = ?
                    """),
            [
                mode, user, group, accessed?.nanoseconds, modified?.nanoseconds, Timestamp.now().nanoseconds, id,
            ])
    }

    func setModified(_ time: Timestamp, ofLive live: Int64) throws {
        try execute(cachedStatement(sql: "UPDATE live SET modified = ? WHERE id = ?"), [time.nanoseconds, live])
    }

    /// Nodes that were renewed keep the blob's bytes that they hold; nil for all of them.
    func closeRenewed(_ live: Int64?) throws {
        try execute(
            cachedStatement(
                sql: "UPDATE live SET closed = 0 WHERE closed = 4 AND blob IS NOT NULL AND (?1 IS NULL OR id = ?1)"),
            [live])
    }

    func setVersion(_ version: Int64?, modified: Timestamp, ofLive live: Int64) throws {
        try execute(
            cachedStatement(sql: "UPDATE live SET version = ?, modified = ? WHERE id = ?"),
            [version, modified.nanoseconds, live])
    }

    /// A draft is now a blob.
    func publish(
        _ live: Int64, as blob: Int64, version: Int64?, accessed: Timestamp, modified: Timestamp, changed: Timestamp
    ) throws {
        try execute(
            cachedStatement(
                sql: """
                    UPDATE live SET blob = ?, version = ?, accessed = ?, modified = ?, changed = max(changed, ?) WHERE id = ?
                    """),
            [blob, version, accessed.nanoseconds, modified.nanoseconds, changed.nanoseconds, live])
    }

    /// The draft whose bytes a node shows is now a blob.
    func endBorrowing(_ live: Int64, of blob: Int64, accessed: Timestamp, modified: Timestamp) throws {
        try execute(
            cachedStatement(sql: "UPDATE live SET blob = ?, target = NULL, accessed = ?, modified = ? WHERE id = ?"),
            [blob, accessed.nanoseconds, modified.nanoseconds, live])
    }

    /// Process numbers in rows may belong to other processes by now.
    func forgetProcesses() throws { try execute(sql: "UPDATE live SET process = NULL") }

    func attributesChanged(of live: Int64) throws {
        try execute(
            cachedStatement(sql: "UPDATE live SET changed = max(?, changed + 1) WHERE id = ?"),
            [Timestamp.now().nanoseconds, live])
    }

    /// Replaces the attributes of a file or directory of the live view.
    func keep(_ attributes: [FileAttribute], ofLive live: Int64) throws {
        for attribute in attributes {
            try execute(
                cachedStatement(sql: "INSERT OR REPLACE INTO liveAttribute (live, name, value) VALUES (?, ?, ?)"),
                [live, attribute.name, Data(attribute.value)])
        }
    }

    /// A name has another node from now on; to programs it is the same file.
    func moveAttributes(from old: Int64, to new: Int64) throws {
        try execute(cachedStatement(sql: "UPDATE liveAttribute SET live = ? WHERE live = ?"), [new, old])
    }

    func delete(attribute: String, ofLive live: Int64) throws {
        try execute(cachedStatement(sql: "DELETE FROM liveAttribute WHERE live = ? AND name = ?"), [live, attribute])
    }

    func insertPendingVersion(_ name: ModelName, _ cause: Cause, of live: Int64) throws {
        try execute(
            cachedStatement(sql: "INSERT INTO owed (live, path, cause, time) VALUES (?, ?, ?, ?)"),
            [live, name.description, cause.rawValue, Timestamp.now().nanoseconds])
    }

    /// No version of a draft is pending any longer; with `name`, none under that name.
    func dropPendingVersions(_ live: Int64, under name: ModelName? = nil) throws {
        try execute(
            cachedStatement(sql: "DELETE FROM owed WHERE live = ?1 AND (?2 IS NULL OR path = ?2)"),
            [live, name?.description])
    }

    /// Notes what the name of a link holds; nil if the link is gone.
    func setLinkName(_ name: ModelName, _ blob: Int64?) throws {
        guard let blob else {
            return try execute(cachedStatement(sql: "DELETE FROM linkName WHERE path = ?"), [name.description])
        }
        try execute(
            cachedStatement(sql: "INSERT OR REPLACE INTO linkName (path, blob) VALUES (?, ?)"),
            [name.description, blob])
    }
}
