import Recipe
import Store

/// `by-image/<folder's label>/<path>`: the recipe of every image, as JSON and as a card.
struct ImageTree: Tree {
    let store: Store
    let name: EntryName = "by-image"
    let kinds: Set<NodeKind> = [
        .imageDirectory, .imageRecipe, .imageCard, .imageAlias, .olderImageRecipe, .olderImageCard, .olderImageAlias,
        .bareImageAlias,
    ]

    var root: any Directory { ImageDirectory(store: store, row: DirectoryRow.Root.images.rawValue) }

    func node(_ id: NodeID) throws(StoreError) -> Node? {
        guard let kind = id.kind else { return nil }
        if kind == .imageDirectory { return .directory(ImageDirectory(store: store, row: id.row)) }
        guard let image = try store.imageName(id.row) else { return nil }
        return try ImageNodes(store: store, image: image).node(kind)
    }
}

/// The nodes of one image's name.
private struct ImageNodes {
    let store: Store
    let image: ImageNameRow

    func node(_ kind: NodeKind) throws(StoreError) -> Node? {
        switch kind {
        case .imageRecipe, .olderImageRecipe: .file(text(.json, kind))
        case .imageCard, .olderImageCard: .file(text(.card, kind))
        case .imageAlias: try link(kind, in: [], "")
        case .olderImageAlias: try link(kind, in: [], "@\(image.image.hex.prefix(8))")
        case .bareImageAlias: try link(kind, in: try path(), "")
        default: nil
        }
    }

    func text(_ kind: RenderingKind, _ node: NodeKind) -> RenderedFile {
        RenderedFile(
            store: store, id: NodeID(node, image.id), kind: kind, snapshot: image.snapshot, name: image.name.text,
            isPrivate: image.isPrivate, known: kind == .json ? image.json : image.card)
    }

    /// Nil if the name has no room for a suffix.
    private func link(_ kind: NodeKind, in path: [EntryName], _ mark: String) throws(StoreError) -> Node? {
        guard let target = image.name.appending(mark + ".json") else { return nil }
        return .link(
            AliasLink(
                id: NodeID(kind, image.id), path: ViewPath(path + [target]).description,
                modified: try text(.json, .imageRecipe).attributes().modified))
    }

    /// The directory of the image, from the top of `by-image`.
    private func path() throws(StoreError) -> [EntryName] {
        var names: [EntryName] = []
        var next: Int64? = image.directory
        while let row = next, row != DirectoryRow.Root.images.rawValue {
            guard names.count < DirectoryRow.depthLimit else { throw .gone(image.name) }
            guard let directory = try store.directory(row) else { throw .gone(image.name) }
            names.insert(directory.name, at: 0)
            next = directory.parent
        }
        return names
    }
}

private struct ImageDirectory: Directory {
    let store: Store
    let row: Int64
    var known: DirectoryRow?

    private static let texts: [(suffix: String, kind: RenderingKind, newest: NodeKind, older: NodeKind)] = [
        (".json", .json, .imageRecipe, .olderImageRecipe), (".txt", .card, .imageCard, .olderImageCard),
    ]

    var id: NodeID { NodeID(.imageDirectory, row) }

    func attributes() throws(StoreError) -> Attributes {
        .directory(id, modified: try store.present(row, known: known).changed)
    }

    func child(_ name: EntryName) throws(StoreError) -> Node? {
        // A recipe is tried first: nearly all of a million names are recipes, and each query counts.
        for (suffix, kind, newest, older) in Self.texts {
            guard let image = name.without(suffix: suffix) else { continue }
            if let node = try recipe(image, newest, older, reading: kind) { return node }
        }
        let directory = try store.directory(named: name, in: row)
        if let directory {
            return .directory(ImageDirectory(store: store, row: directory.id, known: directory))
        }
        if let node = try recipe(name, .imageAlias, .olderImageAlias) { return node }
        guard row == DirectoryRow.Root.images.rawValue,
            let newest = try store.newestImage(named: name)
        else { return nil }
        return try ImageNodes(store: store, image: newest).node(.bareImageAlias)
    }

    /// The image that holds `name`, or, for `NAME@<8 hex>`, the image with those digits that has or had the name.
    private func recipe(
        _ name: EntryName, _ newest: NodeKind, _ older: NodeKind, reading kind: RenderingKind? = nil
    ) throws(StoreError) -> Node? {
        if let image = try store.imageName(name, in: row, reading: kind) {
            return try ImageNodes(store: store, image: image).node(newest)
        }
        guard let (before, digits) = name.text.splitAtLast("@"), let prefix = DigestPrefix(hex: digits),
            prefix.digits == 8, let bare = try? EntryName(before),
            let image = try store.imageName(bare, in: row, image: prefix)
        else { return nil }
        return try ImageNodes(store: store, image: image).node(older)
    }

    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        try Listing(phases: [directories, texts]).entries(after: cookie, limit: limit)
    }

    private func directories(after: Int64, limit: Int) throws(StoreError) -> [Listing.Item] {
        try store.directories(in: row, after: after, limit: limit)
            .map { Listing.Item($0.id, $0.name, .directory(NodeID(.imageDirectory, $0.id), modified: $0.changed)) }
    }

    /// Two entries for each image, so the key is the image's row and one bit.
    private func texts(
        after: Int64, limit: Int
    ) throws(StoreError) -> [Listing.Item] {
        var found: [Listing.Item] = []
        var last = (after - 1) >> 1
        // If all names of a page are too long with a suffix, that must not end the listing.
        while found.isEmpty {
            let images = try store.imageNames(in: row, after: last, limit: limit / 2 + 1)
            guard let newest = images.last else { return found }
            last = newest.id
            for image in images {
                let nodes = ImageNodes(store: store, image: image)
                let recipe = image.id << 1
                if recipe > after, let name = image.name.appending(".json") {
                    found.append(Listing.Item(recipe, name, try nodes.text(.json, .imageRecipe).attributes()))
                }
                if let name = image.name.appending(".txt") {
                    found.append(Listing.Item(recipe | 1, name, try nodes.text(.card, .imageCard).attributes()))
                }
            }
        }
        return found
    }
}
