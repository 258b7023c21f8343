import Recipe
import Store

/// A recipe or a card: rendered once, and again when its grade may have changed.
struct RenderedFile: File {
    let store: Store
    let id: NodeID
    let kind: RenderingKind
    let snapshot: Int64
    /// The file name of the image that the text is about.
    let name: String
    /// Whether only the owner could read the image; then the same applies to the text.
    let isPrivate: Bool
    /// What a listing or a look-up has already read.
    var known: RenderingFacts?

    var caching: Caching { .brief }

    func attributes() throws(StoreError) -> Attributes {
        let facts = try present()
        return Attributes(
            id: id, kind: .file, size: facts.size, modified: facts.rendered, caching: caching, isPrivate: isPrivate)
    }

    private func present() throws(StoreError) -> RenderingFacts {
        if let known { return known }
        return try store.renderingFacts(kind, of: snapshot, named: name)
    }

    func open() throws(StoreError) -> BlobContents {
        if let text = known?.text() { return .bytes(text) }
        return .bytes(
            try store.rendering(kind, of: snapshot, named: name, known: known)
                .bytes)
    }
}
