import GRDB
import Recipe

/// Which threads ran a prompt, and when each node was running: the run read what these threads opened meanwhile.
struct RunActivity: Sendable {
    let begun: Timestamp
    let threads: Set<Int32>
    let spans: [RunReport.Span]
    /// The nodes that made the image, with their classes: what other nodes of the prompt opened belongs to other images.
    let nodes: [String: String]
    /// All values in the prompt that are texts.
    private let texts: Set<String>
    private let inputs: [String: Digest]

    /// A node as it was in the prompt. ComfyUI caches its result until any of this changes.
    struct Node: Equatable {
        let id, kind: String
        /// The digest of its own inputs' canonical JSON.
        let inputs: Digest
    }

    /// Nil if the report does not say.
    init?(_ report: RunReport, nodes: [String: String]) {
        guard let begun = report.begun, !report.threads.isEmpty, let json = try? JSONParser.parse(report.prompt) else {
            return nil
        }
        self.begun = begun
        threads = report.threads
        spans = report.spans
        self.nodes = nodes
        inputs = Dictionary(
            (json.object?.members ?? []).map { id, node in
                (id, SHA256.digest(of: Array((node["inputs"] ?? .null).canonical().utf8)))
            }, uniquingKeysWith: { first, _ in first })
        let values = (json.object?.members ?? []).flatMap { $0.value["inputs"]?.object?.members ?? [] }
        texts = Set(values.compactMap(\.value.string))
    }

    /// Whether a node that made the image, or an unknown one, may have opened it without naming it.
    func counts(_ path: ModelPath, openedAt time: Timestamp) -> Bool {
        guard let node = node(at: time) else { return !texts.contains(path.description) }
        return nodes[node] != nil
    }

    /// A node that made the image.
    func known(_ id: String) -> Node? {
        guard let kind = nodes[id], let inputs = inputs[id] else { return nil }
        return Node(id: id, kind: kind, inputs: inputs)
    }

    /// The only node that was running; nil if none was, or several.
    func node(at time: Timestamp) -> String? {
        let nodes = Set(spans.filter { $0.begun <= time && time <= $0.ended }.map(\.node))
        return nodes.count == 1 ? nodes.first : nil
    }
}

/// Models that no node names.
extension Resolver {
    /// The models that threads of the run opened while it ran. For each class of its graph that opened none: those that it opened in the
    /// process's last run in which it opened any, since it may have cached them.
    ///
    /// Models of previews are left out: they change no image.
    func unnamed(besides named: [Recipe.ModelUse]) throws -> [Recipe.ModelUse] {
        guard let run, run.isCertain, let process = run.process, let activity = run.activity else { return [] }
        let known = Set(named.compactMap(\.resolution?.sha256))
        let paths = Set(named.filter { $0.resolution != nil }.map(\.pinnedPath))
        var found: [Recipe.ModelUse] = []
        var openers: Set<String> = []
        for opening in try openings(by: process, activity, until: run.ended) {
            if let node = activity.node(at: opening.time).flatMap(activity.known) {
                try db.setNode(node.id, node.kind, node.inputs, ofOpening: opening.id)
            }
            guard !known.contains(opening.resolution.sha256),
                !paths.contains([opening.resolution.folder] + opening.resolution.path.components)
            else { continue }
            guard activity.counts(opening.resolution.path, openedAt: opening.time) else { continue }
            let node = activity.node(at: opening.time)
            if let kind = node.flatMap({ activity.nodes[$0] }) {
                try db.setOpener(kind, begun: activity.begun, ofOpening: opening.id)
                openers.insert(kind)
            }
            found.append(opening.use(by: node, .observed))
        }
        for kind in Set(activity.nodes.values).sorted() where !openers.contains(kind) {
            for opening in try openings(by: process, of: kind, before: activity.begun)
            where !known.contains(opening.resolution.sha256) {
                let node = activity.nodes.filter { $0.value == kind }.keys.min()
                found.append(opening.use(by: node, .inferred))
            }
        }
        // What was opened last under a name counts.
        var taken: Set<[EntryName]> = []
        return found.reversed().filter { taken.insert($0.pinnedPath).inserted }.reversed()
    }

    private struct Opening {
        let id: Int64
        let time: Timestamp
        let resolution: Recipe.Resolution

        init(_ row: Row) throws {
            id = try row.value("id")
            time = try row.time("time")
            let blob = try Blob(row)
            guard let path = ModelPath(parsing: try row.value("name") as String) else {
                throw StoreError.catalogue("row \(id) of opened models has no path of a model")
            }
            resolution = .init(
                folder: try row.name("folder"), path: path, sha256: blob.digest, size: blob.size,
                version: try row.value("version"))
        }

        func use(by node: String?, _ evidence: Evidence) -> Recipe.ModelUse {
            var use = Recipe.ModelUse(
                reference: ModelReference(
                    folder: resolution.folder.text, name: resolution.path.description, candidates: [resolution.path],
                    node: node ?? "", input: ""))
            use.reference.isUnnamed = true
            use.resolution = resolution
            use.evidence = evidence
            return use
        }
    }

    /// Opens of models under names that a prompt could use, in order.
    private static let columns = """
        SELECT opening.id, opening.time, load.folder, load.name, load.version, load.blob, blob.sha256, blob.size,
        blob.private FROM opening
        JOIN load ON load.id = opening.load JOIN process ON process.id = load.process JOIN blob ON blob.id = load.blob
        WHERE process.identity = ?1 AND load.folder NOT IN ('', 'vae_approx')
        """

    private func openings(
        by process: String, _ activity: RunActivity, until ended: Timestamp
    ) throws -> [Opening] {
        try activity.threads.sorted().flatMap { thread in
            try Row.fetchAll(
                db,
                sql: "\(Self.columns) AND opening.thread = ?2 AND opening.time BETWEEN ?3 AND ?4 ORDER BY opening.id",
                arguments: [process, thread, activity.begun.nanoseconds, ended.nanoseconds]
            ).named { try Opening($0) }
        }.sorted { $0.id < $1.id }
    }

    /// The opens of the last run in which this class opened any.
    private func openings(by process: String, of kind: String, before begun: Timestamp) throws -> [Opening] {
        let found = try Row.fetchAll(
            db,
            sql: "\(Self.columns) AND opening.class = ?2 AND opening.begun = (SELECT max(o.begun) FROM opening AS o "
                + "JOIN load ON load.id = o.load JOIN process ON process.id = load.process "
                + "WHERE process.identity = ?1 AND o.class = ?2 AND o.begun < ?3) ORDER BY opening.id",
            arguments: [process, kind, begun.nanoseconds])
        return try found.named { try Opening($0) }
    }
}
