import GRDB
package import Recipe

// Changes names in the live view. None of this touches bytes; every model that loses or gets a name is an event.

extension LiveView {
    /// Makes a directory; throws EEXIST if the name is taken.
    package func makeDirectory(
        _ name: EntryName, in directory: Int64, mode: UInt32, by caller: Caller
    ) throws(StoreError) -> LiveRow {
        try make(.directory, name, in: directory, mode: mode, target: nil, by: caller)
    }

    /// Makes a symbolic link that stays inside the view. `target` is relative: an absolute one would depend on the mount point, and one
    /// that leads out of the view would lead to something that cannot be a version.
    package func makeLink(
        _ name: EntryName, to target: String, in directory: Int64, by caller: Caller
    ) throws(StoreError) -> LiveRow {
        guard let path = try store.path(ofLive: directory) else { throw .gone(name) }
        guard Self.staysInside(target, from: path) else { throw .leavesView(target) }
        return try make(.link, name, in: directory, mode: 0o777, target: target, by: caller)
    }

    /// The target of a link. A catalogue from elsewhere may hold targets that could not be made here.
    package func target(of link: LiveRow) throws(StoreError) -> String {
        guard let parent = link.parent, let path = try store.path(ofLive: parent) else { return link.target }
        guard Self.staysInside(link.target, from: path) else { throw .leavesView(link.target) }
        return link.target
    }

    static func staysInside(_ target: String, from directory: [EntryName]) -> Bool {
        guard target.utf8.first != UInt8(ascii: "/") else { return false }
        var depth = directory.count
        for part in target.slashed where part != "." {
            depth += part == ".." ? -1 : 1
            guard depth >= 0 else { return false }
        }
        return true
    }

    private func make(
        _ kind: LiveRow.Kind, _ name: EntryName, in directory: Int64, mode: UInt32, target: String?, by caller: Caller
    ) throws(StoreError) -> LiveRow {
        try Kernel.requireReserve(store.path)
        let id = try store.catalogue.writeSoon { db in
            guard let parent = try store.live(directory, db), parent.kind == .directory else {
                throw StoreError.gone(name)
            }
            guard try store.live(named: name, in: directory, db) == nil else { throw StoreError.exists(name) }
            let node = NewNode(kind: kind, mode: mode, user: caller.user, group: caller.group, target: target)
            return try db.insert(node.inheriting(from: parent), name, in: directory)
        }
        guard let row = try store.live(id) else { throw .gone(name) }
        return row
    }

    /// The corresponding operation is `unlink`.
    package func remove(_ name: EntryName, in directory: Int64, by caller: Caller) throws(StoreError) {
        let row = try store.catalogue.writeSoon { db in
            guard let row = try store.live(named: name, in: directory, db) else { throw StoreError.absent(name) }
            guard row.kind != .directory else { throw StoreError.isDirectory(name) }
            try unname(row, .delete, by: caller, db)
            return row
        }
        unlinked(row)
        try reconsider(partner: name, in: directory)
    }

    /// The corresponding operation is `rmdir`.
    package func removeDirectory(_ name: EntryName, in directory: Int64, by caller: Caller) throws(StoreError) {
        try store.catalogue.writeSoon { db in
            guard let row = try store.live(named: name, in: directory, db) else { throw StoreError.absent(name) }
            guard row.kind == .directory else { throw StoreError.notDirectory(name) }
            guard try !db.hasEntries(row.id) else { throw StoreError.notEmptyDirectory(name) }
            try db.deleteLive(row.id)
            try db.entriesChanged(in: directory)
        }
    }

