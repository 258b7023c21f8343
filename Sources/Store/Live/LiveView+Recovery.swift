import GRDB
import Recipe
import SystemPackage

/// What a process that ended without unmounting left behind, and what was done with it.
package struct Recovery: Sendable {
    /// Files that were never closed, under their present names.
    package var partial: [String] = []
    /// Names whose bytes never reached the disk.
    package var lost: [String] = []
    package init() {}
}

extension LiveView {
    /// Repairs the view after a kill or a power cut. Only the holder of the lease may: nothing is being written then. Files that were
    /// closed wait to be published.
    package func recover() throws(StoreError) -> Recovery {
        var recovery = Recovery()
        let last = try store.one("SELECT value FROM meta WHERE key = 'boot'", []) { try $0.value(0) as String }
        let isSameBoot = last == nil || last == Opener.boot
        for row in try store.catalogue.read({ try $0.liveLeftovers() }) {
            guard let source = row.source else { continue }
            try store.catalogue.write { db in try db.takeBack(source, from: row) }
        }
        for row in try store.catalogue.read({ try $0.liveLeftovers() }) {
            try recover(row, isSameBoot: isSameBoot, &recovery)
        }
        // A read-only process can write nothing, and its state ends with it.
        guard !store.isReadOnly else { return recovery }
        try sweep()
        // Last: if this process is killed before it comes here, the next one must distrust the same files.
        try store.catalogue.write { db in
            try db.settle()
            try db.setMeta("boot", Opener.boot)
        }
        return recovery
    }

    private func recover(_ row: LiveRow, isSameBoot: Bool, _ recovery: inout Recovery) throws(StoreError) {
        if row.isUnlinked { state.withLock { _ = $0.unlinked.insert(row.id) } }
        guard row.kind == .file, row.blob == nil else { return }
        guard try FileFacts.at(store.livePath(row.id), followLinks: false) != nil else {
            let name = try store.path(ofLive: row.id)
            try store.catalogue.write { db in
                try db.deleteLive(row.id)
            }
            guard let name else { return }
            recovery.lost.append(ViewPath(name).description)
            return try store.catalogue.write { db in try db.restore(name, as: row) }
        }
        if row.closing == .durable || row.closing == .closed && isSameBoot {
            return state.withLock { _ = $0.candidates.insert(row.id) }
        }
        let path = try store.path(ofLive: row.id)
        let partial = try store.catalogue.write { db -> EntryName? in
            // Bytes that were closed and did not reach the disk have no pending version.
            try db.setClosing(.open, of: row.id)
            return try path.flatMap { try db.setAside(row, $0) }
        }
        guard let partial, let path else { return }
        recovery.partial.append(ViewPath(path.dropLast() + [partial]).description)
    }

    /// Removes files that no row refers to: copies that were cut off, second names of blobs, and files of older versions. Runs within a
    /// transaction, so that no command is about to refer to one.
    private func sweep() throws(StoreError) {
        let directory = store.path.appending("live")
        try store.catalogue.writeSoon { db in
            for name in try DirectoryListing.names(in: directory) {
                if let id = Int64(name), let row = try db.live(id), row.blob == nil { continue }
                try Kernel.unlink(directory.appending(name))
            }
        }
    }
}

extension Database {
    /// Gives the name of an incomplete file back to what it held before; the file becomes `<name>.partial`, which is returned.
    func setAside(_ row: LiveRow, _ path: [EntryName]) throws -> EntryName? {
        guard let parent = row.parent, try modelName(live: path) != nil else { return nil }
        let partial = try freeName(for: row.name.shortened(for: ".partial"), in: parent)
        try setParent(row.id, parent, name: partial)
        try entriesChanged(in: parent)
        try restore(path, as: row)
        return partial
    }

    /// Gives a name back what it held before a write that did not finish: bytes that were closed and are not yet a version, or a version.
    func restore(_ path: [EntryName], as row: LiveRow) throws {
        guard let name = try modelName(live: path) else { return }
        let directory = try makeLiveDirectory(path.dropLast())
        guard try live(named: name.path.name, in: directory) == nil else { return }
        if let closed = try closed(under: name) {
            try dropPendingVersions(closed, under: name)
            try setParent(closed, directory, name: name.path.name)
            return try entriesChanged(in: directory)
        }
        guard let (version, isCurrent) = try versionBefore(of: name) else { return }
        if !isCurrent {
            _ = try recordVersion(name, blob: version.blob.id, modified: version.modified, cause: .restore)
        }
        _ = try insert(
            NewNode(
                kind: .file, mode: row.mode, user: row.user, group: row.group, modified: version.modified,
                blob: version.blob.id, version: version.id),
            name.path.name, in: directory)
    }

    /// The newest file that was closed under a name and replaced, and is not a version yet.
    private func closed(under name: ModelName) throws -> Int64? {
        try Int64.fetchOne(
            cachedStatement(
                sql: """
                    SELECT live.id FROM owed JOIN live ON live.id = owed.live
                    WHERE owed.path = ? AND owed.cause = 'replace' AND live.parent IS NULL AND live.blob IS NULL
                    AND live.closed IN (1, 2) ORDER BY owed.id DESC LIMIT 1
                    """), arguments: [name.description])
    }

    /// The version that a model's name holds by its events, or held until a file that is not a version yet took its place; also if its bytes
    /// are elsewhere or lost, unless they were given up.
    func versionBefore(of name: ModelName) throws -> (version: VersionRow, isCurrent: Bool)? {
        let root = DirectoryRow.Root.models.rawValue
        guard let directory = try directory(under: root, name.directories) else { return nil }
        return try Row.fetchOne(
            cachedStatement(
                sql: """
                    SELECT version.id, version.number, model.directory, model.name, version.modified, version.recorded,
                    version.blob, blob.sha256, blob.size, blob.private, model.current IS NOT NULL AS isCurrent
                    FROM model JOIN version ON version.id = coalesce(model.current, (
                        SELECT CASE WHEN cause = 'replace' AND version IS NULL THEN previous END FROM event
                        WHERE event.model = model.id ORDER BY since DESC, id DESC LIMIT 1))
                    JOIN blob ON blob.id = version.blob
                    WHERE model.directory = ? AND model.name = ? AND blob.dropped IS NULL
                    """), arguments: [directory, name.path.name.databaseValue]
        ).map { (try VersionRow($0), try $0.value("isCurrent")) }
    }

    /// `name`, with a number if it is taken.
    func freeName(for name: EntryName, in parent: Int64) throws -> EntryName {
        var free = name
        var count = 1
        while try live(named: free, in: parent) != nil {
            count += 1
            free = name.shortened(for: "\(count)")
        }
        return free
    }
}
