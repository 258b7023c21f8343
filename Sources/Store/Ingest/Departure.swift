import Recipe
import SystemPackage

// How a name goes from where it was once the store has what it stood for; see ``Outgoing``.

extension Store {
    /// The store has the bytes: `kept` says where, as ``sweepOutgoing()`` reads it.
    func takeAway(
        _ item: AdoptionItem, _ source: OpenFile, as last: FileFacts, while lease: ReadLease?, kept: String
    ) throws(StoreError) {
        let isMeant = { (directory: OpenDirectory, name: EntryName) throws(StoreError) -> Bool in
            guard let facts = try directory.facts(name) else { return false }
            // Its ctime is that of the renaming by now.
            return facts.isSameFile(as: last) && facts.hasSameBytes(as: last) && facts.kind == .file
        }
        // Whoever wrote to it since, or gave it names or modes, meant this file and not the one that was read. While the lease is
        // held nobody wrote; its ctime moves where another process publishes the same bytes.
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
            // Another file system, or another mount of the same.
            guard case .system(_, _, .improperLink) = error else { throw error }
            let outgoing = try Outgoing(beneath: item.top)
            defer { _ = try? item.top.removeDirectory(Outgoing.name) }
            try outgoing.take(item.name, from: parent, as: kept, isMeant)
        }
    }

    /// Takes away a directory from which everything was adopted; false where something is left in it.
    package func removeAdopted(_ item: AdoptionItem) -> Bool {
        (try? item.parent().removeDirectory(item.name)) == true
    }

    func hasSameBytes(_ own: OpenFile, _ other: OpenFile) throws(StoreError) -> Bool {
        let (ours, theirs) = (try own.facts(), try other.facts())
        if ours.isSameFile(as: theirs) { return true }
        guard ours.size == theirs.size else { return false }
        return try files.hash(own.descriptor, own.path) == files.hash(other.descriptor, other.path)
    }

    /// What moves left that were cut off between taking a name away and removing it: what the store has as well goes, everything else
    /// is kept in quarantine.
    func sweepOutgoing() throws(StoreError) {
        guard try FileFacts.at(path.appending("outgoing")) != nil else { return }
        try sweep(try Outgoing(in: path), keepsRest: false)
    }

    func sweep(_ outgoing: Outgoing, keepsRest: Bool) throws(StoreError) {
        try outgoing.sweep { directory, name throws(StoreError) in
            // What is behind the token tells one of a name from the next.
            let token = name.text.splitAtLast(".")?.before ?? name.text
            if try isKept(name, in: directory, token) { return try directory.remove(name) }
            guard !keepsRest else { return }
            try makeQuarantine()
            _ = try directory.rename(name, to: try OpenDirectory(named: quarantine), as: name)
        }
    }

    /// Whether the store has what lies there: what the token names has the same bytes.
    private func isKept(_ name: EntryName, in directory: OpenDirectory, _ token: String) throws(StoreError) -> Bool {
        let kind = try directory.facts(name)?.kind
        // A link that was taken away is in the view.
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
