import GRDB
package import Recipe
import SystemPackage

/// What `release` would write to give a models directory back.
package struct ReleasePlan: Sendable {
    /// One entry of the live view, and what it becomes.
    package struct Item: Sendable {
        /// The entry.
        package let row: LiveRow
        /// From the root of `models/`.
        package let path: ViewPath
    }
    /// Directories come before their contents.
    package var items: [Item] = []
    /// Total size of the files. Bytes.
    package var size = 0
}

extension Store {
    /// Plans what would be written to give the live view back as plain files; changes nothing.
    package func releasePlan() throws(StoreError) -> ReleasePlan {
        try catalogue.read { db in
            var plan = ReleasePlan()
            var pending: [(Int64, ViewPath)] = [(LiveRow.root, ViewPath([]))]
            while let (directory, path) = pending.popLast() {
                for row in try db.live(in: directory) {
                    plan.items.append(.init(row: row, path: path.appending(row.name)))
                    if row.kind == .directory { pending.append((row.id, path.appending(row.name))) }
                }
            }
            plan.size = plan.items.total { $0.row.blob?.size ?? 0 }
            return plan
        }
    }

    /// Throws if files would have to be copied and there is no room for them.
    package func requireRoom(for plan: ReleasePlan, in directory: OpenDirectory) throws(StoreError) {
        let available = try Kernel.available(directory.descriptor, directory.path)
        guard plan.size >= available, let blob = plan.items.lazy.compactMap({ $0.row.blob }).first else { return }
        let probe: EntryName = ".reprofs-release"
        let file = try directory.makeFile(probe)
        defer { try? directory.remove(probe) }
        if case .file(let source) = try contents(of: blob), Kernel.reflink(source, to: file.descriptor) { return }
        throw .noSpace(directory.path, needed: plan.size, available: available)
    }

    /// Writes a node of the live view below `top`, following and replacing nothing that is there by then. Files share blocks with the store
    /// if the file system can; with `isMove` they leave the store, and everything that depends on their bytes says so from then on.
    /// Whenever this is cut off, every byte is in the store, in the directory, or in both.
    package func release(_ item: ReleasePlan.Item, to top: OpenDirectory, isMove: Bool) throws(StoreError) {
        guard let name = item.path.name else { return }
        let row = item.row
        let parent = try top.directory(item.path.parents)
        switch row.kind {
        case .directory:
            let made = try parent.makeNewDirectory(name, mode: 0o700)
            for attribute in try attributes(ofLive: row.id) { attribute.set(on: made.descriptor) }
            try made.setMode(
                try row.ownedMode { user, group throws(StoreError) in try made.setOwner(user, group) } | 0o700)
        case .link: try parent.makeLink(name, to: row.target)
        case .file:
            if isMove, try releaseBlob(row, to: parent, as: name) { return }
            let file = try copy(row, to: parent)
            try finish(file, row)
            guard try parent.rename(file.name, to: parent, as: name) else {
                try? parent.remove(file.name)
                throw .exists(name)
            }
            try parent.sync()
        }
    }

    /// Gives a blob's file itself back if no other name needs it and it is on the same file system; returns whether it did.
    private func releaseBlob(
        _ row: LiveRow, to parent: OpenDirectory, as name: EntryName
    ) throws(StoreError) -> Bool {
        guard let blob = row.blob, case .file = try contents(of: blob) else { return false }
        let isLast = try catalogue.read { db in
            try Int.fetchOne(
                db.cachedStatement(sql: "SELECT count(*) FROM live WHERE blob = ? AND parent IS NOT NULL"),
                arguments: [blob.id])
                == 1
        }
        guard isLast else { return false }
        let file = try files.file(blob.digest)
        // Its mode keeps those from reading it who may not.
        let mode = try file.facts().mode
        if mode & ~row.mode & 0o444 != 0 { try file.setMode(mode & row.mode) }
        do throws(StoreError) {
            guard try file.link(into: parent, as: name) else { throw StoreError.exists(name) }
        } catch {
            guard case .system(_, _, .improperLink) = error else { throw error }
            return false
        }
        // Somebody may have removed the name again: then the store keeps its own.
        guard try parent.facts(name)?.isSameFile(as: file.facts()) == true else { throw .gone(name) }
        try catalogue.write { db in try db.setState(of: blob.id, .lost) }
        try parent.sync()
        try OpenDirectory(named: files.directory).remove(EntryName(blob.digest))
        try finish((file, name), row)
        return true
    }

    /// Makes a copy beside its destination, which nobody else can read yet.
    private func copy(_ row: LiveRow, to parent: OpenDirectory) throws(StoreError) -> (file: OpenFile, name: EntryName)
    {
        let temporary = EntryName.temporary()
        let copy = try parent.makeFile(temporary)
        do throws(StoreError) {
            if let blob = row.blob {
                try write(blob, to: copy)
            } else {
                let source = try drafts().file([Self.draftName(row.fileRow)])
                try source.descriptor.copy(to: copy.descriptor, copy.path) { _ in }
                try copy.setTimes(accessed: nil, modified: try source.facts().modified)
            }
        } catch {
            try? parent.remove(temporary)
            throw error
        }
        return (copy, temporary)
    }

    private func finish(_ file: (file: OpenFile, name: EntryName), _ row: LiveRow) throws(StoreError) {
        let attributes = try attributes(ofLive: row.id)
        if !attributes.isEmpty {
            // Setting an attribute needs the right to write.
            try file.file.setMode(0o600)
            for attribute in attributes { attribute.set(on: file.file.descriptor) }
        }
        // Changing the owner clears some bits of the mode.
        try file.file.setMode(
            try row.ownedMode { user, group throws(StoreError) in try file.file.setOwner(user, group) })
        if row.blob != nil { try file.file.setTimes(accessed: row.accessed, modified: row.modified) }
        try file.file.sync()
    }
}

extension LiveRow {
    /// Sets the owner if the row has one, and returns the mode that goes with it: an ordinary user cannot give files away, and then they
    /// must not run as their former owner.
    fileprivate func ownedMode(_ setOwner: (UInt32, UInt32) throws(StoreError) -> Void) throws(StoreError) -> UInt32 {
        guard let user, let group else { return mode }
        do throws(StoreError) { try setOwner(user, group) } catch {
            guard case .system(_, _, .notPermitted) = error else { throw error }
            return mode & ~0o6000
        }
        return mode
    }
}
