import GRDB
import Recipe

// What is left of files that nobody writes or names any more.

extension LiveView {
    /// Nobody wrote into these new nodes of published files, so they keep the blob that they hold.
    func settle(_ drafts: [Draft]) throws(StoreError) {
        var own: [Draft] = []
        // Some show the bytes of a draft that is not a blob yet.
        for draft in drafts where try store.live(draft.row)?.source == nil { own.append(draft) }
        let settled = state.withLock { state in
            own.filter { draft in
                guard draft.isIdle, !draft.isStaged else { return false }
                state.drop(draft)
                return true
            }
        }
        guard !settled.isEmpty else { return }
        try store.catalogue.writeSoon { db in for draft in settled { try db.settle(draft.row) } }
    }

    /// Deletes the rows and files of nodes that have no name, are open nowhere, and have no pending version.
    func reapUnlinked() throws(StoreError) {
        let closed = state.withLock { state in
            state.unlinked.filter {
                state.handles[$0] == nil && !state.candidates.contains($0) && state.drafts[$0]?.isIdle != false
            }
        }
        let dead = closed.filter { !openRows.isOpenElsewhere($0) }
        guard !dead.isEmpty else { return }
        let gone = try store.catalogue.writeSoon { db in
            try dead.filter { id in
                guard let row = try db.live(id) else { return true }
                guard row.parent == nil, try !db.hasPendingVersion(id), !openRows.isOpenElsewhere(id) else {
                    return false
                }
                try db.deleteLive(id)
                return true
            }
        }
        FaultPoint.pass("reaped", store.livePath(gone.first ?? 0))
        for id in gone { store.removeStaged(id) }
        state.withLock { state in
            state.unlinked.subtract(gone)
            for id in gone { state.forget(id) }
        }
    }
}
