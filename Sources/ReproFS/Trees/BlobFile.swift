import Recipe
import Store

/// A blob under one of its names: one node, whose content never changes.
struct BlobFile: File {
    let store: Store
    let id: NodeID
    let blob: Blob
    let modified: Timestamp
    var version: Int?
    var evidence: Evidence?
    /// Where a prompt would find it; nil for a document.
    var place: BlobPlace?

    var caching: Caching { .pages }
    func attributes() -> Attributes {
        Attributes(
            id: id, kind: .file, size: blob.size, modified: modified, caching: caching, isPrivate: blob.isPrivate)
    }
    func extendedAttributes() -> [FileAttribute] {
        FileAttribute.of(blob, version: version, evidence: evidence)
    }
    func open() throws(StoreError) -> BlobContents {
        try store.contents(of: blob)
    }
    func witness(by opener: Opener) throws(StoreError) -> Witnessed? {
        guard let place else { return nil }
        let name = try store.loadName(of: place, blob)
        return name.map { Witnessed(name: $0, blob: blob, version: version) }
    }
}

/// A link whose target is known.
struct AliasLink: Link {
    let id: NodeID
    let path: String
    let modified: Timestamp
    var caching = Caching.brief

    func target() -> String { path }
    func attributes() -> Attributes { .link(id, to: path, modified: modified, caching: caching) }
}

extension FileAttribute {
    /// The attributes of every file of a blob, known without reading it.
    static func of(_ blob: Blob, version: Int? = nil, evidence: Evidence? = nil) -> [FileAttribute] {
        var all = [FileAttribute(own: "sha256", blob.digest.hex), FileAttribute(own: "autov2", blob.digest.autoV2)]
        if let version { all.append(FileAttribute(own: "version", "v\(version)")) }
        if let evidence { all.append(FileAttribute(own: "evidence", evidence.rawValue)) }
        return all
    }
}
