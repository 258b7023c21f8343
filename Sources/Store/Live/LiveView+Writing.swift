import GRDB
import Glibc
import Recipe
import SystemPackage

// How files are opened for writing, and closed.

extension LiveView {
    /// Opens a file for writing; nil where its name leads to a new node from now on, which is to be looked up.
    package func write(_ id: Int64, by caller: Caller) throws(StoreError) -> Draft? {
        while true {
            if let draft = draft(id) {
                try awaitRelease(of: draft)
                // Closed by another writer since: its bytes become a version, and change no more before they are one.
                if draft.isAtRest, !draft.isExpected {
                    if try isLarge(draft) {
                        if try lend(draft, by: caller) { return try sendOn(from: id, by: caller) }
                    } else if try publish(only: draft) {
                        continue
                    }
                }
                try keepWhatWasClosed(of: draft)
                if state.withLock({ $0.begin(draft, caller.thread) }) { return draft }
                // Somebody else has published it, or is about to.
                if try !publish(only: draft) {
                    guard try store.live(id) != nil else { throw .gone(EntryName(number: id)) }
                    Activity.perform(.wait) { _ = usleep(1000) }
                }
                continue
            }
            guard let row = try store.live(id), row.kind == .file else { throw .gone(EntryName(number: id)) }
            if row.blob != nil {
                if let draft = try beginBehind(row, by: caller) { return draft }
                try renew(row, by: caller)
                return try sendOn(from: id, by: caller)
            }
            _ = try open(row)
        }
    }

    /// Who was sent on and asks for the old node once more has it by a descriptor, not by its name: he writes the draft that took the
    /// name. Not where somebody reads the old bytes through the kernel, which shows one content by one node.
    private func beginBehind(_ row: LiveRow, by caller: Caller) throws(StoreError) -> Draft? {
        try state.withLock { state throws(StoreError) -> Draft? in
            guard let next = state.heir(of: row.id), let draft = state.drafts[next], draft.isExpecting(caller.thread)
            else { return nil }
            guard state.handles[row.id] == nil else {
                draft.expectNoMore(caller.thread)
                throw .isRead(row.name)
            }
            guard state.begin(draft, caller.thread) else { return nil }
            state.standIns.insert(row.id)
            return draft
        }
    }

    /// The kernel looks a name up once more and no third time: what it finds then is a draft, and stays one until it comes.
    private func sendOn(from id: Int64, by caller: Caller) throws(StoreError) -> Draft? {
        var last = id
        for _ in 0..<100 {
            last = state.withLock { $0.heir(of: last) } ?? last
            if let draft = draft(last) {
                if draft.expect(caller.thread) {
                    state.withLock { _ = $0.candidates.insert(last) }
                    return nil
                }
                // It is about to be a blob.
                if try !publish(only: draft) { Activity.perform(.wait) { _ = usleep(1000) } }
            }
            guard let row = try store.live(last), !row.isUnlinked else { return nil }
            if row.blob != nil { try renew(row, by: caller) }
        }
        return nil
    }

    /// `close` returns before the kernel says that the descriptor is gone: who opens a model again at once waits for that, so that
    /// what was closed becomes a version before it changes. Another descriptor may really be open, so it waits half a second at most.
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

    /// Somebody has a model open that he or another closed, and now others will write into it: a copy becomes the version.
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
        state.withLock { _ = $0.unlinked.insert(copy) }
        let path = store.livePath(copy)
        let file = try store.makeStaged(copy)
        try source.copy(to: file, path, ending)
        let kept = try store.catalogue.writeSoon { db -> LiveRow? in
            // Whoever has it open may have written on meanwhile: then nothing was closed.
            guard draft.isClosed, draft.generation == generation,
                let name = try db.path(ofLive: draft.row).flatMap({ try db.modelName(live: $0) })
            else { return nil }
            try db.setClosing(.closed, of: copy)
            guard let kept = try db.live(copy) else { return nil }
            try db.owe(kept, name, .replace)
            return kept
        }
        guard let kept, let whole = try open(kept) else { return }
        // A large one is hashed while nobody waits.
        if try isLarge(whole) {
            state.withLock { _ = $0.candidates.insert(kept.id) }
        } else {
            _ = try publish(only: whole)
        }
    }

    /// Gives the name of a published file to a new node that holds the same until something is written. It tells no hash and the
    /// kernel keeps no pages of it until its writer has come and gone, or did not come.
    private func renew(_ row: LiveRow, by caller: Caller) throws(StoreError) {
        guard let blob = row.blob else { return }
        // The bytes are looked at before, so that nobody waits for that.
        let contents = try store.contents(of: blob)
        var made: Draft?
        try store.catalogue.writeSoon { db in
            // Another writer may have been first.
            guard let row = try db.live(row.id), let parent = row.parent, row.blob?.id == blob.id else { return }
            let version = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT version FROM live WHERE id = ?"), arguments: [row.id])
            let id = try db.renew(
                row, in: parent, version: version, process: try caller.opener.map { try db.process($0) })
            // Before anybody can find the node, so that all who open it read what will be written.
            let draft = Draft(row: id, base: contents, self)
            made = draft
            state.withLock { state in
                state.drafts[id] = draft
                state.renewed[row.id] = id
            }
        }
        if made != nil { state.withLock { _ = $0.unlinked.insert(row.id) } }
    }

    /// The same for a file that was closed and takes long to hash: its bytes become a version under the old node, which nobody waits
    /// for. False where it is no model, or somebody writes again.
    private func lend(_ draft: Draft, by caller: Caller) throws(StoreError) -> Bool {
        guard try ready(draft.row) === draft, let file = try draft.file(), draft.lend() else { return false }
        var made: Int64?
        do throws(StoreError) {
            try store.catalogue.writeSoon { db in
                made = nil
                guard let row = try db.live(draft.row), let parent = row.parent, row.blob == nil,
                    let name = try db.path(ofLive: row.id).flatMap({ try db.modelName(live: $0) })
                else { return }
                try db.owe(row, name, .replace)
                let id = try db.renew(
                    row, in: parent, version: nil, process: try caller.opener.map { try db.process($0) })
                made = id
                let fresh = Draft(row: id, base: .file(file), self)
                state.withLock { state in
                    state.drafts[id] = fresh
                    state.borrowers[row.id] = id
                    state.renewed[row.id] = id
                }
            }
        } catch {
            state.withLock { state in
                if let made { state.drafts[made] = nil }
                state.borrowers[draft.row] = nil
                state.renewed[draft.row] = nil
            }
            draft.takeBack()
            throw error
        }
        guard made != nil else {
            draft.takeBack()
            return false
        }
        state.withLock { state in
            state.unlinked.insert(draft.row)
            state.candidates.insert(draft.row)
        }
        return true
    }

    /// The corresponding operation is `release` of a file that was open for writing.
    package func close(_ draft: Draft) throws(StoreError) {
        guard draft.endWriting() else { return }
        guard draft.isStaged else { return try settle([draft]) }
        defer { state.withLock { state in _ = state.candidates.insert(draft.row) } }
        try draft.flush()
        if draft.hasFailed { try setAside(draft) }
    }

    /// What could not be written in full leaves its name to what that held before, where that was something.
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

    /// Cuts a file by its name; false where it is to be looked up again. The corresponding operation is `truncate`.
    package func truncate(_ id: Int64, to size: Int, by caller: Caller) throws(StoreError) -> Bool {
        guard let draft = try write(id, by: caller) else { return false }
        do throws(StoreError) { try draft.truncate(size) } catch {
            try? close(draft)
            throw error
        }
        try close(draft)
        return true
    }
}
