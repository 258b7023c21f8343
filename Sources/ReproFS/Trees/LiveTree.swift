import Recipe
import Store

/// `models/`: each name with the bytes that it holds now, as ComfyUI's models directory; the one tree that is written.
struct LiveTree: Tree {
    let view: LiveView
    let name: EntryName = "models"
    let kinds: Set<NodeKind> = [.liveDirectory, .liveFile, .liveAlias]

    var root: any Directory { LiveDirectory(view: view, row: LiveRow.root) }

    func node(_ id: NodeID) throws(StoreError) -> Node? {
        // A directory's node needs only the number, so there is no look-up.
        if id.kind == .liveDirectory { return .directory(LiveDirectory(view: view, row: id.row)) }
        if id.kind == .liveAlias { return try view.store.live(id.row).map { .link(LiveDirectory.alias(to: $0)) } }
        guard let row = try view.row(standingFor: id.row) else { return nil }
        if row.id != id.row { return row.kind == .file ? .file(LiveFile(view: view, row: row, node: id.row)) : nil }
        return LiveDirectory.node(row, view)
    }
}

struct LiveDirectory: WritableDirectory, LiveNode {
    let view: LiveView
    let row: Int64
    var known: LiveRow?
    /// Finds further names that exist but are not listed.
    var others: (@Sendable (EntryName) -> Node?)?

    var id: NodeID { NodeID(.liveDirectory, row) }
    var number: Int64 { row }

    static func node(_ row: LiveRow, _ view: LiveView) -> Node {
        switch row.kind {
        case .directory: .directory(LiveDirectory(view: view, row: row.id, known: row))
        case .file: .file(LiveFile(view: view, row: row))
        case .link: .link(LiveLink(view: view, row: row))
        }
    }

    /// An absent folder is a link to the folder that holds its models under another name.
    static func alias(to row: LiveRow) -> AliasLink {
        AliasLink(id: NodeID(.liveAlias, row.id), path: row.name.text, modified: row.modified)
    }

    func attributes() throws(StoreError) -> Attributes {
        var found = known
        if found == nil { found = try view.store.live(row) }
        guard let found else { throw .gone(EntryName(number: row)) }
        var attributes = Attributes.directory(id, modified: found.modified)
        attributes.access = .init(found)
        return attributes
    }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        if let found = try ownChild(name) { return found }
        return others?(name)
    }

    private func ownChild(_ name: EntryName) throws(StoreError) -> Node? {
        if let found = try view.store.live(named: name, in: row) { return Self.node(found, view) }
        guard row == LiveRow.root else { return nil }
        for alias in Folder.aliases(of: name) {
            guard let target = try view.store.live(named: alias, in: row), target.kind == .directory else {
                continue
            }
            return .link(Self.alias(to: target))
        }
        return nil
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [rows]).entries(after: cookie, limit: limit)
    }

    private func rows(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        var items: [Listing.Item] = []
        var last = after
        // If all files of a page have lost their names meanwhile, that must not end the listing.
        while items.isEmpty {
            let page = try view.store.live(in: row, after: last, limit: limit)
            guard let newest = page.last else { return items }
            last = newest.id
            for row in page {
                guard let attributes = try? Self.node(row, view).inode.attributes() else { continue }
                items.append(Listing.Item(row.id, row.name, attributes))
            }
        }
        return items
    }

    func create(
        _ name: EntryName, mode: UInt32, by caller: Caller
    ) throws(StoreError) -> (any WritableFile, any Writing) {
        let made = try view.writable.create(name, in: row, mode: mode, by: caller)
        return (LiveFile(view: view, row: made.row), LiveWriting(view: view, draft: made.draft))
    }

    func makeDirectory(
        _ name: EntryName, mode: UInt32, by caller: Caller
    ) throws(StoreError) -> any WritableDirectory {
        let made = try view.writable.makeDirectory(name, in: row, mode: mode, by: caller)
        return LiveDirectory(view: view, row: made.id, known: made)
    }

    func makeLink(_ name: EntryName, to target: String, by caller: Caller) throws(StoreError) -> any Link {
        LiveLink(view: view, row: try view.writable.makeLink(name, to: target, in: row, by: caller))
    }

    func remove(_ name: EntryName, by caller: Caller) throws(StoreError) {
        try view.writable.remove(name, in: row, by: caller)
    }

    func removeDirectory(_ name: EntryName, by caller: Caller) throws(StoreError) {
        try view.writable.removeDirectory(name, in: row, by: caller)
    }

    func rename(
        _ name: EntryName, to directory: any WritableDirectory, as newName: EntryName, _ mode: RenameMode,
        by caller: Caller
    ) throws(StoreError) {
        try view.writable.rename(name, in: row, to: newName, in: directory.id.row, mode, by: caller)
    }

    func sync() throws(StoreError) { try view.syncNames(in: row) }

    func extendedAttributes() throws(StoreError) -> [FileAttribute] { try view.store.attributes(ofLive: row) }
}

/// A symbolic link in the live view.
struct LiveLink: Link, LiveNode {
    let view: LiveView
    let row: LiveRow
    var id: NodeID { NodeID(.liveFile, row.id) }
    var number: Int64 { row.id }

    func target() throws(StoreError) -> String { try view.target(of: row) }
    func attributes() -> Attributes {
        var attributes = Attributes.link(id, to: row.target, modified: row.modified)
        attributes.access = .init(row)
        attributes.access.mode = nil
        return attributes
    }
}

/// What directories, files and links of the live view have in common.
protocol LiveNode: WritableInode {
    var view: LiveView { get }
    /// The number of its row.
    var number: Int64 { get }
}

extension LiveNode {
    func change(_ change: InodeChange) throws(StoreError) { try view.writable.change(number, change) }

    func setExtendedAttribute(
        _ key: String, _ value: [UInt8]?, _ mode: AttributeMode
    ) throws(StoreError) {
        if let value {
            try view.writable.set(key, value, of: number, mode)
        } else {
            try view.writable.remove(attribute: key, of: number)
        }
    }
}

extension LiveView {
    /// The view, for a change through a mount: throws unless this process has the lease.
    var writable: LiveView {
        get throws(StoreError) {
            try lease.require()
            return self
        }
    }
}

extension Attributes.Access {
    init(_ row: LiveRow) {
        self.init(
            mode: row.mode, user: row.user, group: row.group, accessed: row.accessed, changed: row.changed,
            isUnlinked: row.isUnlinked)
    }
}
