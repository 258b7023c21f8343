import Recipe
import SystemPackage

// How a name is removed from an adopted directory once the store has what it stood for; see ``Outgoing``.

extension Store {
    /// Removes the name of an item. The store has the bytes: `kept` says where, as ``sweepOutgoing()`` reads it.
    func takeAway(
        _ item: AdoptionItem, _ source: OpenFile, as last: FileFacts, while lease: ReadLease?, kept: String
    ) throws(StoreError) {
        let isMeant = { (directory: OpenDirectory, name: EntryName) throws(StoreError) -> Bool in
            guard let facts = try directory.facts(name) else { return false }
            // Its ctime is now the time of the renaming.
            return facts.isSameFile(as: last) && facts.hasSameBytes(as: last) && facts.kind == .file
        }
        // If a program has since written to the file, or changed its names or mode, it is no longer the file that was read, and stays.
        // Nobody can have written while the lease was held; then the ctime may differ only because another process publishes the same
        // bytes.
        let now = try source.facts()
        guard now == last || (lease?.isHeld == true && now.hasSameBytes(as: last)) else {
            throw .conflict(
                "\(item.source) changed while it was moved; it is in the store, and was left where it is too")
        }
        try takeAway(item, kept: kept, isMeant)
    }

    func takeAway(
        _ item: AdoptionItem, kept: String, _ isMeant: (OpenDirectory, EntryName) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let parent = try item.parent()
        do throws(StoreError) {
            try Outgoing(in: path).take(item.name, from: parent, as: kept, isMeant)
        } catch {
            // It is on another file system, or another mount of the same one.
            guard case .system(_, _, .improperLink) = error else { throw error }
            let outgoing = try Outgoing(beneath: item.top)
            defer { _ = try? item.top.removeDirectory(Outgoing.name) }
            try outgoing.take(item.name, from: parent, as: kept, isMeant)
        }
    }

    /// Removes a directory from which everything was adopted; false if something is left in it.
    package func removeAdopted(_ item: AdoptionItem) -> Bool {
        (try? item.parent().removeDirectory(item.name)) == true
    }

    func hasSameBytes(_ own: OpenFile, _ other: OpenFile) throws(StoreError) -> Bool {
        let (ours, theirs) = (try own.facts(), try other.facts())
        if ours.isSameFile(as: theirs) { return true }
        guard ours.size == theirs.size else { return false }
        return try files.hash(own.descriptor, own.path) == files.hash(other.descriptor, other.path)
    }

    /// Sorts what interrupted moves left: a file that the store also has is removed, everything else is moved to quarantine.
    func sweepOutgoing() throws(StoreError) {
        guard try FileFacts.at(path.appending("outgoing")) != nil else { return }
        try sweep(try Outgoing(in: path), keepsRest: false)
    }

    func sweep(_ outgoing: Outgoing, keepsRest: Bool) throws(StoreError) {
        try outgoing.sweep { directory, name throws(StoreError) in
            // The part behind the token only makes names unique.
            let token = name.text.splitAtLast(".")?.before ?? name.text
            if try isKept(name, in: directory, token) { return try directory.remove(name) }
            guard !keepsRest else { return }
            try makeQuarantine()
            _ = try directory.rename(name, to: try OpenDirectory(named: quarantine), as: name)
        }
    }

    /// Whether the store has the bytes of a file: the blob or row that the token names has them.
    private func isKept(_ name: EntryName, in directory: OpenDirectory, _ token: String) throws(StoreError) -> Bool {
        let kind = try directory.facts(name)?.kind
        // Before a link is removed, the view has it.
        guard kind == .file else { return kind == .link && token == "link" }
        let own: OpenFile?
        if let digest = Digest(hex: token) {
            own = try isServed(digest) ? try? files.file(digest) : nil
        } else if let id = Int64(token.dropFirst(5)), token.utf8.starts(with: "live-".utf8), let row = try live(id) {
            own = try? drafts().file([Self.draftName(row.fileRow)])
        } else {
            own = nil
        }
        guard let own else { return false }
        return try hasSameBytes(own, try directory.ownFile([name]))
    }
}
