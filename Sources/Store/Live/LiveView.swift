import GRDB
import Glibc
package import Recipe
import Synchronization
import SystemPackage

/// The live view as one process serves it: which files are being written, and which wait to become versions.
///
/// Every version that anybody closed is published before its bytes may change again, and one node never shows other bytes
/// once they were published: whoever opens such a file for writing is sent to a new node of the same name.
package final class LiveView: Sendable {
    package let store: Store
    let state = Mutex(State())
    /// Held while a file that nobody writes gets a draft.
    private let opening = Mutex(())
    /// Held while drafts become blobs: whoever waits for that waits for this.
    let publishing = Mutex(())

    struct State {
        var drafts: [Int64: Draft] = [:]
        /// Drafts that are whole models and wait to be published.
        var pending: Set<Int64> = []
        /// Programs that opened a file which was closed and no blob yet.
        var readers: [Int64: [(opener: Opener, time: Timestamp, generation: Int)]] = [:]
        /// What was published because something waited for it.
        var untold = Publication()
        /// Rows without a name that some program may still have open.
        var orphans: Set<Int64> = []
        /// Orphans that nobody has open any more.
        var forgotten: Set<Int64> = []
        /// The row of the mount.
        var mount: Int64?
        /// When files became blobs last.
        var published: ContinuousClock.Instant?

        /// Nobody writes it any more; programs that read it may still have its file open.
        mutating func drop(_ draft: Draft) {
            guard drafts[draft.row] === draft else { return }
            drafts[draft.row] = nil
            draft.unlock()
        }
    }

    package init(_ store: Store) { self.store = store }

    /// The mount that serves this view, so that its own changes are no news to it.
    package func serve(as mount: Int64) { state.withLock { $0.mount = mount } }
    var mount: Int64? { state.withLock { $0.mount } }

    /// Whether files became models a moment ago, so that more of them are likely to follow.
    package var isBusy: Bool { state.withLock { $0.published.map { $0.duration(to: .now) < .seconds(1) } ?? false } }

    /// Who asks for a change.
    package struct Caller: Sendable {
        package let user, group: UInt32
        package let opener: Opener?
        package init(user: UInt32, group: UInt32, opener: Opener?) {
            self.user = user
            self.group = group
            self.opener = opener
        }
    }

    /// A draft that is being written, if the row has one.
    package func draft(_ id: Int64) -> Draft? { state.withLock { $0.drafts[id] } }

    /// What the file of a row holds now; for a draft its own bytes.
    package func contents(of row: LiveRow) throws(StoreError) -> BlobContents {
        if let draft = state.withLock({ state in
            // Whoever reads keeps these bytes: the next writer needs another node.
            if let draft = state.drafts[row.id], draft.writers == 0, !draft.isStaged { state.drop(draft) }
            return state.drafts[row.id]
        }) {
            return draft.contents
        }
        if let blob = row.blob { return try store.contents(of: blob) }
        if let file = try? Kernel.open(store.livePath(row.id), .readOnly, options: .noFollow) { return .file(file) }
        // It became a blob between the two looks.
        guard let blob = try store.live(row.id)?.blob else { throw .notFound("the bytes of '\(row.name)'") }
        return try store.contents(of: blob)
    }

    /// Size and times of a draft's file; nil for what is no draft.
    package func facts(of row: LiveRow) throws(StoreError) -> DraftFacts? {
        guard row.kind == .file, row.blob == nil else { return nil }
        return try DraftFacts.at(store.livePath(row.id))
    }

    /// Makes a file that is being written from now on.
    package func create(
        _ name: EntryName, in directory: Int64, mode: UInt32, by caller: Caller
    ) throws(StoreError) -> (row: LiveRow, draft: Draft) {
        if let made = try createFresh(name, in: directory, mode: mode, by: caller) { return made }
        let mount = mount
        let catalogue = store.catalogue
        let (id, file) = try catalogue.writeSoon { db in
            try catalogue.reserveNumbers(db)
            guard try catalogue.live(directory, db)?.kind == .directory else { throw StoreError.gone(name) }
            guard try catalogue.live(named: name, in: directory, db) == nil else { throw StoreError.exists(name) }
            let process = try caller.opener.map { try db.process($0) }
            let node = NewNode(
                kind: .file, mode: mode, user: caller.user, group: caller.group, process: process, mount: mount)
            let id = try db.insert(node, name, in: directory)
            // Within the transaction: a row without its file would be taken for a loss.
            return (id, try self.store.makeStaged(id))
        }
        let draft = Draft(row: id, staged: file, store)
        draft.beginWriting()
        state.withLock { $0.drafts[id] = draft }
        guard let row = try store.live(id) else { throw .gone(name) }
        return (row, draft)
    }

    /// `close` returns before the kernel says that the last descriptor is gone: waits for that, so that what was closed is
    /// owed its version before anything else happens to it. Another descriptor may really be open; it waits for a moment only.
    func awaitRelease(_ id: Int64) throws(StoreError) {
        guard let draft = draft(id), draft.isClosed else { return }
        if draft.writers > 0 {
            guard try modelName(of: id) != nil else { return }
            for _ in 0..<250 where draft.writers > 0 { usleep(200) }
        }
        if draft.writers == 0, !isOwed(id) { try consider(id) }
    }

    /// Opens a file for writing; nil where its name leads to a new node from now on, which is to be looked up.
    package func write(_ id: Int64, by caller: Caller) throws(StoreError) -> Draft? {
        try awaitRelease(id)
        if state.withLock({ $0.pending.contains(id) }) { try publish(only: id) }
        return try opening.withLock { _ throws(StoreError) in
            let (known, isPending) = state.withLock { state in
                if state.pending.contains(id) { return (state.drafts[id], true) }
                state.drafts[id]?.beginWriting()
                return (state.drafts[id], false)
            }
            // Closed by another writer since: its bytes are a version before they change.
            if isPending { try publish(only: id) } else if let known { return known }
            guard var row = try store.live(id), row.kind == .file else { throw .gone(EntryName(stored: "\(id)")) }
            if row.blob == nil {
                do throws(StoreError) {
                    let draft = try open(id)
                    draft.beginWriting()
                    return draft
                } catch {
                    // Another mount published it between the two looks.
                    guard case .system(_, _, .noSuchFileOrDirectory) = error else { throw error }
                    guard let now = try store.live(id), now.blob != nil else { throw .gone(EntryName(stored: "\(id)")) }
                    row = now
                }
            }
            try renew(row, by: caller)
            return nil
        }
    }

    /// The draft of a file that is staged already and that nobody writes.
    private func open(_ id: Int64) throws(StoreError) -> Draft {
        let draft = Draft(row: id, staged: try Kernel.openStaged(store.livePath(id)), store)
        state.withLock { $0.drafts[id] = draft }
        return draft
    }

    /// Gives the name of a published file to a new node that holds the same until something is written.
    private func renew(_ row: LiveRow, by caller: Caller) throws(StoreError) {
        guard let blob = row.blob else { return }
        let contents = try store.contents(of: blob)
        let mount = mount
        let made = try store.catalogue.writeSoon { db -> Int64? in
            // Another writer may have been first.
            guard let row = try db.live(row.id), let parent = row.parent else { return nil }
            let version = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT version FROM live WHERE id = ?"), arguments: [row.id])
            try db.setParent(row.id, nil, name: row.name)
            return try db.insert(
                NewNode(
                    kind: .file, mode: row.mode, user: row.user, group: row.group, modified: row.modified,
                    blob: blob.id, version: version, process: try caller.opener.map { try db.process($0) },
                    mount: mount), row.name, in: parent)
        }
        guard let made else { return }
        state.withLock { state in
            state.orphans.insert(row.id)
            state.drafts[made] = Draft(row: made, base: contents, size: blob.size, store)
        }
    }

    /// The corresponding operation is `release` of a file that was open for writing.
    package func close(_ draft: Draft) throws(StoreError) {
        guard draft.endWriting() else { return }
        guard draft.isStaged else {
            return state.withLock { state in if draft.writers == 0 { state.drop(draft) } }
        }
        try consider(draft.row)
    }

    /// Cuts a file by its name; false where it is to be looked up again. The corresponding operation is `truncate`.
    package func truncate(_ id: Int64, to size: Int, by caller: Caller) throws(StoreError) -> Bool {
        guard let draft = try write(id, by: caller) else { return false }
        do throws(StoreError) { try draft.truncate(size) } catch {
            try close(draft)
            throw error
        }
        try close(draft)
        return true
    }

    /// A file was closed or renamed, or what stood beside it went: if it is a whole model now, it waits to be published.
    ///
    /// One at a time: a close that still saw the old name must not undo what a rename found.
    func consider(_ id: Int64) throws(StoreError) {
        try opening.withLock { _ throws(StoreError) in
            let isModel = try modelName(of: id) != nil
            var draft = draft(id)
            if draft == nil {
                guard isModel, let row = try store.live(id), row.kind == .file, row.blob == nil else { return }
                draft = try open(id)
            }
            guard let draft, draft.isStaged, draft.writers == 0 else { return }
            try draft.flush()
            var isWhole = isModel
            if isWhole { isWhole = try problem(with: draft) == nil }
            state.withLock { state in
                guard draft.writers == 0, state.drafts[id] === draft else { return }
                if isWhole {
                    state.pending.insert(id)
                } else if !state.pending.contains(id) {
                    state.drop(draft)
                }
            }
        }
    }

    func modelName(of id: Int64) throws(StoreError) -> ModelName? {
        try store.path(ofLive: id).flatMap { ModelName(live: $0) }
    }

    /// Why a draft under a model's name is no version yet; nil where it is one.
    func problem(with draft: Draft) throws(StoreError) -> String? {
        guard let file = draft.file else { return "nothing was written" }
        if draft.hasFailed { return "it could not be written in full" }
        guard let row = try store.live(draft.row) else { return "it is gone" }
        if let parent = row.parent, let note = row.name.appending(".aria2"),
            try store.live(named: note, in: parent) != nil
        {
            return "an .aria2 file says that it is being downloaded"
        }
        do {
            return try Wholeness.problem(
                FileSource(file, count: try FileFacts.of(file, draft.path).size), named: row.name.text)
        } catch { throw .system("cannot read (\(error))", draft.path, .ioError) }
    }

    /// The kernel knows a node no more. The corresponding operation is `forget`.
    package func forget(_ id: Int64) {
        state.withLock { state in if state.orphans.remove(id) != nil { state.forgotten.insert(id) } }
    }

    /// A program opened a file. If it is a closed model on its way to be published, that is a load of what it will be.
    package func remember(_ id: Int64, wasOpenedBy opener: Opener) {
        state.withLock { state in
            guard let draft = state.drafts[id], draft.isClosed else { return }
            state.readers[id, default: []].append((opener, Timestamp.now(), draft.generation))
        }
    }

    /// Whether a file's bytes are whole and no blob yet, so that they are owed a version.
    func isOwed(_ id: Int64) -> Bool { state.withLock { $0.pending.contains(id) } }
}

