import Recipe
import Store

/// `active/models`: the directory for a running ComfyUI. It shows the live view or one snapshot's models, and switches at once.
///
/// Every folder that ComfyUI may have listed always exists. The kernel caches none of it, so a switch shows at once; its files are links
/// into the view that is shown, where the bytes are cached.
struct ActiveTree: Tree {
    let context: MountContext
    let name: EntryName = "active"
    let kinds: Set<NodeKind> = [
        .activeFolder, .activeLiveDirectory, .activeLiveLink, .activePinDirectory, .activePinLink,
    ]
    let fixed: Set<FixedNode> = [.active, .activeModels, .activePaths]

    var root: any Directory { ActiveDirectory(context: context) }

    func node(_ id: NodeID) throws(StoreError) -> Node? {
        switch id.kind {
        case .fixed:
            switch FixedNode(rawValue: id.row) {
            case .activeModels: return .directory(try ActiveModels(context.store))
            case .activePaths: return .file(ActivePathsFile(context: context))
            default: return .directory(root)
            }
        case .activeFolder: return try ActiveFolder(id.row, context.store).map { .directory($0) }
        case .activeLiveDirectory:
            return .directory(ActiveLive(store: context.store, view: try context.store.active(), row: id.row))
        case .activeLiveLink:
            guard let file = try context.store.live(id.row) else { return nil }
            return try ActiveLive.link(to: file, context.store).map { .link($0) }
        case .activePinDirectory:
            return .directory(
                ActivePins(
                    store: context.store, view: try context.store.active(), set: id.snapshot, place: id.place))
        case .activePinLink:
            let pins = ActivePins(
                store: context.store, view: try context.store.active(), set: id.snapshot, place: 0)
            guard let pin = try context.store.pin(id.place, in: id.snapshot) else { return nil }
            return try pins.link(to: pin).map { .link($0) }
        default: return nil
        }
    }
}

/// `active`.
private struct ActiveDirectory: Directory {
    let context: MountContext
    var id: NodeID { FixedNode.active.id }

    func attributes() throws(StoreError) -> Attributes {
        .directory(id, modified: try context.store.created(), caching: .none)
    }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        switch name {
        case "models":
            .directory(try ActiveModels(context.store))
        case "extra_model_paths.yaml": .file(ActivePathsFile(context: context))
        default: nil
        }
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        let models = try ActiveModels(context.store)
        return try Listing(phases: [
            Listing.fixed([
                ("models", try models.attributes()),
                ("extra_model_paths.yaml", try ActivePathsFile(context: context).attributes()),
            ])
        ]).entries(after: cookie, limit: limit)
    }
}

/// `active/models`: every folder that ComfyUI knows or that the shown view has.
private struct ActiveModels: Directory {
    let store: Store
    let view: ActiveView

    init(_ store: Store) throws(StoreError) {
        self.store = store
        view = try store.active()
    }

    var id: NodeID { FixedNode.activeModels.id }

    func attributes() throws(StoreError) -> Attributes {
        let live = try store.live(LiveRow.root)
        return .directory(
            id, modified: view.modified(live?.modified), caching: .none, isPrivate: view.isPrivate)
    }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        try ActiveFolder(named: name, store, view).map { .directory($0) }
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [known, others]).entries(after: cookie, limit: limit)
    }

    private func known(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        var items: [Listing.Item] = []
        for (index, name) in Folder.listed.enumerated().dropFirst(Int(after)).prefix(limit) {
            let folder = ActiveFolder(store: store, view: view, row: Int64(index), name: name)
            items.append(Listing.Item(Int64(index + 1), name, try folder.attributes()))
        }
        return items
    }

    private func others(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        var items: [Listing.Item] = []
        var last = after
        // If a whole page is left out as known folders, that must not end the listing.
        while items.isEmpty {
            let page = try store.live(in: LiveRow.root, after: last, limit: limit)
            guard let newest = page.last else { return items }
            last = newest.id
            for row in page where row.kind == .directory && !Folder.listed.contains(row.name) {
                let folder = ActiveFolder(store: store, view: view, row: ActiveFolder.first + row.id, name: row.name)
                items.append(Listing.Item(row.id, row.name, try folder.attributes()))
            }
        }
        return items
    }
}

/// A folder of `active/models`. Its node number depends only on its name, whichever view fills it.
private struct ActiveFolder: Directory {
    /// From here on, rows are directories of the live view; below, they are places among the folders that ComfyUI knows.
    static let first: Int64 = 1000

    let store: Store
    let view: ActiveView
    let row: Int64
    let name: EntryName

    init(store: Store, view: ActiveView, row: Int64, name: EntryName) {
        self.store = store
        self.view = view
        self.row = row
        self.name = name
    }

    init?(_ row: Int64, _ store: Store) throws(StoreError) {
        let view = try store.active()
        if row < Self.first {
            guard row < Folder.listed.count else { return nil }
            self.init(store: store, view: view, row: row, name: Folder.listed[Int(row)])
        } else {
            guard let directory = try store.live(row - Self.first), directory.kind == .directory else { return nil }
            self.init(store: store, view: view, row: row, name: directory.name)
        }
    }

    init?(named name: EntryName, _ store: Store, _ view: ActiveView) throws(StoreError) {
        if let index = Folder.listed.firstIndex(of: name) {
            self.init(store: store, view: view, row: Int64(index), name: name)
        } else {
            guard let directory = try store.live(named: name, in: LiveRow.root), directory.kind == .directory else {
                return nil
            }
            self.init(store: store, view: view, row: Self.first + directory.id, name: name)
        }
    }

    var id: NodeID { NodeID(.activeFolder, row) }

    /// The directory that fills it now; nil for an empty folder.
    private func content() throws(StoreError) -> (any Directory)? {
        if let set = view.models {
            guard let pin = try store.pin(named: name, under: 0, in: set), pin.blob == nil else { return nil }
            return ActivePins(store: store, view: view, set: set, place: pin.position)
        }
        guard let live = try store.live(named: name, in: LiveRow.root), live.kind == .directory else { return nil }
        return ActiveLive(store: store, view: view, row: live.id)
    }

    func attributes() throws(StoreError) -> Attributes {
        .directory(
            id, modified: try content()?.attributes().modified ?? view.changed, caching: .none,
            isPrivate: view.isPrivate)
    }
    func child(_ name: EntryName) throws(StoreError) -> Node? { try content()?.child(name) }
    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try content()?.entries(after: cookie, limit: limit) ?? []
    }
}

/// `active/extra_model_paths.yaml`: makes a ComfyUI use whatever is active while it runs.
private struct ActivePathsFile: File {
    let context: MountContext
    var id: NodeID { FixedNode.activePaths.id }
    var caching: Caching { .brief }

    func attributes() throws(StoreError) -> Attributes {
        Attributes(
            id: id, kind: .file, size: try text().utf8.count, modified: try context.store.created(),
            caching: .brief)
    }

    func open() throws(StoreError) -> BlobContents { .bytes(Array(try text().utf8)) }

    private func text() throws(StoreError) -> String {
        let live = try context.store.live(in: LiveRow.root, after: 0, limit: 10_000)
        let others = live.filter { $0.kind == .directory && !$0.name.hasPrefix(".") }.map(\.name)
            .filter { !Folder.listed.contains($0) }
        return ModelPaths.text(
            [
                "The models that '\(ShellCommand.reprofs("use"))' chose, for ComfyUI:",
                "  python main.py --extra-model-paths-config <this file>",
                "It takes precedence over ComfyUI's own folders, which still serve names that are not there.",
            ], base: "\(context.mountPoint)/active/models", folders: Folder.listed + others)
    }
}