    /// The corresponding operation is `rename`.
    package func rename(
        _ name: EntryName, in directory: Int64, to newName: EntryName, in newDirectory: Int64, _ mode: RenameMode,
        by caller: Caller
    ) throws(StoreError) {
        var came: [Int64] = []
        let replaced = try store.catalogue.writeSoon { db -> LiveRow? in
            came = []
            guard let row = try store.live(named: name, in: directory, db) else { throw StoreError.absent(name) }
            guard try store.live(newDirectory, db)?.kind == .directory else { throw StoreError.gone(newName) }
            let other = try store.live(named: newName, in: newDirectory, db)
            if mode == .exchange, other == nil { throw StoreError.absent(newName) }
            if mode == .new, other != nil { throw StoreError.exists(newName) }
            if row.id == other?.id { return nil }
            try refuseLoop(row, into: newDirectory, db)
            if mode == .exchange, let other { try refuseLoop(other, into: directory, db) }
            if mode == .replace, let other { try refuseReplacing(other, by: row, db) }
            let process = try caller.opener.map { try db.process($0) }
            let from = try store.path(ofLive: row.id, db) ?? []
            let to = (try store.path(ofLive: newDirectory, db) ?? []) + [newName]
            let moved = try db.files(below: row, path: from)
            let swapped = try mode == .exchange ? other.map { try db.files(below: $0, path: to) } ?? [] : []
            for (file, path) in moved + swapped {
                let cause: Cause = mode == .exchange ? .exchange : .rename
                try db.lost(file, path: path, cause: cause, process: process)
            }
            if let other {
                if mode == .exchange {
                    try db.setParent(other.id, nil, name: other.name)
                } else if other.kind == .directory {
                    try db.deleteLive(other.id)
                } else {
                    try unname(other, .replace, by: caller, db)
                }
            }
            if newDirectory == directory {
                try db.setName(row.id, newName)
            } else {
                try db.setParent(row.id, newDirectory, name: newName)
            }
            if mode == .exchange, let other { try db.setParent(other.id, directory, name: name) }
            for (file, path) in moved {
                let path = to + path.dropFirst(from.count)
                try db.won(file, path: path, cause: .rename, process: process)
                if file.blob == nil, try db.modelName(live: path) != nil { came.append(file.id) }
            }
            for (file, path) in swapped {
                let path = from + path.dropFirst(to.count)
                try db.won(file, path: path, cause: .exchange, process: process)
                if file.blob == nil, try db.modelName(live: path) != nil { came.append(file.id) }
            }
            try db.entriesChanged(in: directory)
            if newDirectory != directory { try db.entriesChanged(in: newDirectory) }
            return mode == .exchange ? nil : other
        }
        if let replaced, replaced.kind != .directory { unlinked(replaced) }
        // The renamed file may be a whole model now, and so may a file that was being downloaded beside it.
        reconsider(came)
        if ModelName.pipelineMarks.contains(newName), let path = try store.path(ofLive: newDirectory) {
            try reconsiderPipeline(path)
        }
        try reconsider(partner: newName, in: newDirectory)
        try reconsider(partner: name, in: directory)
    }

    /// A user who may not keep these bits writes: removes the set-user-ID bit, and the set-group-ID bit of a file that its group may run.
    package func dropPrivileges(_ id: Int64) throws(StoreError) {
        guard let mode = try store.live(id)?.mode else { return }
        let dropped = mode & ~(mode & 0o010 != 0 ? 0o6000 : 0o4000)
        guard dropped != mode else { return }
        var change = InodeChange()
        change.mode = dropped
        try self.change(id, change)
    }

    /// The corresponding operation is `setattr`, except for sizes.
    package func change(_ id: Int64, _ change: InodeChange) throws(StoreError) {
        guard !change.isEmpty else { return }
        try store.catalogue.writeSoon { db in
            var change = change
            if let wanted = change.modified,
                let version = try Int64.fetchOne(
                    cachedStatement(db, "SELECT version FROM live WHERE id = ? AND closed <> 4"), arguments: [id])
            {
                change.modified = try db.setTime(wanted, ofVersion: version)
            }
            try db.setLive(
                id, mode: change.mode, user: change.user, group: change.group, accessed: change.accessed,
                modified: change.modified)
            if let mode = change.mode, mode & 0o004 != 0, let blob = try db.live(id)?.blob, blob.isPrivate {
                try db.makeReadable(blob: blob.id)
            }
            guard change.accessed != nil || change.modified != nil else { return }
            // A draft's times are its file's, so that writing goes on moving them.
            if let row = try db.live(id), row.kind == .file, row.blob == nil {
                try Kernel.setTimes(
                    self.store.livePath(row.fileRow), accessed: change.accessed, modified: change.modified)
            }
        }
    }

    private func unname(_ row: LiveRow, _ cause: Cause, by caller: Caller, _ db: Database) throws {
        let process = try caller.opener.map { try db.process($0) }
        if row.kind == .file, let path = try db.path(ofLive: row.id) {
            try db.lost(row, path: path, cause: cause, process: process)
        }
        try db.unname(row)
    }

    /// A version of its bytes may still be pending, and its row stays for programs that have it open.
    func unlinked(_ row: LiveRow) {
        state.withLock { state in
            state.unlinked.insert(row.id)
            state.candidates.insert(row.id)
        }
    }

    private func reconsider(_ ids: [Int64]) { state.withLock { $0.candidates.formUnion(ids) } }

    private func refuseLoop(_ row: LiveRow, into directory: Int64, _ db: Database) throws {
        guard row.kind == .directory else { return }
        var next: Int64? = directory
        for _ in 0..<DirectoryRow.depthLimit {
            guard let id = next else { return }
            if id == row.id { throw StoreError.loop(row.name) }
            next = try db.live(id)?.parent
        }
        throw StoreError.loop(row.name)
    }

    private func refuseReplacing(_ other: LiveRow, by row: LiveRow, _ db: Database) throws {
        switch (row.kind == .directory, other.kind == .directory) {
        case (true, false): throw StoreError.notDirectory(other.name)
        case (false, true): throw StoreError.isDirectory(other.name)
        case (true, true): if try db.hasEntries(other.id) { throw StoreError.notEmptyDirectory(other.name) }
        case (false, false): break
        }
    }

    private func reconsider(partner name: EntryName, in directory: Int64) throws(StoreError) {
        guard let model = name.without(suffix: ".aria2"), let row = try store.live(named: model, in: directory)
        else { return }
        reconsider([row.id])
    }
}

private func cachedStatement(_ db: Database, _ sql: String) throws -> Statement { try db.cachedStatement(sql: sql) }
