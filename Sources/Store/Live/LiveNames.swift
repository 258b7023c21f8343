import GRDB
import Recipe
import SystemPackage

// How rows of the live view are made, moved and removed. Every function here runs within a transaction.

/// What a new node begins with.
struct NewNode {
    var kind: LiveRow.Kind
    var mode: UInt32
    var user: UInt32?
    var group: UInt32?
    var modified = Timestamp.now()
    var blob: Int64?
    var version: Int64?
    var target: String?
    var process: Int64?
    var closing = LiveRow.Closing.open
}

extension NewNode {
    /// The same for a node that is made in `directory`: if that has the setgid bit, the node takes its group and, if it is a directory, the
    /// bit.
    func inheriting(from directory: LiveRow) -> NewNode {
        guard directory.mode & 0o2000 != 0 else { return self }
        var node = self
        node.group = directory.group
        if kind == .directory { node.mode |= 0o2000 }
        return node
    }
}

extension Database {
    /// Removes the name of a file or link; its row stays for programs that have it open.
    func unname(_ row: LiveRow) throws {
        try setParent(row.id, nil, name: row.name)
        if let parent = row.parent { try entriesChanged(in: parent) }
    }

    func hasEntries(_ directory: Int64) throws -> Bool {
        try Int.fetchOne(cachedStatement(sql: "SELECT 1 FROM live WHERE parent = ? LIMIT 1"), arguments: [directory])
            != nil
    }

    /// The directory at `names` in the live view, which is made if it is absent.
    func makeLiveDirectory(_ names: some Sequence<EntryName>, mode: UInt32 = 0o755) throws -> Int64 {
        var id = LiveRow.root
        for name in names {
            if let next = try live(named: name, in: id) {
                guard next.kind == .directory else {
                    throw StoreError.conflict("'\(name)' is a file in models, so it cannot be a folder")
                }
                id = next.id
            } else {
                id = try insert(NewNode(kind: .directory, mode: mode), name, in: id)
            }
        }
        return id
    }

    /// The directory at `names` in the live view; nil if there is none.
    func directory(liveNames names: some Sequence<EntryName>) throws -> Int64? {
        var id = LiveRow.root
        for name in names {
            guard let next = try live(named: name, in: id), next.kind == .directory else { return nil }
            id = next.id
        }
        return id
    }

    /// Every file at or below a row, with the path that leads to it.
    func files(below row: LiveRow, path: [EntryName]) throws -> [(row: LiveRow, path: [EntryName])] {
        guard row.kind == .directory else { return row.kind == .file ? [(row, path)] : [] }
        return try live(in: row.id).flatMap { try files(below: $0, path: path + [$0.name]) }
    }

    /// A file lost its name to `cause`: what the name held becomes an event, now or, if its bytes are closed but not yet a blob, later.
    func lost(_ row: LiveRow, path: [EntryName], cause: Cause, process: Int64?) throws {
        guard let name = try modelName(of: row, live: path) else { return }
        try addPendingVersion(row, name, cause)
        // This also covers bytes that the store does not know: the version before them is gone from the name, too.
        try recordRemoval(of: name, cause: cause, process: process)
    }

    /// A file that was closed under a name and loses it before it is published still gets its version there: the version is pending.
    func addPendingVersion(_ row: LiveRow, _ name: ModelName, _ cause: Cause) throws {
        let isClosed = row.source != nil || row.closing == .closed || row.closing == .durable
        guard row.kind == .file, row.blob == nil, isClosed else { return }
        try insertPendingVersion(name, cause, of: row.fileRow)
    }

    /// Whether a version is pending for a name that the file has lost.
    func hasPendingVersion(_ live: Int64) throws -> Bool {
        try Int.fetchOne(cachedStatement(sql: "SELECT 1 FROM owed WHERE live = ? LIMIT 1"), arguments: [live]) != nil
    }

    /// Nodes that were renewed keep the blob's bytes that they hold; all such nodes if none is given.
    func settle(_ live: Int64? = nil) throws {
        // A program may have set the time without writing anything.
        let rows = try Row.fetchAll(
            cachedStatement(
                sql: """
                    SELECT id, version, modified FROM live
                    WHERE closed = 4 AND blob IS NOT NULL AND version IS NOT NULL AND (?1 IS NULL OR id = ?1)
                    """), arguments: [live])
        for row in rows {
            let shown = try setTime(row.time("modified"), ofVersion: row.value("version"))
            try setModified(shown, ofLive: row.id("id"))
        }
        try closeRenewed(live)
    }

    /// Makes a new node for a name, which holds what the old one held until something is written.
    func renew(_ row: LiveRow, in parent: Int64, version: Int64?, process: Int64?) throws -> Int64 {
        try setParent(row.id, nil, name: row.name)
        let id = try insert(
            NewNode(
                kind: .file, mode: row.mode, user: row.user, group: row.group, modified: row.modified,
                blob: row.blob?.id,
                version: version, target: row.blob == nil ? "\(row.id)" : nil, process: process, closing: .renewed),
            row.name, in: parent)
        try moveAttributes(from: row.id, to: id)
        return id
    }

    /// Nobody wrote into a node that shows the bytes of `source`'s file, so that file gets its name back, unless it has become a blob.
    func takeBack(_ source: Int64, from row: LiveRow) throws {
        guard let old = try live(source), let parent = row.parent else { return }
        try moveAttributes(from: row.id, to: old.id)
        try deleteLive(row.id)
        try own(old.id, mode: row.mode, user: row.user, group: row.group)
        try setParent(old.id, parent, name: row.name)
        try entriesChanged(in: parent)
    }

    /// Notes how far a draft's bytes can be trusted. If somebody writes again, its pending versions are dropped.
    func setClosing(_ closing: LiveRow.Closing, of live: Int64) throws {
        try writeClosing(closing, of: live)
        if closing == .open || closing == .failed { try dropPendingVersions(live) }
    }

    /// A file got a name: if its bytes are a blob, that is a version and an event.
    func won(_ row: LiveRow, path: [EntryName], cause: Cause, process: Int64?) throws {
        guard let blob = row.blob else { return }
        let held = try modelName(live: path).map {
            try recordVersion($0, blob: blob.id, modified: row.modified, cause: cause, process: process)
        }
        try setVersion(held?.version, modified: held?.modified ?? row.modified, ofLive: row.id)
    }
}
