import Glibc
import Recipe
import Store
import SystemPackage

/// `.reprofs/status`: what this mount is, for people and programs.
struct StateTree: Tree {
    let context: MountContext
    let name = ".reprofs"
    let kinds: Set<NodeKind> = []
    let fixed: Set<FixedNode> = [.state, .status]

    var root: any Directory { StateDirectory(context: context) }

    func node(_ id: NodeID) -> Node? {
        id == FixedNode.status.id ? .file(StatusFile(context: context)) : .directory(root)
    }
}

private struct StateDirectory: Directory {
    let context: MountContext
    var id: NodeID { FixedNode.state.id }

    func attributes() throws(Failure) -> Attributes { .directory(id, modified: try asking(context.store.created)) }
    func child(_ name: String) -> Node? { name == "status" ? .file(StatusFile(context: context)) : nil }
    func entries(after cookie: Cookie, limit: Int) throws(Failure) -> [Entry] {
        try Listing(phases: [Listing.fixed([("status", try StatusFile(context: context).attributes())])])
            .entries(after: cookie, limit: limit)
    }
}

/// Made anew for each open, so its pages are never kept.
private struct StatusFile: File {
    let context: MountContext
    var id: NodeID { FixedNode.status.id }
    var caching: Caching { .none }

    func attributes() throws(Failure) -> Attributes {
        Attributes(
            id: id, kind: .file, size: try text().utf8.count, modified: try asking(context.store.created),
            caching: .none)
    }

    func open() throws(Failure) -> BlobContents { .bytes(Array(try text().utf8)) }

    private func text() throws(Failure) -> String {
        let counts = try asking(context.store.counts)
        let status: JSON = [
            "schema": "reprofs.status/1",
            "version": .string(ReproFSVersion.current),
            "store": .string(context.store.path.string),
            "mountPoint": .string(context.mountPoint),
            "process": .integer(getpid()),
            "counts": [
                "models": .integer(counts.models), "versions": .integer(counts.versions),
                "blobs": .integer(counts.blobs),
                "images": .integer(counts.images), "snapshots": .integer(counts.snapshots),
            ],
            "passthrough": ["on": false, "why": .string(context.passthrough)],
            "lastScrub": .null,
        ]
        return status.formatted()
    }
}
