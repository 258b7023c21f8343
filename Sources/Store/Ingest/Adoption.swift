import GRDB
import Glibc
import Recipe
import SystemPackage

/// What a file became in the view; nothing is left where it was.
package enum Adopted: Sendable {
    case version(AddedBytes)
    /// Not a model: the view has the file as it is.
    case plain
}

extension Store {
    /// Moves a file into the live view under `path`, without copying it if it is on the store's file system. Whenever this is cut off, the
    /// file is in the directory or in the view, or in both.
    ///
    /// The file is opened once, and everything acts on that file. Its name is removed at the end only if it still is that file, unchanged
    /// since it was read.
    package func adopt(_ item: AdoptionItem, progress: (Int) -> Void = { _ in }) throws(StoreError) -> Adopted {
        let source = try item.open()
        let facts = try source.facts()
        // Held until the name is removed: no program can begin to write meanwhile.
        let lease = try ReadLease.take(source.descriptor, source.path, patience: .milliseconds(500))
        defer { withExtendedLifetime(lease) {} }
        try source.sync()
        // Another user who owns the file, or may write to it under another name, could change the blob.
        let device = try OpenDirectory(named: path).facts().device
        let isOwn = facts.user == geteuid() && facts.names == 1 && facts.device == device
        let owned = isOwn ? lease : nil
        let isDownloading = try item.name.downloadNote.map { note throws(StoreError) in
            try item.parent().facts(note) != nil
        }
        guard let name = try modelName(live: item.path),
            try ModelFile.problem(
                with: source.descriptor, item.source, named: item.name, isDownloading: isDownloading ?? false) == nil
        else {
            try adoptPlain(item, source, facts, owned)
            progress(item.size)
            return .plain
        }
        let bytes = try publish(source, facts, owned, progress)
        let last = try source.facts()
        guard last.hasSameBytes(as: facts) else { throw .changedWhileRead(item.source) }
        let attributes = FileAttribute.all(of: source.descriptor)
        let addition = try catalogue.write { db in
            let addition = try db.add(
                name, blob: try db.blob(bytes, in: files), modified: facts.modified,
                since: max(facts.changed, facts.modified),
                cause: .move)
            try db.own(item.path, facts, attributes)
            return addition
        }
        try takeAway(item, source, as: last, while: lease, kept: bytes.digest.hex)
        if let now = try files.facts(of: bytes.digest) {
            try catalogue.writeSoon { db in try db.noteChange(ofBlob: bytes.digest, now.changed) }
        }
        return .version(AddedBytes(addition: addition, digest: bytes.digest, isNew: bytes.isNew, source: facts))
    }

    /// Makes a blob of the bytes: of the file itself if a lease guarantees that nobody writes to it, else of a copy.
    private func publish(
        _ source: OpenFile, _ facts: FileFacts, _ lease: ReadLease?, _ progress: (Int) -> Void
    ) throws(StoreError) -> PublishedBlob {
        if let lease {
            let hashed = try files.hashWithPieces(source.descriptor, source.path) { count throws(StoreError) in
                // A program that wants to write waits for this.
                guard lease.isHeld else { throw .changedWhileRead(source.path) }
                progress(count)
            }
            guard try source.facts() == facts else { throw .changedWhileRead(source.path) }
            let isPrivate = !facts.isReadableByAll
            if try isServed(hashed.digest) {
                return .init(
                    hashed.digest, size: facts.size, .known, isPrivate: isPrivate, pieces: hashed.pieces)
            }
            let linked = try files.adopt(source, hashed, size: facts.size, isPrivate: isPrivate, while: lease)
            if let linked {
                try Kernel.syncDirectory(files.directory)
                return linked
            }
            progress(-facts.size)
        }
        return try files.publish(
            source.descriptor, source.path, by: .reflinkOrCopy, isKnown: isServed, mayBeKnown: true, progress: progress)
    }

    /// Makes a directory of the view for one that is adopted.
    package func adoptDirectory(_ item: AdoptionItem) throws(StoreError) {
        let source = try item.top.directory(item.path)
        let facts = try source.facts()
        let attributes = FileAttribute.all(of: source.descriptor)
        try catalogue.write { db in
            _ = try db.makeLiveDirectory(item.path)
            try db.own(item.path, facts, attributes)
        }
    }

    /// Moves a file that is not a model into the view as it is. Its bytes are there before the transaction that names them.
    private func adoptPlain(
        _ item: AdoptionItem, _ source: OpenFile, _ facts: FileFacts, _ lease: ReadLease?
    ) throws(StoreError) {
        let name = item.name
        let drafts = try drafts()
        let parent = try catalogue.write { db in try db.makeLiveDirectory(item.path.dropLast()) }
        if let old = try live(named: name, in: parent) {
            // An adoption that was cut off before the source was removed is continued.
            guard try holds(old, source) else { throw .exists(name) }
            return try takeAway(item, source, as: facts, while: lease, kept: "live-\(old.id)")
        }
        let attributes = FileAttribute.all(of: source.descriptor)
        var copy = try lease == nil ? files.stage(source.descriptor, facts) : nil
        /// Nil if the file cannot be linked from where it is.
        func insert() throws(StoreError) -> Int64? {
            do throws(StoreError) {
                return try catalogue.write { db in
                    guard try db.live(named: name, in: parent) == nil else { throw StoreError.exists(name) }
                    let id = try db.insert(
                        NewNode(kind: .file, mode: facts.mode, user: facts.user, group: facts.group), name, in: parent)
                    if let copy {
                        try files.move(copy, to: livePath(id))
                    } else {
                        let draft = Self.draftName(id)
                        // An interrupted transaction may have left one.
                        try? drafts.remove(draft)
                        guard try source.link(into: drafts, as: draft), lease?.isHeld == true,
                            try source.facts().names == 2
                        else {
                            try? drafts.remove(draft)
                            throw StoreError.changedWhileRead(item.source)
                        }
                    }
                    try db.keep(attributes, ofLive: id)
                    try db.setClosing(.durable, of: id)
                    return id
                }
            } catch {
                guard case .system(_, _, .improperLink) = error, copy == nil else { throw error }
                return nil
            }
        }
        var id = try insert()
        if id == nil {
            copy = try files.stage(source.descriptor, facts)
            id = try insert()
        }
        let last = try source.facts()
        guard let id, last.hasSameBytes(as: facts) else { throw .changedWhileRead(item.source) }
        try drafts.sync()
        try takeAway(item, source, as: last, while: lease, kept: "live-\(id)")
    }
}

extension Database {
    /// Gives a node of the live view the mode, owner and attributes that a file had.
    fileprivate func own(_ path: [EntryName], _ facts: FileFacts, _ attributes: [FileAttribute]) throws {
        guard let name = path.last, let directory = try directory(liveNames: path.dropLast()),
            let row = try live(named: name, in: directory)
        else { return }
        try own(row.id, mode: facts.mode, user: facts.user, group: facts.group)
        try keep(attributes, ofLive: row.id)
    }
}
