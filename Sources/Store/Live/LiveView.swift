import GRDB
import Glibc
package import Recipe
import SystemPackage

/// The live view as one process serves it: which files are being written, and which wait to become versions.
///
/// A file that was closed is published before its bytes may change again, and a node never shows other bytes once its bytes are
/// published: whoever opens such a file for writing is sent to a new node of the same name.
///
/// One process at a time has the lease to write it; commands change names by one transaction each and need none.
package final class LiveView: Sendable {
    /// The store whose names it shows.
    package let store: Store
    /// Whether this process may write.
    package let lease: LiveLease
    /// Says when work that takes long is to stop. Rows remember what was closed, and the next holder of the lease continues.
    package let ending = Ending()
    let openRows: LiveOpenRows
    let state = Lock(.view, State())

    struct State {
        var drafts: [Int64: Draft] = [:]
        /// Files that were closed, renamed or uncovered: they may be models now.
        var candidates: Set<Int64> = []
        /// Programs that opened a closed file before it was a blob.
        var readers: [Int64: [(opener: Opener, time: Timestamp, generation: Int)]] = [:]
        /// What was published because something waited for it, and is not reported yet.
        var untold = Publication()
        /// The nodes that hold the bytes of closed files, by those files.
        var borrowers: [Int64: Int64] = [:]
        /// Nodes that lost their names to new nodes, which are to be written.
        var renewed: [Int64: Int64] = [:]
        /// Those of them that stand for the new ones from then on: somebody has them by a descriptor and wrote through it, or they are
        /// gone.
        var standIns: Set<Int64> = []
        /// How often each file is open here.
        var handles: [Int64: Int] = [:]
        /// Rows that have lost their names.
        var unlinked: Set<Int64> = []
        /// Why a file that was closed is not a version yet.
        var problem: String?
        /// The commit as of which the names of links were settled, and the closed files that have a model's name by a link alone or too.
        var linksSettled = Commit.unknown
        /// The mirror's number of then.
        var linksChanges: Int?
        var linkedDrafts: [Int64: ModelName] = [:]
        /// When a file last became a blob.
        var published: ContinuousClock.Instant?

        /// Forgets a draft that is a blob now, or that nobody needs any more; programs that read it may still have its file open.
        mutating func drop(_ draft: Draft) {
            if drafts[draft.row] === draft { drafts[draft.row] = nil }
        }

        /// The same, unless somebody writes or publishes the draft: one file has one draft.
        mutating func dropIdle(_ draft: Draft) { if draft.isIdle, draft.isStaged { drop(draft) } }

        /// The newest of the nodes that a name was given to after this one.
        func heir(of id: Int64) -> Int64? {
            var last = id
            while let next = renewed[last] { last = next }
            return last == id ? nil : last
        }

        /// A row is gone. Its node, if somebody has it by a descriptor, leads to the new one for a while.
        mutating func forget(_ id: Int64) {
            drafts[id] = nil
            readers[id] = nil
            guard renewed[id] != nil else { return }
            standIns.insert(id)
            guard standIns.count > Self.standInLimit else { return }
            for id in standIns where handles[id] == nil { renewed[id] = nil }
            standIns = standIns.filter { renewed[$0] != nil }
        }

        private static let standInLimit = 4096

        /// Begins to write a draft; false if it is being published, or another draft has taken its place.
        func begin(_ draft: Draft) -> Bool { drafts[draft.row] === draft && draft.beginWriting() }

        /// Seals a draft that is about to become a blob; false if it is being written, or another draft has taken its place.
        func seal(_ draft: Draft, _ generation: Int) -> Bool {
            drafts[draft.row] === draft && draft.seal(generation)
        }
    }

    /// The live view of a store. The lease says whether this process may write.
    package init(_ store: Store) {
        self.store = store
        lease = LiveLease(store)
        openRows = LiveOpenRows(store.path)
    }

    /// Whether files became models a moment ago, so that more of them are likely to follow.
    package var isBusy: Bool { state.withLock { $0.published.map { $0.duration(to: .now) < .seconds(1) } ?? false } }

    /// How many files may be models now and have not been looked at.
    package var waiting: Int { state.withLock { $0.candidates.count } }

    /// Whether nothing is left to be published, settled or taken away until somebody asks for something.
    package var isAtRest: Bool {
        state.withLock { state in
            // Files that are open do not count: their writes and closes will be noticed.
            state.candidates.isEmpty && state.untold.isEmpty && state.drafts.values.allSatisfy { $0.writers > 0 }
                && state.unlinked.allSatisfy { state.handles[$0] != nil }
        }
    }

    /// Why a file that was closed could not become a version when that was tried last.
    package var problem: String? { state.withLock { $0.problem } }
    /// Notes for the status why nothing can be published now; nil when that is over.
    package func note(problem: String?) { state.withLock { $0.problem = problem } }

    /// The row that a node stands for, if somebody has it by a descriptor: its own, unless its name went to a new row.
    package func standing(for id: Int64) -> Int64 {
        state.withLock { $0.standIns.contains(id) ? $0.heir(of: id) ?? id : id }
    }

    /// The same with its contents; nil if there is none any more. A row goes before ``State/forget(_:)`` is told, and between the two its
    /// node leads to the new row already, so nobody who has it by a descriptor finds nothing.
    package func row(standingFor id: Int64) throws(StoreError) -> LiveRow? {
        if let row = try store.live(standing(for: id)) { return row }
        guard let heir = state.withLock({ $0.heir(of: id) }) else { return nil }
        return try store.live(heir)
    }

    /// The same within a transaction.
    func row(standingFor id: Int64, _ db: Database) throws -> LiveRow {
        if let row = try db.live(standing(for: id)) { return row }
        guard let heir = state.withLock({ $0.heir(of: id) }), let row = try db.live(heir) else {
            throw StoreError.gone(EntryName(number: id))
        }
        return row
    }

    /// A draft that is being written, if the row has one.
    package func draft(_ id: Int64) -> Draft? { state.withLock { $0.drafts[id] } }

    /// Opens for reading a file that somebody may be writing; nil if its bytes cannot change.
    package func follow(_ id: Int64) throws(StoreError) -> DraftReading? {
        guard let draft = draft(id) else { return nil }
        return try DraftReading(draft)
    }

    /// The bytes of a row's file now; a draft's own bytes if it is a draft.
    package func contents(of row: LiveRow) throws(StoreError) -> BlobContents {
        if let contents = try draft(row.id)?.contents() { return contents }
        if let blob = row.blob { return try store.contents(of: blob) }
        try store.catalogue.place.require()
        if let file = try? Kernel.open(store.livePath(row.fileRow), .readOnly, options: .noFollow) {
            return .file(file)
        }
        // It became a blob between the two checks.
        guard let blob = try store.live(row.id)?.blob else { throw .notFound("the bytes of '\(row.name)'") }
        return try store.contents(of: blob)
    }

    /// Size and times of a draft's file; nil for what is not a draft.
    package func facts(of row: LiveRow) throws(StoreError) -> DraftFacts? {
        guard row.kind == .file, row.blob == nil else { return nil }
        try store.catalogue.place.require()
        return try DraftFacts.at(store.livePath(row.fileRow))
    }

    /// Creates a file and opens it for writing.
    package func create(
        _ name: EntryName, in directory: Int64, mode: UInt32, by caller: Caller
    ) throws(StoreError) -> (row: LiveRow, draft: Draft) {
        try Kernel.requireReserve(store.path)
        let (id, file) = try store.catalogue.writeSoon { db in
            guard let parent = try store.live(directory, db), parent.kind == .directory else {
                throw StoreError.gone(name)
            }
            guard try store.live(named: name, in: directory, db) == nil else { throw StoreError.exists(name) }
            let process = try caller.opener.map { try db.process($0) }
            let node = NewNode(kind: .file, mode: mode, user: caller.user, group: caller.group, process: process)
            let id = try db.insert(node.inheriting(from: parent), name, in: directory)
            // Made within the transaction, since a row without its file counts as lost.
            return (id, try store.makeStaged(id))
        }
        let draft = Draft(row: id, staged: file, self)
        _ = draft.beginWriting()
        state.withLock { $0.drafts[id] = draft }
        guard let row = try store.live(id) else { throw .gone(name) }
        return (row, draft)
    }

    /// The draft of a staged file that nobody writes; nil if it has become a blob.
    ///
    /// Publishing always uses the draft that is registered here, so it is registered before the row is read again: from then on nobody
    /// publishes the file unnoticed, and nothing is written into what may be a blob.
    func open(_ row: LiveRow) throws(StoreError) -> Draft? {
        guard let staged = try store.openStaged(row.id) else {
            // Published between the two checks, or lost.
            guard let now = try store.live(row.id), now.blob == nil else { return nil }
            throw .notFound("the bytes of '\(row.name)'")
        }
        let draft = Draft(row: row.id, staged: staged, closing: row.closing, self)
        let known = state.withLock { state -> Draft? in
            if let known = state.drafts[row.id] { return known }
            state.drafts[row.id] = draft
            return nil
        }
        if let known { return known }
        if let now = try store.live(row.id), now.blob == nil { return draft }
        state.withLock { $0.drop(draft) }
        return nil
    }

    /// A program opened a file. If it is a closed model on its way to be published, that is a load of what it will be.
    package func remember(_ id: Int64, wasOpenedBy opener: Opener) {
        state.withLock { state in
            guard let draft = state.drafts[id], draft.isClosed else { return }
            state.readers[id, default: []].append((opener, Timestamp.now(), draft.generation))
        }
    }

    /// Held by whoever has a file open. The row stays as long as the handle lives, whatever becomes of the name.
    package final class Handle: Sendable {
        private let view: LiveView
        private let row: Int64
        /// Whether another process has been told.
        private let isTold: Bool

        fileprivate init(_ view: LiveView, _ row: Int64) {
            self.view = view
            self.row = row
            isTold = !view.lease.isHeld && !view.store.isReadOnly
            view.state.withLock { $0.handles[row, default: 0] += 1 }
            if isTold { view.openRows.opened(row) }
        }

        deinit {
            if isTold { view.openRows.closed(row) }
            let draft = view.state.withLock { state -> Draft? in
                let count = (state.handles[row] ?? 1) - 1
                state.handles[row] = count > 0 ? count : nil
                return count > 0 ? nil : state.drafts[row]
            }
            draft?.letGo()
        }
    }

    /// Keeps a node's row for as long as the handle lives, whatever becomes of its name.
    package func hold(_ id: Int64) -> Handle { Handle(self, id) }
}
