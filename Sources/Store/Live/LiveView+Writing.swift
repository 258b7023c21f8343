import GRDB
import Glibc
import Recipe
import SystemPackage

// How files are opened for writing, and closed.

extension LiveView {
    /// The longest time that a writer who is sent to another node waits for a publisher.
    private static let patienceWithPublishers = Duration.seconds(10)

    /// Opens a file for writing; nil if its name now leads to a new node, which has to be looked up.
    package func write(_ id: Int64, by caller: Caller) throws(StoreError) -> Draft? {
        while let draft = try writable(id) {
            let hasArrived = draft.arrive(caller.thread)
            defer { if hasArrived { draft.left() } }
            try awaitRelease(of: draft)
            if try makeVersion(of: draft, by: caller) { continue }
            try keepWhatWasClosed(of: draft)
            if state.withLock({ $0.begin(draft) }) { return draft }
            try awaitEnd(of: draft)
        }
        if let draft = try beginBehind(id, by: caller) { return draft }
        _ = try send(caller, from: id)
        // Who comes so late that nobody waited any more is not sent on once more.
        return caller.isRetrying ? try beginBehind(id, by: caller) : nil
    }

    /// A writer who was sent on and asks for the old node again holds it by a descriptor, not by its name, so it writes the draft that took
    /// the name. This does not apply while somebody reads the old bytes through the kernel, which shows one content for each node. Threads
    /// of another process namespace all have the number 0, so it is unknown which of them asks again.
    private func beginBehind(_ id: Int64, by caller: Caller) throws(StoreError) -> Draft? {
        guard caller.thread != 0 else { return nil }
        let next = state.withLock { state in state.heir(of: id).flatMap { state.drafts[$0] } }
        guard let next, next.arrive(caller.thread) else { return nil }
        defer { next.left() }
        return try state.withLock { state throws(StoreError) -> Draft? in
            guard state.handles[id] == nil else { throw .isRead(EntryName(number: id)) }
            guard state.begin(next) else { return nil }
            state.standIns.insert(id)
            return next
        }
    }

    /// A writer who was told that a node is gone has looked its name up again and found `id`. Returns the row of the node that it may
    /// write. The kernel does not ask a third time, so that node stays writable until the writer comes.
    package func find(again id: Int64, by caller: Caller) throws(StoreError) -> LiveRow? {
        if let draft = try writable(id) { _ = try makeVersion(of: draft, by: caller) }
        let found: Int64?
        do throws(StoreError) { found = try send(caller, from: id) } catch {
            switch error {
            // Whether the old bytes are needed is known once it is opened.
            case .blobMissing, .blobDamaged: return nil
            default: throw error
            }
        }
        return try found.flatMap { id throws(StoreError) in try store.live(id) }
    }

    /// The draft to write for a node; nil if its name leads to another node, or has to.
    private func writable(_ id: Int64) throws(StoreError) -> Draft? {
        let (draft, isRenewed) = state.withLock { ($0.drafts[id], $0.renewed[id] != nil) }
        if isRenewed { return nil }
        if let draft { return draft }
        guard let row = try store.live(id), row.kind == .file else { throw .gone(EntryName(number: id)) }
        return row.blob == nil ? try open(row) : nil
    }

    /// Bytes that another writer has closed become a version before they change. Returns whether they do, or whether another node has taken
    /// the name meanwhile.
    private func makeVersion(of draft: Draft, by caller: Caller) throws(StoreError) -> Bool {
        guard draft.isAtRest, !draft.isExpected else { return false }
        return try isLarge(draft) ? try lend(draft, by: caller) : try publish(only: draft)
    }

    /// Sends a writer to the draft that has the name of `id` now; it stays a draft until the writer comes. Nil if no node has the name.
    private func send(_ caller: Caller, from id: Int64) throws(StoreError) -> Int64? {
        var last = id
        let deadline = ContinuousClock.now + Self.patienceWithPublishers
        while .now < deadline {
            last = state.withLock { $0.heir(of: last) } ?? last
            if let draft = draft(last) {
                if draft.expect(caller.thread) {
                    state.withLock { _ = $0.candidates.insert(last) }
                    return last
                }
                try awaitEnd(of: draft)
                continue
            }
            guard let row = try store.live(last), row.kind == .file, !row.isUnlinked else { return nil }
            if row.blob == nil { _ = try open(row) } else { try renew(row, by: caller) }
        }
        return nil
    }