/// What `stat` says of a draft's file.
package struct DraftFacts: Sendable {
    /// Bytes; blocks are 512 bytes each.
    package let size, blocks: Int
    package let accessed, modified, changed: Timestamp

    static func at(_ path: FilePath) throws(StoreError) -> DraftFacts? {
        var facts = stat()
        guard path.withPlatformString({ lstat($0, &facts) }) == 0 else { return nil }
        func time(_ time: timespec) -> Timestamp { Timestamp(seconds: time.tv_sec, nanoseconds: time.tv_nsec) }
        return DraftFacts(
            size: Int(facts.st_size), blocks: Int(facts.st_blocks), accessed: time(facts.st_atim),
            modified: time(facts.st_mtim), changed: time(facts.st_ctim))
    }
}

extension Store {
    func livePath(_ id: Int64) -> FilePath { path.appending("live").appending("\(id)") }

    /// A new, empty file for a draft.
    func makeStaged(_ id: Int64) throws(StoreError) -> OwnedDescriptor {
        let file = try Kernel.open(
            livePath(id), .readWrite, options: [.create, .truncate, .noFollow, .keepsAccessTime],
            permissions: [.ownerReadWrite])
        guard Kernel.lock(file, .exclusive, waits: false) else { throw .busy(livePath(id)) }
        return file
    }
}

extension FileDescriptor.OpenOptions {
    /// Hashing is no reading by anybody.
    static let keepsAccessTime = FileDescriptor.OpenOptions(rawValue: 0o1_000_000)
}

extension Kernel {
    /// A draft's file, for this process alone.
    static func openStaged(_ path: FilePath) throws(StoreError) -> OwnedDescriptor {
        // Closing took the owner's right to write.
        _ = path.withPlatformString { chmod($0, Draft.Mark.writing.rawValue) }
        let file = try open(path, .readWrite, options: [.noFollow, .keepsAccessTime])
        guard lock(file, .exclusive, waits: false) else { throw .busy(path) }
        return file
    }
}
