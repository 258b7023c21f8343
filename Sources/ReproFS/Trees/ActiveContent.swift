import Recipe
import Store

// The content of the folders of `active/models`: links into the live view or into a pinned tree.

/// A directory of the live view as `active/models` shows it.
struct ActiveLive: Directory {
    let store: Store
    let view: ActiveView
    let row: Int64

    var id: NodeID { NodeID(.activeLiveDirectory, row) }

    func attributes() throws(StoreError) -> Attributes {
        guard let live = try store.live(row) else { throw .gone(EntryName(number: row)) }
        return .directory(id, modified: view.modified(live.modified), caching: .none)
    }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        guard let found = try store.live(named: name, in: row) else { return nil }
        if found.kind == .directory { return .directory(ActiveLive(store: store, view: view, row: found.id)) }
        return try Self.link(to: found, store).map { .link($0) }
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [rows]).entries(after: cookie, limit: limit)
    }

    private func rows(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        var items: [Listing.Item] = []
        for row in try store.live(in: row, after: after, limit: limit) {
            if row.kind == .directory {
                let inner = ActiveLive(store: store, view: view, row: row.id)
                items.append(Listing.Item(row.id, row.name, try inner.attributes()))
            } else if let link = try Self.link(to: row, store) {
                items.append(Listing.Item(row.id, row.name, link.attributes()))
            }
        }
        return items
    }

    /// Nil for a file that has lost its name.
    static func link(to file: LiveRow, _ store: Store) throws(StoreError) -> AliasLink? {
        guard let path = try store.path(ofLive: file.id) else { return nil }
        return .active(NodeID(.activeLiveLink, file.id), to: ["models"], path, modified: file.modified)
    }
}

/// A directory of a pinned tree as `active/models` shows it.
struct ActivePins: Directory {
    let store: Store
    let view: ActiveView
    let set: Int64
    let place: Int64

    var id: NodeID { NodeID(.activePinDirectory, snapshot: set, place: place) }

    func attributes() -> Attributes {
        .directory(id, modified: view.changed, caching: .none, isPrivate: view.isPrivate)
    }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        guard let pin = try store.pin(named: name, under: place, in: set) else { return nil }
        return try link(to: pin).map { .link($0) } ?? .directory(inner(pin))
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [pins]).entries(after: cookie, limit: limit)
    }

    private func pins(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        var items: [Listing.Item] = []
        for pin in try store.pins(under: place, in: set, after: after, limit: limit) {
            let attributes = try link(to: pin)?.attributes() ?? inner(pin).attributes()
            items.append(Listing.Item(pin.position, pin.name, attributes))
        }
        return items
    }

    private func inner(_ pin: PinRow) -> ActivePins {
        ActivePins(store: store, view: view, set: set, place: pin.position)
    }

    /// The link to a pinned file; nil for a directory. In a tree that is not a snapshot's, links lead to the versions.
    func link(to pin: PinRow) throws(StoreError) -> AliasLink? {
        guard let blob = pin.blob else { return nil }
        let id = NodeID(.activePinLink, snapshot: set, place: pin.position)
        let path = try store.path(ofPin: pin.position, in: set)
        if let snapshot = view.snapshot, view.models == set {
            return .active(
                id, to: ["by-snapshot", snapshot, "models"], path, modified: view.changed)
        }
        let target =
            pin.version.map { ["by-name"] + path + [.version($0), pin.name] } ?? [
                "by-hash", "sha256", EntryName(blob.digest),
            ]
        return .active(id, leading: target, from: path, modified: view.changed)
    }
}

extension AliasLink {
    /// A link in `active/models` at `path` that leads to the same path in `view`.
    fileprivate static func active(
        _ id: NodeID, to view: [EntryName], _ path: [EntryName], modified: Timestamp
    ) -> AliasLink {
        active(id, leading: view + path, from: path, modified: modified)
    }

    fileprivate static func active(
        _ id: NodeID, leading target: [EntryName], from path: [EntryName], modified: Timestamp
    ) -> AliasLink {
        AliasLink(
            id: id, path: ViewPath(target).linked(fromDepth: path.count + 1), modified: modified, caching: .none)
    }
}
