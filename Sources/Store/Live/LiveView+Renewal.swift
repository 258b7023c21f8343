import GRDB
import Recipe

// How a name gets a new node, so that nobody who reads the old one sees other bytes.

extension LiveView {
    /// Gives the name of a published file to a new node, which holds the same bytes until something is written. Until its writer has come
    /// and gone, or has failed to come, the node reports no hash and the kernel keeps none of its pages.
    func renew(_ row: LiveRow, by caller: Caller) throws(StoreError) {
        guard let blob = row.blob else { return }
        // The bytes are checked before the transaction, so that nobody waits for that.
        let base = try base(blob, for: caller)
        FaultPoint.pass("renews", store.livePath(row.id))
        let made = try renewing(row.id) { (db) throws -> Draft? in
            // Another writer may have been first.
            guard let row = try db.live(row.id), let parent = row.parent, row.blob?.id == blob.id else { return nil }
            let version = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT version FROM live WHERE id = ?"), arguments: [row.id])
            let id = try db.renew(
                row, in: parent, version: version, process: try caller.opener.map { try db.process($0) })
            return Draft(row: id, base: base, self)
        }
        if made { state.withLock { _ = $0.unlinked.insert(row.id) } }
    }

    private func base(_ blob: Blob, for caller: Caller) throws(StoreError) -> Draft.Base {
        do throws(StoreError) { return .here(try store.contents(of: blob)) } catch {
            switch error {
            case .blobMissing where caller.empties, .blobDamaged where caller.empties: return .absent
            default: throw error
            }
        }
    }

    /// Runs a transaction that gives a node's name to a new node; returns whether it did. The new draft is registered before anybody can
    /// find it, so that everybody who opens it reads what will be written.
    private func renewing(
        _ old: Int64, isLent: Bool = false, _ body: (Database) throws -> Draft?
    ) throws(StoreError) -> Bool {
        var made: Int64?
        func forget() {
            guard let id = made else { return }
            made = nil
            state.withLock { state in
                state.drafts[id] = nil
                state.renewed[old] = nil
                state.borrowers[old] = nil
            }
        }
        do throws(StoreError) {
            try store.catalogue.writeSoon { db in
                // The transaction may run again.
                forget()
                guard let draft = try body(db) else { return }
                made = draft.row
                state.withLock { state in
                    state.drafts[draft.row] = draft
                    state.renewed[old] = draft.row
                    if isLent { state.borrowers[old] = draft.row }
                }
            }
        } catch {
            forget()
            throw error
        }
        return made != nil
    }

    /// The same for a closed file that takes long to hash: its bytes become a version under the old node while nobody waits. False if it is
    /// not a model, or somebody writes again.
    func lend(_ draft: Draft, by caller: Caller) throws(StoreError) -> Bool {
        guard try ready(draft.row) === draft, let file = try draft.file(), draft.lend() else { return false }
        var made = false
        defer { if !made { draft.takeBack() } }
        made = try renewing(draft.row, isLent: true) { (db) throws -> Draft? in
            guard let row = try db.live(draft.row), let parent = row.parent, row.blob == nil,
                let name = try db.path(ofLive: row.id).flatMap({ try db.modelName(live: $0) })
            else { return nil }
            try db.addPendingVersion(row, name, .replace)
            let id = try db.renew(row, in: parent, version: nil, process: try caller.opener.map { try db.process($0) })
            return Draft(row: id, base: .here(.file(file)), self)
        }
        guard made else { return false }
        state.withLock { state in
            state.unlinked.insert(draft.row)
            state.candidates.insert(draft.row)
        }
        return true
    }
}
