import GRDB
import Glibc
package import Recipe
package import SystemPackage

/// One thing in a directory that is to be taken into the live view, with the path that it has there.
package struct AdoptionItem: Sendable {
    /// What an entry of a directory is to be in the live view.
    package enum Kind: Sendable { case directory, file, link }
    /// The directory that was named.
    let top: OpenDirectory
    /// From the directory that is taken over.
    package let path: [EntryName]
    /// What it is to be.
    package let kind: Kind
    /// The last component.
    package var name: EntryName { path[path.count - 1] }
    /// Bytes.
    package let size: Int

    /// For messages.
    package var source: FilePath { top.path(of: path) }
    /// Opens the file once more, without following links.
    package func open() throws(StoreError) -> OpenFile { try top.ownFile(path) }
    /// What holds its name now.
    func parent() throws(StoreError) -> OpenDirectory { try top.directory(path.dropLast()) }
}

/// How a file came into the view, and what is left where it was: nothing.
package enum Adopted: Sendable {
    case version(AddedBytes)
    /// No model: it lives in the view as it is.
    case plain
}

extension Store {
    /// Everything in a models directory, directories before what is in them. `refused` are names that cannot stand in a view.
    package func adoptable(
        _ directory: FilePath
    ) throws(StoreError) -> (items: [AdoptionItem], refused: [(path: FilePath, reason: String)]) {
        let top = try OpenDirectory(named: directory)
        let own = try OpenDirectory(named: path).facts()
        guard try !own.isSameFile(as: top.facts()) else { throw .conflict("\(directory) is the store itself") }
        if try top.facts(Outgoing.name) != nil { try sweep(Outgoing(beneath: top), keepsRest: true) }
        var items: [AdoptionItem] = []
        var refused: [(path: FilePath, reason: String)] = []
        try collect(top, [], (top, try top.facts(), own), &items, &refused)
        return (items, refused)
    }

    private func collect(
        _ directory: OpenDirectory, _ path: [EntryName],
        _ top: (directory: OpenDirectory, facts: FileFacts, store: FileFacts),
        _ items: inout [AdoptionItem], _ refused: inout [(path: FilePath, reason: String)]
    ) throws(StoreError) {
        func append(_ kind: AdoptionItem.Kind, _ name: EntryName, size: Int = 0) {
            items.append(AdoptionItem(top: top.directory, path: path + [name], kind: kind, size: size))
        }
        for name in try directory.entries() {
            let text: EntryName
            do { text = try EntryName(comingIn: name) } catch {
                refused.append((directory.path, error.description))
                continue
            }
            let source = directory.path(of: [text])
            guard let facts = try directory.facts(text) else { continue }
            switch facts.kind {
            case .directory where facts.device != top.facts.device:
                refused.append((source, "it is another file system"))
            case .directory where facts.isSameFile(as: top.store): refused.append((source, "it is the store itself"))
            case .directory where path.isEmpty && text == Outgoing.name:
                refused.append(
                    (source, "it holds what was taken away by a move that was cut off, and is not in the store"))
            case .directory:
                append(.directory, text)
                try collect(try directory.directory([text]), path + [text], top, &items, &refused)
            case .file: append(.file, text, size: facts.size)
            case .link: append(.link, text)
            case .other: refused.append((source, "it is not a file, directory or link"))
            }
        }
    }

    /// What keeps something from being moved, as far as that can be told before; nil where nothing does.
    package func obstacle(to item: AdoptionItem) throws(StoreError) -> String? {
        switch item.kind {
        case .directory: return nil
        case .link:
            let target = try item.parent().target(ofLink: item.name).string
            let inner = Self.relative(target, from: item) ?? target
            guard LiveView.staysInside(inner, from: item.path.dropLast()) else {
                return "it leads out of the directory; put what it leads to in its place, or take the link away"
            }
            guard let old = try holder(of: item), try !holds(old, link: inner, of: item) else { return nil }
            return "the store has something else under this name"
        case .file:
            let source = try item.open()
            if let old = try holder(of: item) {
                // Other bytes of a model are another version of it.
                let name = old.kind == .file ? try modelName(live: item.path) : nil
                if name == nil, try !holds(old, source) { return "the store has something else under this name" }
            }
            do throws(StoreError) {
                _ = try ReadLease.take(source.descriptor, source.path, patience: .milliseconds(500))
                return nil
            } catch {
                guard case .conflict = error else { throw error }
                return "a program is writing it"
            }
        }
    }

    /// Takes a file into the live view under `path` without copying it where it lies on the store's file system, and then
    /// away from where it was. Whenever this is cut off, the file is there or in the view, or both.
    ///
    /// The file is opened once. All that is done is done to that one, and what has its name at the end is taken away only if it
    /// still is that one, as it was when it was read.
    package func adopt(_ item: AdoptionItem, progress: (Int) -> Void = { _ in }) throws(StoreError) -> Adopted {
        let source = try item.open()
        let facts = try source.facts()
        // Held until the name is gone: nobody begins to write meanwhile.
        let lease = try ReadLease.take(source.descriptor, source.path, patience: .milliseconds(500))
        defer { withExtendedLifetime(lease) {} }
        try source.sync()
        // A file that somebody else owns, or may write to by another name, would let them change the blob.
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

    /// The bytes as a blob: the file itself where a lease says that nobody can write to it, else a copy.
    private func publish(
        _ source: OpenFile, _ facts: FileFacts, _ lease: ReadLease?, _ progress: (Int) -> Void
    ) throws(StoreError) -> PublishedBlob {
        if let lease {
            let hashed = try files.hashWithPieces(source.descriptor, source.path) { count throws(StoreError) in
                // Whoever wants to write waits for this.
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

    /// A directory of the view for one that is adopted.
    package func adoptDirectory(_ item: AdoptionItem) throws(StoreError) {
        let source = try item.top.directory(item.path)
        let facts = try source.facts()
        let attributes = FileAttribute.all(of: source.descriptor)
        try catalogue.write { db in
            _ = try db.makeLiveDirectory(item.path)
            try db.own(item.path, facts, attributes)
        }
    }

    /// A file that is not a model comes into the view as it is. Its bytes are there before the transaction that names them.
    private func adoptPlain(
        _ item: AdoptionItem, _ source: OpenFile, _ facts: FileFacts, _ lease: ReadLease?
    ) throws(StoreError) {
        let name = item.name
        let drafts = try drafts()
        let parent = try catalogue.write { db in try db.makeLiveDirectory(item.path.dropLast()) }
        if let old = try live(named: name, in: parent) {
            // An adoption that was cut off before the source was taken away is gone on with.
            guard try holds(old, source) else { throw .exists(name) }
            return try takeAway(item, source, as: facts, while: lease, kept: "live-\(old.id)")
        }
        let attributes = FileAttribute.all(of: source.descriptor)
        var copy = try lease == nil ? files.stage(source.descriptor, facts) : nil
        /// Nil where the file cannot be linked from where it is.
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
                        // As a transaction left it that was cut off.
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
    /// Gives a node of the live view the mode, the owner and the attributes that a file had.
    fileprivate func own(_ path: [EntryName], _ facts: FileFacts, _ attributes: [FileAttribute]) throws {
        guard let name = path.last, let directory = try directory(liveNames: path.dropLast()),
            let row = try live(named: name, in: directory)
        else { return }
        try own(row.id, mode: facts.mode, user: facts.user, group: facts.group)
        try keep(attributes, ofLive: row.id)
    }
}
