import Glibc
import Recipe
import Store
import SystemPackage

/// `.reprofs`: what this mount is, who reads it, and where tools report their runs.
struct StateTree: Tree {
    let context: MountContext
    let name: EntryName = ".reprofs"
    let kinds: Set<NodeKind> = []
    let fixed: Set<FixedNode> = [.state, .status, .whoami, .reports]

    var root: any Directory { StateDirectory(context: context) }

    func node(_ id: NodeID) -> Node? {
        StateDirectory(context: context).files.first { $0.1.id == id }.map { .file($0.1) } ?? .directory(root)
    }
}

private struct StateDirectory: Directory {
    let context: MountContext
    var id: NodeID { FixedNode.state.id }
    fileprivate var files: [(name: EntryName, any File)] {
        [
            ("status", StatusFile(context: context)), ("whoami", WhoamiFile(context: context)),
            ("reports", ReportBox(context: context)),
        ]
    }

    func attributes() throws(StoreError) -> Attributes { .directory(id, modified: try context.store.created()) }
    func child(_ name: EntryName) -> Node? { files.first { $0.name == name }.map { .file($0.1) } }
    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry] {
        var listed: [(name: EntryName, attributes: Attributes)] = []
        for (name, file) in files { listed.append((name, try file.attributes())) }
        return try Listing(phases: [Listing.fixed(listed)]).entries(after: cookie, limit: limit)
    }
}

/// Made anew for each open, so its pages are never kept. As in /proc its size is 0: of any other, programs that ask for the size first
/// would read no more, though the text may have grown meanwhile.
private struct StatusFile: File {
    let context: MountContext
    var id: NodeID { FixedNode.status.id }
    var caching: Caching { .none }

    func attributes() throws(StoreError) -> Attributes {
        Attributes(
            id: id, kind: .file, size: 0, modified: try context.store.created(), caching: .none)
    }

    func open() throws(StoreError) -> BlobContents { .bytes(Array(try text().utf8)) }

    private var passthrough: JSON {
        guard let problem = context.passthrough.problem else { return ["on": true, "helper": helper] }
        return [
            "on": false, "why": .string(problem.why), "advice": .string(orNull: problem.advice), "helper": helper,
        ]
    }

    /// The process that has the right where this one lacks it.
    private var helper: JSON {
        guard let helper = context.passthrough.helper else { return .null }
        return [
            "there": .bool(helper.isThere), "used": .bool(helper.problem == nil),
            "why": .string(orNull: helper.problem),
        ]
    }

    /// Whether this process writes the live view, and if not, which does.
    private var models: JSON {
        if context.live.lease.isHeld {
            return ["writable": true, "readOnly": .null, "problem": .string(orNull: context.live.problem)]
        }
        return ["writable": false, "readOnly": .string(context.live.lease.obstacle.description), "problem": .null]
    }

    /// The blobs that come from elsewhere while they are read, and how much of each is here.
    private var lazy: JSON {
        guard let lazy = context.lazy else { return ["on": false, "files": []] }
        return [
            "on": true,
            "files": .array(
                lazy.open.map {
                    [
                        "sha256": .string($0.digest.hex), "size": .integer($0.size), "present": .integer($0.present),
                        "waiting": .integer($0.waiting),
                    ]
                }),
        ]
    }

    private func text() throws(StoreError) -> String {
        let counts = try context.store.counts()
        let view = try context.store.active()
        let verification = try context.store.verificationState()
        let active: JSON = [
            "view": .string(view.models == nil ? "live" : view.snapshot?.text ?? "a variation"),
            "generation": .integer(view.generation), "switched": .string(view.changed.description),
        ]
        let status: JSON = [
            "schema": DocumentSchema.mount.json,
            "version": .string(ReproFSVersion.current),
            "store": .string(context.store.path.string),
            "mountPoint": .string(context.mountPoint),
            "process": .integer(getpid()),
            "places": .array(context.places.map { .string($0) }),
            "counts": [
                "models": .integer(counts.models), "versions": .integer(counts.versions),
                "blobs": .integer(counts.blobs),
                "images": .integer(counts.images), "snapshots": .integer(counts.snapshots),
            ],
            "models": models,
            "delays": .array(Activity.delays().map(\.json)),
            "passthrough": passthrough,
            "active": active,
            "lazy": lazy,
            "lastScrub": .string(orNull: verification.newest?.description),
            "verification": [
                "oldest": .string(orNull: verification.oldest?.description), "unread": .integer(verification.unchecked),
                "lost": .integer(verification.damaged),
            ],
        ]
        return status.formatted()
    }
}

extension Activity.Delay {
    /// What takes too long.
    fileprivate var json: JSON {
        [
            "what": .string(what), "node": node == 0 ? .null : .string("\(node)"), "thread": .integer(Int(thread)),
            "seconds": .integer(seconds), "waitsFor": .string(waitsFor),
        ]
    }
}

/// `.reprofs/whoami`: the reader's process as the mount knows it. A process number from within a container means nothing outside.
private struct WhoamiFile: File {
    let context: MountContext
    var id: NodeID { FixedNode.whoami.id }
    var caching: Caching { .none }

    /// The text depends on the reader, so no size is given.
    func attributes() throws(StoreError) -> Attributes {
        Attributes(
            id: id, kind: .file, size: 0, modified: try context.store.created(), caching: .none)
    }

    func open() throws(StoreError) -> BlobContents { try open(by: Opener(process: getpid())) }

    func open(by opener: Opener?) throws(StoreError) -> BlobContents {
        let text: JSON = [
            "schema": DocumentSchema.whoami.json,
            "version": .string(ReproFSVersion.current),
            "store": .string(context.store.path.string),
            "mountPoint": .string(context.mountPoint),
            "process": .string(orNull: opener?.identity),
            "pid": .integer(orNull: opener?.pid),
            "started": .string(orNull: opener?.started.description),
            "executable": .string(orNull: opener?.executable),
        ]
        return .bytes(Array(text.formatted().utf8))
    }
}

/// `.reprofs/reports`: each time it is opened, written and closed, it takes one report of a run.
private struct ReportBox: Inbox {
    let context: MountContext
    var id: NodeID { FixedNode.reports.id }
    var caching: Caching { .none }
    var limit: Int { Store.reportLimit }

    func attributes() throws(StoreError) -> Attributes {
        Attributes(
            id: id, kind: .file, size: 0, modified: try context.store.created(), caching: .none, isInbox: true)
    }

    func open() throws(StoreError) -> BlobContents { .bytes([]) }

    func accept(_ message: [UInt8], from opener: Opener?, by writer: ReportWriter) throws(StoreError) {
        try context.store.accept(report: message, from: opener?.identity, by: writer)
    }
}
