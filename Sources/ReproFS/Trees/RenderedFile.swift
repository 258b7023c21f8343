import Recipe
import Store

/// A recipe or a card: rendered once, and again when something that its grade rests on has changed.
struct RenderedFile: File {
    let store: Store
    let id: NodeID
    let kind: RenderingKind
    let snapshot: Int64
    /// The file name of the image that the text speaks of.
    let name: String

    var caching: Caching { .brief }

    func attributes() throws(Failure) -> Attributes {
        let facts = try asking { () throws(StoreError) in try store.renderingFacts(kind, of: snapshot, named: name) }
        return Attributes(id: id, kind: .file, size: facts.size, modified: facts.rendered, caching: .brief)
    }

    func open() throws(Failure) -> BlobContents {
        .bytes(try asking { () throws(StoreError) in try store.rendering(kind, of: snapshot, named: name) }.bytes)
    }
}
