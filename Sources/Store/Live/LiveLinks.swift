import GRDB
import Recipe

// Symbolic links are names: the target of a link also has a version under the link's name, for as long as the link leads to it. A link does
// not notice that its target has changed, so after each commit the targets of all links are compared with those that were noted
// (`linkName`).

extension LiveView {
    /// Notes what the links of the view lead to now, and makes candidates of files that are models only by a link's name.
    func settleLinks() throws(StoreError) {
        let commit = store.newestCommit
        guard state.withLock({ !$0.linksSettled.isSame(as: commit) }) else { return }
        // Commits that change no row of the view, such as those of snapshots and loads, change no link's target.
        let changes = store.mirror.changes
        let isSame = state.withLock { state in
            let isSame = changes != nil && changes == state.linksChanges
            if isSame { state.linksSettled = commit }
            return isSame
        }
        if isSame { return }
        FaultPoint.pass("follows the links of", store.path)
        let found = try store.catalogue.read { db in
            let found = try db.linkNames()
            return (names: found, isSettled: try db.settleLinks(found, isDryRun: true))
        }
        if !found.isSettled {
            try store.catalogue.writeSoon { db in _ = try db.settleLinks(db.linkNames(), isDryRun: false) }
        }
        let drafts = found.names.filter { $0.value.blob == nil && $0.value.isClosed }
        state.withLock { state in
            state.linksSettled = commit
            state.linksChanges = changes
            state.linkedDrafts = Dictionary(
                drafts.map { ($0.value.id, $0.key) }, uniquingKeysWith: { $1.description < $0.description ? $1 : $0 })
            state.candidates.formUnion(state.linkedDrafts.keys)
        }
    }
}

extension LiveRow {
    fileprivate var isClosed: Bool { closing == .closed || closing == .durable }
}

extension Store {
    /// The name of a link that leads to these bytes, for files that have no model's name of their own.
    package func linkName(of blob: Blob) throws(StoreError) -> ModelName? {
        try catalogue.read { db in
            try String.fetchOne(
                db.cachedStatement(sql: "SELECT path FROM linkName WHERE blob = ? ORDER BY path LIMIT 1"),
                arguments: [blob.id])
        }.flatMap { ModelName(known: $0) }
    }
}

extension Database {
    /// As many links as the kernel follows in one path.
    private static let linkLimit = 40

    /// The files that links lead to, by the models' names that the links give them.
    fileprivate func linkNames() throws -> [ModelName: LiveRow] {
        var names: [ModelName: LiveRow] = [:]
        let links = try Row.fetchAll(
            cachedStatement(sql: "\(LiveRow.columns) WHERE live.kind = 2 AND live.parent IS NOT NULL ORDER BY live.id")
        ).named(LiveRow.init)
        for link in links {
            guard let path = try path(ofLive: link.id), let target = try follow(link) else { continue }
            // A link to a directory that contains it would have names without end.
            guard !path.starts(with: target.path) else { continue }
            for (file, inner) in try linkedFiles(below: target.row, path: path) {
                guard let name = try modelName(live: inner) else { continue }
                names[name] = file
            }
        }
        return names
    }

    /// Every file at or below the target of a link, by the path through the link, including files that another link there leads to, as in a
    /// Hugging Face cache. Links to directories are not followed a second time, or there could be names without end.
    private func linkedFiles(below row: LiveRow, path: [EntryName]) throws -> [(row: LiveRow, path: [EntryName])] {
        switch row.kind {
        case .file: return [(row, path)]
        case .directory:
            return try live(in: row.id).flatMap { try linkedFiles(below: $0, path: path + [$0.name]) }
        case .link: return try follow(row).flatMap { $0.row.kind == .file ? [($0.row, path)] : [] } ?? []
        }
    }

    /// The target of a link, with its path; nil if there is none.
    func follow(_ link: LiveRow) throws -> (row: LiveRow, path: [EntryName])? {
        guard let parent = link.parent, var path = try path(ofLive: parent) else { return nil }
        var rows: [Int64] = [LiveRow.root]
        for name in path {
            guard let row = try live(named: name, in: rows[rows.count - 1]) else { return nil }
            rows.append(row.id)
        }
        var pending = link.target.slashed.map { String($0) }
        var followed = 1
        while !pending.isEmpty {
            let part = pending.removeFirst()
            if part.isEmpty || part == "." { continue }
            if part == ".." {
                guard !path.isEmpty else { return nil }
                path.removeLast()
                rows.removeLast()
                continue
            }
            guard let name = try? EntryName(part), let row = try child(name, of: rows[rows.count - 1]) else {
                return nil
            }
            switch row.kind {
            case .directory:
                path.append(row.name)
                rows.append(row.id)
            case .file: return pending.isEmpty ? (row, path + [name]) : nil
            case .link:
                followed += 1
                guard followed <= Self.linkLimit, row.target.utf8.first != UInt8(ascii: "/") else { return nil }
                pending = row.target.slashed.map { String($0) } + pending
            }
        }
        guard let row = try live(rows[rows.count - 1]) else { return nil }
        return (row, path)
    }

    /// At the top of the view, an absent folder stands for the one that holds its models under another name.
    private func child(_ name: EntryName, of directory: Int64) throws -> LiveRow? {
        if let row = try live(named: name, in: directory) { return row }
        guard directory == LiveRow.root else { return nil }
        for alias in Folder.aliases(of: name) {
            if let row = try live(named: alias, in: directory), row.kind == .directory { return row }
        }
        return nil
    }

    /// Makes the names of links hold what the links lead to; returns whether they already did.
    fileprivate func settleLinks(_ found: [ModelName: LiveRow], isDryRun: Bool) throws -> Bool {
        var known: [ModelName: Int64] = [:]
        for row in try Row.fetchAll(cachedStatement(sql: "SELECT path, blob FROM linkName")) {
            guard let name = ModelName(known: try row.value(0) as String) else { continue }
            known[name] = try row.value(1) as Int64
        }
        let wanted = found.filter { $0.value.blob != nil && !$0.value.mayChange }
        // If the target is about to be written, or is not a version yet, its name keeps what it held.
        let gone = known.keys.filter { found[$0] == nil }.sorted { $0.description < $1.description }
        let changed = wanted.filter { known[$0.key] != $0.value.blob?.id }
            .sorted { $0.key.description < $1.key.description }
        guard !gone.isEmpty || !changed.isEmpty else { return true }
        guard !isDryRun else { return false }
        for name in gone {
            try setLinkName(name, nil)
            // A file may have taken the name by now, and then has events of its own.
            let directory = try directory(liveNames: name.directories)
            let file = try directory.flatMap { try live(named: name.path.name, in: $0) }
            if file?.blob == nil { try recordRemoval(of: name, cause: .delete) }
        }
        for (name, row) in changed {
            guard let blob = row.blob else { continue }
            _ = try recordVersion(name, blob: blob.id, modified: row.modified, cause: .link)
            try setLinkName(name, blob.id)
        }
        return false
    }
}
