import Recipe
import Store

/// A file of the live view: a blob, or what is being written.
struct LiveFile: WritableFile, LiveNode {
    let view: LiveView
    let row: LiveRow
    /// The number that it was opened by, if another row has its name now.
    var node: Int64?

    var id: NodeID { NodeID(.liveFile, node ?? row.id) }
    var number: Int64 { row.id }
    /// A node that stands for another row has had other bytes, and may get others again.
    var caching: Caching { node != nil ? .none : row.mayChange ? .brief : .pages }

    func attributes() throws(StoreError) -> Attributes {
        var access = Attributes.Access(row)
        guard row.blob == nil else {
            return attributes(size: row.blob?.size ?? 0, modified: row.modified, access)
        }
        if let facts = try view.facts(of: row) {
            access.accessed = facts.accessed
            access.changed = max(row.changed, facts.changed)
            access.blocks = facts.blocks
            return attributes(size: facts.size, modified: facts.modified, access)
        }
        // It became a blob between the two looks.
        guard let now = try view.store.live(row.id), now.blob != nil else { throw .gone(row.name) }
        return try LiveFile(view: view, row: now, node: node).attributes()
    }

    private func attributes(size: Int, modified: Timestamp, _ access: Attributes.Access) -> Attributes {
        var attributes = Attributes(id: id, kind: .file, size: size, modified: modified, caching: caching)
        attributes.access = access
        return attributes
    }

    func extendedAttributes() throws(StoreError) -> [FileAttribute] { try own + view.store.attributes(ofLive: row.id) }

    private var own: [FileAttribute] {
        guard let blob = row.blob, !row.mayChange else { return [] }
        return FileAttribute.of(blob, version: row.version)
    }

    func extendedAttribute(_ key: String) throws(StoreError) -> [UInt8]? {
        // Programs ask often for what every file has, so that is answered without a look-up.
        let known = key.hasPrefix(FileAttribute.ownPrefix) ? own : try view.store.attributes(ofLive: row.id)
        return known.first { $0.isNamed(key) }?.value
    }

    func open() throws(StoreError) -> BlobContents {
        // The file is held by now, but its writer may have deleted it before.
        if !view.lease.isHeld, try view.store.live(row.id) == nil { throw .gone(row.name) }
        if node == nil, view.standing(for: row.id) != row.id { throw .gone(row.name) }
        return try view.contents(of: row)
    }
    func follow() throws(StoreError) -> (any Following)? { try view.follow(row.id).map(LiveReading.init) }
    func hold() -> (any Sendable)? { view.hold(row.id) }

    func witness(by opener: Opener) throws(StoreError) -> Witnessed? {
        guard let blob = row.blob else {
            view.remember(row.id, wasOpenedBy: opener)
            return nil
        }
        guard let path = try view.store.path(ofLive: row.id) else { return nil }
        // Caches name files by their hashes and link to them, so a link's name may be the model's.
        let own = ModelName(live: path)
        var name = own
        if name == nil { name = try view.store.linkName(of: blob) }
        guard let name else { return nil }
        return Witnessed(name: LoadName(view: "models", name), blob: blob, version: own == nil ? nil : row.version)
    }

    func write(by caller: Caller) throws(StoreError) -> any Writing {
        guard let draft = try view.writable.write(row.id, by: caller) else { throw .gone(row.name) }
        return LiveWriting(
            view: view, draft: draft, dropsPrivileges: caller.user != 0 && row.mode & 0o6000 != 0,
            isDirect: draft.row != id.row)
    }

    func found(again caller: Caller) throws(StoreError) -> any File {
        guard view.lease.isHeld, let found = try view.find(again: row.id, by: caller) else { return self }
        return LiveFile(view: view, row: found)
    }

    func truncate(_ size: Int, by caller: Caller) throws(StoreError) {
        guard try view.writable.truncate(row.id, to: size, by: caller) else { throw .gone(row.name) }
    }

    func sync() throws(StoreError) { try view.sync(row.id) }
}

/// A file of the live view that is open for reading while somebody may be writing it.
private struct LiveReading: Following {
    let reading: DraftReading
    func contents() throws(StoreError) -> BlobContents { try reading.contents() }
}

/// A file of the live view that is open for writing.
struct LiveWriting: Writing {
    let view: LiveView
    let draft: Draft
    /// Whether a write clears the set-user-ID and set-group-ID bits. The kernel clears them itself only for files whose pages it
    /// keeps.
    var dropsPrivileges = false
    var isDirect = false

    func contents() throws(StoreError) -> BlobContents {
        guard let contents = try draft.contents() else { throw .gone(EntryName(number: draft.row)) }
        return contents
    }
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
        if dropsPrivileges { try view.dropPrivileges(draft.row) }
        try draft.write(bytes, at: offset)
    }
    func truncate(_ size: Int) throws(StoreError) { try draft.truncate(size) }
    func allocate(_ mode: CInt, at offset: Int, count: Int) throws(StoreError) {
        try draft.allocate(mode, at: offset, count: count)
    }
    func flush() throws(StoreError) { try draft.flush() }
    func close() throws(StoreError) { try view.close(draft) }
}
