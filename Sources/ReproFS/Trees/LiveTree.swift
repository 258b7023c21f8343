import Recipe
import Store
import SystemPackage

/// `models/`: each name with the bytes that it holds now, as ComfyUI's models directory; the one tree that is written.
struct LiveTree: Tree {
    let view: LiveView
    let name: EntryName = "models"
    let kinds: Set<NodeKind> = [.liveDirectory, .liveFile, .liveAlias]

    var root: any Directory { LiveDirectory(view: view, row: LiveRow.root) }

    func node(_ id: NodeID) throws(Failure) -> Node? {
        // What only needs the number need not look.
        if id.kind == .liveDirectory { return .directory(LiveDirectory(view: view, row: id.row)) }
        let number = id.kind == .liveFile ? view.standing(for: id.row) : id.row
        guard let row = try asking({ () throws(StoreError) in try view.store.live(number) }) else { return nil }
        if number != id.row { return row.kind == .file ? .file(LiveFile(view: view, row: row, node: id.row)) : nil }
        if id.kind == .liveAlias { return .link(LiveDirectory.alias(to: row)) }
        return LiveDirectory.node(row, view)
    }
}

struct LiveDirectory: Directory {
    let view: LiveView
    let row: Int64
    var known: LiveRow?
    /// What else is there, without being listed.
    var others: (@Sendable (EntryName) -> Node?)?

    var id: NodeID { NodeID(.liveDirectory, row) }
    var isWritable: Bool { true }

    static func node(_ row: LiveRow, _ view: LiveView) -> Node {
        switch row.kind {
        case .directory: .directory(LiveDirectory(view: view, row: row.id, known: row))
        case .file: .file(LiveFile(view: view, row: row))
        case .link: .link(LiveLink(view: view, row: row))
        }
    }

    /// An absent folder leads to the one that holds its models under another name.
    static func alias(to row: LiveRow) -> AliasLink {
        AliasLink(id: NodeID(.liveAlias, row.id), path: row.name.text, modified: row.modified)
    }

    func attributes() throws(Failure) -> Attributes {
        var found = known
        if found == nil { found = try asking { () throws(StoreError) in try view.store.live(row) } }
        guard let found else { throw .stale }
        var attributes = Attributes.directory(id, modified: found.modified)
        attributes.access = .init(found)
        return attributes
    }

    func child(_ name: EntryName) throws(Failure) -> Node? {
        if let found = try ownChild(name) { return found }
        return others?(name)
    }

    private func ownChild(_ name: EntryName) throws(Failure) -> Node? {
        try asking { () throws(StoreError) -> Node? in
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
    }

    func entries(after cookie: Cookie, limit: Int) throws(Failure) -> [Entry] {
        try Listing(phases: [rows]).entries(after: cookie, limit: limit)
    }

    private func rows(after: Int64, limit: Int) throws(Failure) -> [Listing.Item] {
        var items: [Listing.Item] = []
        var last = after
        // A file that lost its name while it was listed must not end the listing.
        while items.isEmpty {
            let page = try asking { () throws(StoreError) in try view.store.live(in: row, after: last, limit: limit) }
            guard let newest = page.last else { return items }
            last = newest.id
            for row in page {
                guard let attributes = try? Self.node(row, view).inode.attributes() else { continue }
                items.append(Listing.Item(row.id, row.name, attributes))
            }
        }
        return items
    }

    func create(_ name: EntryName, mode: UInt32, by caller: LiveView.Caller) throws(Failure) -> (any File, any Writing)
    {
        let made = try changing(name) { () throws(StoreError) in
            try view.create(name, in: row, mode: mode, by: caller)
        }
        return (LiveFile(view: view, row: made.row), LiveWriting(view: view, draft: made.draft))
    }

    func makeDirectory(_ name: EntryName, mode: UInt32, by caller: LiveView.Caller) throws(Failure) -> any Directory {
        let made = try changing(name) { () throws(StoreError) in
            try view.makeDirectory(name, in: row, mode: mode, by: caller)
        }
        return LiveDirectory(view: view, row: made.id, known: made)
    }

    func makeLink(_ name: EntryName, to target: String, by caller: LiveView.Caller) throws(Failure) -> any Link {
        let made = try changing(name) { () throws(StoreError) in
            try view.makeLink(name, to: target, in: row, by: caller)
        }
        return LiveLink(view: view, row: made)
    }

    func remove(_ name: EntryName, by caller: LiveView.Caller) throws(Failure) {
        try view.changing { () throws(StoreError) in try view.remove(name, in: row, by: caller) }
    }

    func removeDirectory(_ name: EntryName, by caller: LiveView.Caller) throws(Failure) {
        try view.changing { () throws(StoreError) in try view.removeDirectory(name, in: row, by: caller) }
    }

    func rename(
        _ name: EntryName, to directory: any Directory, as newName: EntryName, _ mode: LiveView.RenameMode,
        by caller: LiveView.Caller
    ) throws(Failure) {
        guard let target = directory as? LiveDirectory else { throw .readOnly }
        try changing(newName) { () throws(StoreError) in
            try view.rename(name, in: row, to: newName, in: target.row, mode, by: caller)
        }
    }

    func change(_ change: LiveView.Change) throws(Failure) {
        try view.changing { () throws(StoreError) in try view.change(row, change) }
    }

    func sync() throws(Failure) { try asking { () throws(StoreError) in try view.syncNames(in: row) } }

    func extendedAttributes() throws(Failure) -> [FileAttribute] { try view.noted(of: row) }

    func setExtendedAttribute(_ key: String, _ value: [UInt8]?, _ mode: LiveView.AttributeMode) throws(Failure) {
        try view.set(key, value, of: row, mode)
    }

    /// Makes a name, which this process must be allowed to and which must be able to stand in the view.
    private func changing<Result>(
        _ name: EntryName, _ body: () throws(StoreError) -> Result
    ) throws(Failure) -> Result {
        try Self.check(name)
        return try view.changing(body)
    }

    private static func check(_ name: EntryName) throws(Failure) {
        do throws(NameError) { _ = try EntryName(comingIn: name.utf8) } catch { throw Failure(error) }
    }
}

/// A file of the live view: a blob, or what is being written.
struct LiveFile: File {
    let view: LiveView
    let row: LiveRow
    /// The number that it was opened by, where its name went to another row since.
    var node: Int64?

