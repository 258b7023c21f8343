import GRDB
import Recipe

/// Models that were replaced while a process ran: a node whose result ComfyUI caches has the bytes from before.
extension Resolver {
    /// Decides which of several loads of one name, the newest first, gave a node its bytes, and whether that is a guess; nil if there are
    /// no loads.
    func choose(_ loads: [Row], for node: String) throws -> (row: Row, mayBeKept: Bool)? {
        guard let newest = loads.first else { return nil }
        guard try Set(loads.map { try $0.value("blob") as Int64 }).count > 1, run?.isCertain == true,
            let activity = run?.activity, let node = activity.known(node)
        else { return (newest, false) }
        for load in loads where try isOpened(load, by: node, activity) { return (load, false) }
        // It opened none during this run, so it has what it opened last, with the same inputs or else with any.
        let kept = try loads.filter { try wasOpened($0, by: node, asItIs: true) }
        if let last = kept.first { return (last, false) }
        let all = try loads.filter { try wasOpened($0, by: node, asItIs: false) }
        if let only = all.first, try Set(all.map { try $0.value("blob") as Int64 }).count == 1 { return (only, false) }
        if activity.spans.contains(where: { $0.node == node.id }) { return (newest, true) }
        return (try loads.first { try $0.time("first") <= activity.begun } ?? newest, true)
    }

    /// Whether a thread of the run opened it while only this node was running.
    private func isOpened(_ load: Row, by node: RunActivity.Node, _ activity: RunActivity) throws -> Bool {
        let openings = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT thread, time FROM opening WHERE load = ? AND time >= ? ORDER BY id DESC"),
            arguments: [try load.value("id") as Int64, activity.begun.nanoseconds])
        return try openings.contains { opening in
            try activity.threads.contains(opening.value("thread")) && activity.node(at: opening.time("time")) == node.id
        }
    }

    /// Whether a node of this id and class opened it in an earlier run, with its present inputs or with any.
    private func wasOpened(_ load: Row, by node: RunActivity.Node, asItIs: Bool) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM opening WHERE load = ? AND node = ? AND nodeClass = ?
                    AND (nodeInputs = ? OR NOT ?))
                    """),
            arguments: [try load.value("id") as Int64, node.id, node.kind, node.inputs.data, asItIs]) == true
    }

    /// In a pinned tree one name is one file: if nodes had different bytes under it, only the first node's are there.
    func withOneFileEach(_ models: [Recipe.ModelUse]) -> [Recipe.ModelUse] {
        var shown: [[EntryName]: Digest] = [:]
        return models.map { use in
            guard let digest = use.resolution?.sha256, !use.reference.isUnnamed else { return use }
            guard let first = shown[use.pinnedPath], first != digest else {
                shown[use.pinnedPath] = digest
                return use
            }
            var use = use
            use.evidence = min(use.evidence, .inferred)
            use.mayBeKept = true
            return use
        }
    }
}
