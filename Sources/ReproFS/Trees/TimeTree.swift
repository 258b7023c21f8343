import Recipe
import Store

/// `by-time/<instant>/models`: the live view as it was then. Instants resolve without being listed; the moment of the last change before an
/// instant is a directory, and the instant is a link to it.
struct TimeTree: Tree {
    let store: Store
    let name: EntryName = "by-time"
    let kinds: Set<NodeKind> = [.moment, .momentModels, .momentDirectory, .momentLink, .momentAlias]
    let fixed: Set<FixedNode> = [.times]

    var root: any Directory { TimesDirectory(store: store) }

    func node(_ id: NodeID) throws(StoreError) -> Node? {
        if id.kind == .fixed { return .directory(root) }
        let isInner = id.kind == .momentDirectory || id.kind == .momentLink
        let row = isInner ? id.snapshot : id.row
        guard let moment = try store.moment(row) else { return nil }
        switch id.kind {
        case .moment: return .directory(MomentDirectory(store: store, moment: moment))
        case .momentAlias: return .link(TimesDirectory.alias(to: moment))
        case .momentModels: return .directory(PastDirectory(store: store, moment: moment, row: PastDirectory.root))
        case .momentDirectory: return .directory(PastDirectory(store: store, moment: moment, row: id.place))
        case .momentLink:
            guard let model = try store.model(id.place, at: moment) else { return nil }
            return .link(try PastDirectory.link(to: model, moment, store))
        default: return nil
        }
    }
}

private struct TimesDirectory: Directory {
    let store: Store
    var id: NodeID { FixedNode.times.id }

    func attributes() throws(StoreError) -> Attributes { .directory(id, modified: try store.created()) }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        guard let time = Timestamp(rfc3339: name.text),
            let moment = try store.moment(at: time)
        else { return nil }
        if name.text == moment.time.description { return .directory(MomentDirectory(store: store, moment: moment)) }
        return .link(Self.alias(to: moment))
    }

    func entries(after cookie: Cookie, limit: Int) -> [Entry] { [] }

    static func alias(to moment: MomentRow) -> AliasLink {
        AliasLink(id: NodeID(.momentAlias, moment.id), path: moment.time.description, modified: moment.time)
    }
}

/// `by-time/<instant>`.
private struct MomentDirectory: Directory {
    let store: Store
    let moment: MomentRow
    var id: NodeID { NodeID(.moment, moment.id) }
    private var models: PastDirectory { PastDirectory(store: store, moment: moment, row: PastDirectory.root) }

    func attributes() -> Attributes { .directory(id, modified: moment.time) }
    func child(_ name: EntryName) -> Node? { name == "models" ? .directory(models) : nil }
    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [Listing.fixed([("models", models.attributes())])]).entries(after: cookie, limit: limit)
    }
}

/// A directory of models as it was then; its files are links to the versions that were live.
private struct PastDirectory: Directory {
    static let root = DirectoryRow.Root.models.rawValue

    let store: Store
    let moment: MomentRow
    let row: Int64

    var id: NodeID {
        row == Self.root
            ? NodeID(.momentModels, moment.id) : NodeID(.momentDirectory, snapshot: moment.id, place: row)
    }

    func attributes() -> Attributes { .directory(id, modified: moment.time) }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        if let inner = try store.directory(named: name, in: row),
            try store.hasModels(below: inner.id, at: moment)
        {
            return .directory(PastDirectory(store: store, moment: moment, row: inner.id))
        }
        guard let model = try store.model(named: name, in: row, at: moment) else { return nil }
        return .link(try Self.link(to: model, moment, store))
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [directories, models]).entries(after: cookie, limit: limit)
    }

    private func directories(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        var items: [Listing.Item] = []
        var last = after
        // If all directories of a page were empty then, that must not end the listing.
        while items.isEmpty {
            let page = try store.directories(in: row, after: last, limit: limit)
            guard let newest = page.last else { return items }
            last = newest.id
            for inner in page where try store.hasModels(below: inner.id, at: moment) {
                let directory = PastDirectory(store: store, moment: moment, row: inner.id)
                items.append(Listing.Item(inner.id, inner.name, directory.attributes()))
            }
        }
        return items
    }

    private func models(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        var items: [Listing.Item] = []
        for model in try store.models(in: row, at: moment, after: after, limit: limit) {
            items.append(
                Listing.Item(model.id, model.name, try Self.link(to: model, moment, store).attributes()))
        }
        return items
    }

    static func link(to model: MomentModel, _ moment: MomentRow, _ store: Store) throws(StoreError) -> AliasLink {
        let path = try store.path(ofModel: model.id)
        return AliasLink(
            id: NodeID(.momentLink, snapshot: moment.id, place: model.id),
            path: ViewPath(["by-name"] + path + [.version(model.version), model.name]).linked(
                fromDepth: path.count + 2),
            modified: model.modified)
    }
}