    var id: NodeID { NodeID(.liveFile, node ?? row.id) }
    /// What stands for another node has had other bytes, and may get others again.
    var caching: Caching { node != nil ? .none : row.mayChange ? .brief : .pages }

    func attributes() throws(Failure) -> Attributes {
        var access = Attributes.Access(row)
        guard row.blob == nil else {
            return attributes(size: row.blob?.size ?? 0, modified: row.modified, access)
        }
        let facts = try asking { () throws(StoreError) in try view.facts(of: row) }
        if let facts {
            access.accessed = facts.accessed
            access.changed = max(row.changed, facts.changed)
            access.blocks = facts.blocks
            return attributes(size: facts.size, modified: facts.modified, access)
        }
        // It became a blob between the two looks.
        let now = try asking { () throws(StoreError) in try view.store.live(row.id) }
        guard let now, now.blob != nil else { throw .stale }
        return try LiveFile(view: view, row: now, node: node).attributes()
    }

    private func attributes(size: Int, modified: Timestamp, _ access: Attributes.Access) -> Attributes {
        var attributes = Attributes(id: id, kind: .file, size: size, modified: modified, caching: caching)
        attributes.access = access
        return attributes
    }

    func extendedAttributes() throws(Failure) -> [FileAttribute] {
        try own + view.noted(of: row.id)
    }

    private var own: [FileAttribute] {
        guard let blob = row.blob, !row.mayChange else { return [] }
        return FileAttribute.of(blob, version: row.version)
    }

    func extendedAttribute(_ key: String) throws(Failure) -> [UInt8]? {
        // What every file tells is asked for often, and costs no look-up.
        let known = key.hasPrefix(FileAttribute.ownPrefix) ? own : try view.noted(of: row.id)
        return known.first { $0.isNamed(key) }?.value
    }

    func setExtendedAttribute(_ key: String, _ value: [UInt8]?, _ mode: LiveView.AttributeMode) throws(Failure) {
        try view.set(key, value, of: row.id, mode)
    }

    func open() throws(Failure) -> BlobContents {
        try asking { () throws(StoreError) in
            // It is held by now; who writes may have taken it away before.
            if !view.lease.isHeld, try view.store.live(row.id) == nil { throw .gone(row.name) }
            if node == nil, view.standing(for: row.id) != row.id { throw .gone(row.name) }
            return try view.contents(of: row)
        }
    }
    func follow() throws(Failure) -> (any Following)? {
        try asking { () throws(StoreError) in try view.follow(row.id) }.map(LiveReading.init)
    }
    func hold() -> (any Sendable)? { view.hold(row.id) }

    func witness(by opener: Opener) throws(Failure) -> Witnessed? {
        try asking { () throws(StoreError) -> Witnessed? in
            guard let blob = row.blob else {
                view.remember(row.id, wasOpenedBy: opener)
                return nil
            }
            guard let path = try view.store.path(ofLive: row.id) else { return nil }
            // Caches name files by their hashes, and link to them.
            let own = ModelName(live: path)
            var name = own
            if name == nil { name = try view.store.linkName(of: blob) }
            guard let name else { return nil }
            return Witnessed(name: LoadName(view: "models", name), blob: blob, version: own == nil ? nil : row.version)
        }
    }