    /// Another thread is publishing a draft, or giving its name to another node: helps it, or waits a moment.
    private func awaitEnd(of draft: Draft) throws(StoreError) {
        // A lent draft is large; its name is free in a moment.
        if !draft.isLent, try publish(only: draft) { return }
        guard try store.live(draft.row) != nil else { throw .gone(EntryName(number: draft.row)) }
        Activity.perform(.wait) { _ = usleep(1000) }
    }

    /// `close` returns before the kernel releases the descriptor. A writer who opens a model again at once waits for the release, so that
    /// the closed bytes become a version before they change. Another descriptor may really be open, so the wait is half a second at most.
    private func awaitRelease(of draft: Draft) throws(StoreError) {
        guard draft.writers > 0, try isClosedModel(draft) else { return }
        Activity.perform(.wait) {
            for _ in 0..<2500 where draft.isClosed && draft.writers > 0 { usleep(200) }
        }
    }

    /// The model's name that a file has now.
    func modelName(of id: Int64) throws(StoreError) -> ModelName? {
        guard let path = try store.path(ofLive: id) else { return nil }
        return try store.modelName(live: path)
    }

    private func isClosedModel(_ draft: Draft) throws(StoreError) -> Bool {
        guard draft.isClosed else { return false }
        return try modelName(of: draft.row) != nil
    }

    /// Somebody has a closed model open, and others are about to write into it: a copy becomes the version.
    private func keepWhatWasClosed(of draft: Draft) throws(StoreError) {
        guard draft.writers > 0 || draft.isExpected, try isClosedModel(draft), let source = try draft.file(),
            let row = try store.live(draft.row)
        else {
            return
        }
        let generation = draft.generation
        let copy = try store.catalogue.writeSoon { db in
            let process = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT process FROM live WHERE id = ?"), arguments: [row.id])
            return try db.insert(
                NewNode(kind: .file, mode: row.mode, user: row.user, group: row.group, process: process), row.name,
                in: nil)
        }
        // Not earlier: a row without a name or a pending version would be deleted while it is copied.
        defer { state.withLock { _ = $0.unlinked.insert(copy) } }
        let path = store.livePath(copy)
        let file = try store.makeStaged(copy)
        try source.copy(to: file, path, ending)
        let kept = try store.catalogue.writeSoon { db -> LiveRow? in
            // Somebody may have written meanwhile: then nothing was closed.
            guard draft.isClosed, draft.generation == generation,
                let name = try db.path(ofLive: draft.row).flatMap({ try db.modelName(live: $0) })
            else { return nil }
            try db.setClosing(.closed, of: copy)
            guard let kept = try db.live(copy) else { return nil }
            try db.addPendingVersion(kept, name, .replace)
            return kept
        }
        guard let kept, let whole = try open(kept) else { return }
        // A large copy is hashed later, while nobody waits.
        if try isLarge(whole) {
            state.withLock { _ = $0.candidates.insert(kept.id) }
        } else {
            _ = try publish(only: whole)
        }
    }

    /// The corresponding operation is `release` of a file that was open for writing.
    package func close(_ draft: Draft) throws(StoreError) {
        guard draft.endWriting() else { return }
        guard draft.isStaged else { return try settle([draft]) }
        defer { state.withLock { state in _ = state.candidates.insert(draft.row) } }
        try draft.flush()
        if draft.hasFailed { try setAside(draft) }
    }

    /// A file that could not be written in full gives its name back to what it held before, if that was something.
    private func setAside(_ draft: Draft) throws(StoreError) {
        guard let row = try store.live(draft.row), let path = try store.path(ofLive: row.id) else { return }
        let isEmpty = try facts(of: row)?.size == 0
        let partial = try store.catalogue.writeSoon { db -> EntryName? in
            guard let name = try db.modelName(live: path), try db.versionBefore(of: name) != nil else { return nil }
            let partial = try db.setAside(row, path)
            if isEmpty, let row = try db.live(draft.row) { try db.unname(row) }
            return partial
        }
        guard let partial else { return }
        if isEmpty { unlinked(row) }
        let what = isEmpty ? "" : "; what was written of it is \(ViewPath(path.dropLast() + [partial]))"
        state.withLock { state in
            state.untold.setAside.append(
                "\(ViewPath(path)): it could not be written in full, so the name holds what it held before\(what)")
        }
    }

    /// Truncates a file by its name; false if the name has to be looked up again. The corresponding operation is `truncate`.
    package func truncate(_ id: Int64, to size: Int, by caller: Caller) throws(StoreError) -> Bool {
        var caller = caller
        caller.empties = size == 0
        guard let draft = try write(id, by: caller) else { return false }
        do throws(StoreError) { try draft.truncate(size) } catch {
            try? close(draft)
            throw error
        }
        try close(draft)
        return true
    }
}
