import GRDB
import Recipe
import Synchronization
import SystemPackage

// The short way of making a file and giving it its name: in memory and in the mount's journal.
//
// The kernel lets nobody else change names in a directory meanwhile, so nothing that is decided here comes between the looking
// and the doing of a transaction of this mount. Another process may; see `Database.settle`.

extension LiveView {
    /// From now on files are made in the short way. Somebody has to call ``publish()`` now and then.
    package func beginJournal() throws(StoreError) {
        guard let mount else { return }
        store.catalogue.mirror?.begin(try LiveJournal(of: mount, in: store.path.appending("live")))
    }

    /// The mount ends, and everything has its row.
    package func endJournal() throws(StoreError) {
        try store.catalogue.settle()
        if let journal = store.catalogue.mirror?.end() { try Kernel.unlink(journal.path) }
    }

    /// Nil where a transaction has to find out whether it may be made.
    func createFresh(
        _ name: EntryName, in directory: Int64, mode: UInt32, by caller: Caller
    ) throws(StoreError) -> (row: LiveRow, draft: Draft)? {
        guard let mirror = store.catalogue.mirror, let id = mirror.number(for: name, in: directory) else { return nil }
        let draft = Draft(row: id, staged: try store.makeStaged(id), store)
        draft.beginWriting()
        let now = Timestamp.now()
        let file = FreshFile(
            id: id, parent: directory, name: name, mode: mode, user: caller.user, group: caller.group,
            opener: caller.opener, made: now, changed: now)
        state.withLock { $0.drafts[id] = draft }
        guard mirror.make(file) else {
            state.withLock { $0.drop(draft) }
            try Kernel.unlink(draft.path)
            return nil
        }
        return (file.row, draft)
    }

    /// Gives a file that waits for its row a name that nothing has; nil where a transaction has to do it.
    func renameFresh(
        _ name: EntryName, in directory: Int64, to newName: EntryName, in newDirectory: Int64
    ) throws(StoreError) -> Int64? {
        guard let mirror = store.catalogue.mirror, mirror.hasFresh,
            // A model that loses its name is an event.
            let path = mirror.path(of: directory), ModelName(live: path + [name]) == nil
        else { return nil }
        return mirror.rename(name, in: directory, to: newName, in: newDirectory, at: .now())
    }
}

extension Catalogue {
    /// Sees to it that there are numbers for files that are made in the short way.
    func reserveNumbers(_ db: Database) throws {
        guard let mirror, mirror.wantsIDs else { return }
        let first = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT seq FROM sqlite_sequence WHERE name = 'live'"))
        guard let first else { return }
        let count: Int64 = 4096
        try db.execute(
            db.cachedStatement(sql: "UPDATE sqlite_sequence SET seq = ? WHERE name = 'live'"), [first + count])
        // Where the transaction fails, somebody else gets these numbers.
        db.afterNextTransaction { _ in mirror.take(first + 1..<first + count + 1) }
    }
}