    func write(by caller: LiveView.Caller) throws(Failure) -> any Writing {
        guard let draft = try view.changing({ () throws(StoreError) in try view.write(row.id, by: caller) }) else {
            throw .stale
        }
        return LiveWriting(
            view: view, draft: draft, dropsPrivileges: caller.user != 0 && row.mode & 0o6000 != 0,
            isDirect: draft.row != id.row)
    }

    func found(again caller: LiveView.Caller) throws(Failure) -> any File {
        guard view.lease.isHeld else { return self }
        let found = try asking { () throws(StoreError) -> LiveRow? in try view.find(again: row.id, by: caller) }
        guard let found else { return self }
        return LiveFile(view: view, row: found)
    }

    func truncate(_ size: Int, by caller: LiveView.Caller) throws(Failure) {
        let isDone = try view.changing { () throws(StoreError) in try view.truncate(row.id, to: size, by: caller) }
        guard isDone else { throw .stale }
    }

    func change(_ change: LiveView.Change) throws(Failure) {
        try view.changing { () throws(StoreError) in try view.change(row.id, change) }
    }

    func sync() throws(Failure) { try asking { () throws(StoreError) in try view.sync(row.id) } }
}

extension LiveView {
    /// Runs a change that somebody asked for through a mount: only the process that has the lease makes any.
    fileprivate func changing<Result>(_ body: () throws(StoreError) -> Result) throws(Failure) -> Result {
        try asking { () throws(StoreError) in
            try lease.require()
            return try body()
        }
    }
}

extension LiveView {
    /// What programs noted of a node.
    fileprivate func noted(of id: Int64) throws(Failure) -> [FileAttribute] {
        try asking { () throws(StoreError) in try store.attributes(ofLive: id) }
    }

    fileprivate func set(_ key: String, _ value: [UInt8]?, of id: Int64, _ mode: AttributeMode) throws(Failure) {
        try changing { () throws(StoreError) in
            if let value { try set(key, value, of: id, mode) } else { try remove(attribute: key, of: id) }
        }
    }
}

/// A symbolic link that somebody made in the live view.
struct LiveLink: Link {
    let view: LiveView
    let row: LiveRow
    var id: NodeID { NodeID(.liveFile, row.id) }

    func target() throws(Failure) -> String { try asking { () throws(StoreError) in try view.target(of: row) } }
    func attributes() -> Attributes {
        var attributes = Attributes.link(id, to: row.target, modified: row.modified)
        attributes.access = .init(row)
        attributes.access.mode = nil
        return attributes
    }
    func change(_ change: LiveView.Change) throws(Failure) {
        try view.changing { () throws(StoreError) in try view.change(row.id, change) }
    }
}

/// A file of the live view that is open for reading while somebody may be writing it.
private struct LiveReading: Following {
    let reading: DraftReading
    func contents() throws(Failure) -> BlobContents {
        try asking { () throws(StoreError) in try reading.contents() }
    }
}

/// A file of the live view that is open for writing.
private struct LiveWriting: Writing {
    let view: LiveView
    let draft: Draft
    /// Whether writing takes the file the bits that let others run it as its owner or group: the kernel does so itself only where
    /// it keeps the pages.
    var dropsPrivileges = false
    var isDirect = false

    func contents() throws(Failure) -> BlobContents {
        guard let contents = try asking({ () throws(StoreError) in try draft.contents() }) else { throw .stale }
        return contents
    }
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Failure) {
        try asking { () throws(StoreError) in
            if dropsPrivileges { try view.dropPrivileges(draft.row) }
            try draft.write(bytes, at: offset)
        }
    }
    func truncate(_ size: Int) throws(Failure) { try asking { () throws(StoreError) in try draft.truncate(size) } }
    func allocate(_ mode: CInt, at offset: Int, count: Int) throws(Failure) {
        try asking { () throws(StoreError) in try draft.allocate(mode, at: offset, count: count) }
    }
    func flush() throws(Failure) { try asking { () throws(StoreError) in try draft.flush() } }
    func close() throws(Failure) { try asking { () throws(StoreError) in try view.close(draft) } }
}

extension Attributes.Access {
    init(_ row: LiveRow) {
        self.init(
            mode: row.mode, user: row.user, group: row.group, accessed: row.accessed, changed: row.changed,
            isUnlinked: row.isUnlinked)
    }
}
