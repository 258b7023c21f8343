import GRDB
import Glibc
import Recipe
import Synchronization
import SystemPackage

/// What a process that ended without unmounting left, and what became of it.
package struct Recovery: Sendable {
    /// Closed models that now have their versions.
    package var published: [String] = []
    /// Files that were never closed, under the names that they have now.
    package var partial: [String] = []
    /// Names whose bytes never reached the disk.
    package var lost: [String] = []
}

extension LiveView {
    /// Brings the view in order after a kill or a power cut, before anybody is served. With another mount of the store at
    /// work it does nothing: what is being written there is not left behind.
    package func recover() throws(StoreError) -> Recovery {
        try Kernel.holding(store.path.appending("live"), .exclusive) { () throws(StoreError) in
            guard try store.mounts().allSatisfy({ $0.id == mount }) else { return Recovery() }
            var recovery = Recovery()
            let last = try store.one("SELECT value FROM meta WHERE key = 'boot'", []) { $0[0] as String }
            let isSameBoot = last == nil || last == Opener.boot
            try replayJournals(isSameBoot: isSameBoot)
            for row in try store.catalogue.read({ try $0.unsettled() }) {
                try recover(row, isSameBoot: isSameBoot, &recovery)
            }
            let published = try publish()
            recovery.published += published.versions.map { "\($0.name)" }
            try sweep()
            // Last: who is killed on the way must not trust at the next start what this one did not.
            try store.catalogue.write { db in
                try db.execute(
                    db.cachedStatement(
                        sql: "INSERT INTO meta VALUES ('boot', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1"),
                    [Opener.boot])
            }
            return recovery
        }
    }

    /// Gives the files of a mount that was killed the rows that they had not got yet. A power cut may have taken any part of a
    /// journal, also that a file has had its row since, and was deleted: then only the catalogue counts, as what was synced is there.
    private func replayJournals(isSameBoot: Bool) throws(StoreError) {
        let directory = store.path.appending("live")
        for name in try DirectoryListing.names(in: directory) where name.hasPrefix(LiveJournal.prefix) {
            let path = directory.appending(name)
            let files = try isSameBoot ? LiveJournal.files(in: path) : [:]
            try store.catalogue.write { db in
                var unsettled = Unsettled()
                for (id, file) in files where try db.live(id) == nil && mode(of: store.livePath(id)) != nil {
                    unsettled.files[id] = file
                    unsettled.touched[file.parent] = .now()
                }
                try db.settle(unsettled, mount: nil)
            }
            try Kernel.unlink(path)
        }
    }

    private func recover(_ row: LiveRow, isSameBoot: Bool, _ recovery: inout Recovery) throws(StoreError) {
        let path = store.livePath(row.id)
        guard row.kind == .file, row.blob == nil else {
            // Without a name, and nobody has it open.
            state.withLock { _ = $0.forgotten.insert(row.id) }
            return
        }
        guard let mark = mode(of: path) else {
            let name = try store.path(ofLive: row.id)
            try store.catalogue.write { db in
                try db.execute(db.cachedStatement(sql: "DELETE FROM live WHERE id = ?"), [row.id])
            }
            if let name {
                recovery.lost.append(ViewPath(name).description)
                try restore(name)
            }
            return
        }
        let isTrusted = mark == .durable || mark == .whole && isSameBoot
        if row.isUnlinked {
            // A name that it lost may still be owed a version.
            let isOwed = try store.catalogue.read { db in
                try Int.fetchOne(db.cachedStatement(sql: "SELECT 1 FROM owed WHERE live = ?"), arguments: [row.id])
                    != nil
            }
            if isOwed, isTrusted { try queue(row.id) }
            state.withLock { _ = $0.forgotten.insert(row.id) }
            return
        }
        guard let name = try store.path(ofLive: row.id), ModelName(live: name) != nil else { return }
        if isTrusted { return try consider(row.id) }
        let partial = try store.catalogue.write { db in
            guard let parent = row.parent else { return row.name }
            let partial = try db.freeName(for: row.name.shortened(for: ".partial"), in: parent)
            try db.setParent(row.id, parent, name: partial)
            try db.entriesChanged(in: parent)
            return partial
        }
        recovery.partial.append(ViewPath(name.dropLast() + [partial]).description)
        try restore(name)
    }

    private func queue(_ id: Int64) throws(StoreError) {
        let draft = Draft(row: id, staged: try Kernel.openStaged(store.livePath(id)), store)
        try draft.flush()
        state.withLock { state in
            state.drafts[id] = draft
            state.pending.insert(id)
        }
    }

    /// What a name held before somebody began to write and did not finish is what it holds again.
    private func restore(_ path: [EntryName]) throws(StoreError) {
        guard let name = ModelName(live: path) else { return }
        try store.catalogue.write { db in
            guard let version = try db.currentVersion(of: name) else { return }
            let directory = try db.makeLiveDirectory(path.dropLast())
            guard try db.live(named: name.path.name, in: directory) == nil else { return }
            _ = try db.insert(
                NewNode(
                    kind: .file, mode: 0o644, modified: version.modified, blob: version.blob.id, version: version.id),
                name.path.name, in: directory)
        }
    }

    private func mode(of path: FilePath) -> Draft.Mark? {
        var facts = stat()
        guard path.withPlatformString({ lstat($0, &facts) }) == 0 else { return nil }
        // Adopted as a blob, but no row says so yet: that was on disk too.
        if facts.st_mode & 0o777 == 0o444 { return .durable }
        return Draft.Mark(rawValue: facts.st_mode & 0o777) ?? .writing
    }

    /// Removes files that no row knows: copies that were cut off, or second names of blobs.
    private func sweep() throws(StoreError) {
        let directory = store.path.appending("live")
        for name in try DirectoryListing.names(in: directory) {
            if let id = Int64(name), let row = try store.live(id), row.blob == nil { continue }
            if let id = Int64(name), draft(id) != nil { continue }
            if name.hasPrefix(LiveJournal.prefix) { continue }
            try Kernel.unlink(directory.appending(name))
        }
    }
}

extension Database {
    /// What a model's name holds, as its events tell.
    func currentVersion(of name: ModelName) throws -> VersionRow? {
        let root = DirectoryRow.Root.models.rawValue
        guard let directory = try directory(under: root, name.directories) else { return nil }
        return try Row.fetchOne(
            cachedStatement(
                sql: """
                    SELECT version.id, version.number, model.directory, model.name, version.modified, version.recorded,
                    version.blob, blob.sha256, blob.size FROM model JOIN version ON version.id = model.current
                    JOIN blob ON blob.id = version.blob WHERE model.directory = ? AND model.name = ?
                    """), arguments: [directory, name.path.name]
        ).map(VersionRow.init)
    }
}
