import GRDB
import Glibc
import Recipe
import SystemPackage

extension LiveView {
    /// With more drafts than this, one sync of the whole file system is cheaper than one for each file.
    private static let syncEach = 8

    /// A thread of its own hashes files of more bytes than this, so that no smaller file waits for them.
    private static let largeSize = 64 << 20
    func isLarge(_ draft: Draft) throws(StoreError) -> Bool {
        try DraftFacts.at(draft.path)?.size ?? 0 > Self.largeSize
    }

    /// How much of one large file is hashed before the next large file has its turn. Bytes.
    private static let stride = 256 << 20

    /// Publishes every draft that was closed as a whole model, then deletes rows and files that nothing refers to any more.
    @discardableResult
    package func publish() throws(StoreError) -> Publication {
        var all = try publishSmall()
        all.append(publishLarge(stride: .max))
        return all
    }

    /// The same for small files alone, as one group.
    package func publishSmall() throws(StoreError) -> Publication {
        try settleLinks()
        var all = publishCandidates(waits: false) { $0 <= Self.largeSize }
        try settle(state.withLock { $0.drafts.values.filter(\.isForsaken) })
        try reapUnlinked()
        return state.withLock { state in
            defer { state.untold = Publication() }
            all.append(state.untold)
            return all
        }
    }

    /// Continues to hash files that are being written and large files that were closed, each for a while, and publishes those that are
    /// hashed.
    package func publishLarge() -> Publication { publishLarge(stride: Self.stride) }

    private func publishLarge(stride: Int) -> Publication {
        var all = Publication()
        for draft in state.withLock({ $0.drafts.values.filter { $0.writers > 0 } }) {
            do throws(StoreError) { try draft.follow() } catch { all.failures.append(error) }
        }
        all.append(publishCandidates(waits: false, stride: stride) { $0 > Self.largeSize })
        return all
    }

    /// Publishes one draft now because something waits for it; returns whether it is a blob now.
    func publish(only draft: Draft) throws(StoreError) -> Bool {
        if let draft = try ready(draft.row) {
            let own = try publish([draft], waits: true)
            tell(own)
            if let failure = own.failures.first { throw failure }
        }
        guard try store.live(draft.row)?.blob != nil else { return false }
        state.withLock { $0.drop(draft) }
        return true
    }

    /// Returns when a closed file is a version on disk, or when all bytes of a draft are on disk. The corresponding operation is
    /// `fsync`.
    package func sync(_ id: Int64) throws(StoreError) {
        var known = draft(id)
        if known == nil, let row = try store.live(id), row.kind == .file, row.blob == nil { known = try open(row) }
        if let draft = known {
            defer { if draft.writers == 0 { state.withLock { $0.dropIdle(draft) } } }
            var isBlob = false
            // A large file is only synced: hashing it would take too long, and its row remembers it.
            if draft.isAtRest, try !isLarge(draft) { isBlob = try publish(only: draft) }
            if !isBlob { try draft.sync() }
            if let source = try store.live(id)?.source { try self.draft(source)?.sync() }
        }
        try store.catalogue.sync()
    }

    /// Returns when the names in a directory and the closed models under them are on disk. The corresponding operation is
    /// `fsyncdir`.
    package func syncNames(in directory: Int64) throws(StoreError) {
        let own = publishCandidates(waits: true, in: directory) { $0 <= Self.largeSize }
        tell(own)
        for id in state.withLock({ $0.candidates.sorted() }) where try store.live(id)?.parent == directory {
            try draft(id)?.sync()
        }
        try store.catalogue.sync()
        if let failure = own.failures.first { throw failure }
    }

    /// Kept until the publisher of groups reports it.
    private func tell(_ publication: Publication) { state.withLock { $0.untold.append(publication) } }

    /// Publishes the candidates that `isWanted` accepts by size and directory. Unless it `waits`, drafts that another thread is
    /// publishing are skipped. With a `stride` each file is a group of its own, and hashing pauses after that many bytes.
    private func publishCandidates(
        waits: Bool, stride: Int? = nil, in directory: Int64? = nil, _ isWanted: (_ size: Int) -> Bool = { _ in true }
    ) -> Publication {
        var publication = Publication()
        var drafts: [Draft] = []
        for id in state.withLock({ $0.candidates.sorted() }) {
            do throws(StoreError) {
                if let row = try store.live(id) {
                    if let directory, row.parent != directory { continue }
                    if !isWanted(try facts(of: row)?.size ?? 0) { continue }
                }
                // Removed before it is looked at, so that a later close or rename makes it a candidate again.
                state.withLock { _ = $0.candidates.remove(id) }
                if let draft = try ready(id) {
                    drafts.append(draft)
                } else {
                    state.withLock { state in if let draft = state.drafts[id] { state.dropIdle(draft) } }
                }
            } catch {
                state.withLock { _ = $0.candidates.insert(id) }
                publication.failures.append(error)
            }
        }
        let groups = stride == nil ? [drafts].filter { !$0.isEmpty } : drafts.map { [$0] }
        for group in groups {
            do throws(StoreError) {
                publication.append(try publish(group, waits: waits, stride: stride ?? .max))
            } catch { publication.failures.append(error) }
        }
        return publication
    }

    /// The draft of a row that is a model now, or has a version pending for a name that it has lost; nil for anything else.
    func ready(_ id: Int64) throws(StoreError) -> Draft? {
        guard let row = try store.live(id), row.kind == .file, row.blob == nil else { return nil }
        var known = draft(id)
        if known == nil { known = try open(row) }
        guard let draft = known else { return nil }
        let isModel = try modelName(of: id) != nil
        // A kill left it open, and somebody has renamed it since.
        if isModel, draft.isIdle, !draft.isClosed { try draft.flush() }
        guard draft.isAtRest else { return nil }
        guard !draft.isExpected else {
            state.withLock { _ = $0.candidates.insert(id) }
            return nil
        }
        if isModel,
            try problem(with: draft, named: row.name, in: row.parent) == nil
        {
            return draft
        }
        let linked = state.withLock { $0.linkedDrafts[id] }
        if let linked, try problem(with: draft, named: linked.path.name, in: nil) == nil { return draft }
        let pending = try store.catalogue.readOne { try $0.pendingVersions(of: id) }
        for name in pending where try problem(with: draft, named: name.path.name, in: nil) == nil { return draft }
        if !pending.isEmpty {
            // It was not a model under those names either.
            try store.catalogue.writeSoon { try $0.dropPendingVersions(id) }
        }
        return nil
    }

    /// Why a draft under a model's name is not a version yet; nil if it is one.
    private func problem(with draft: Draft, named name: EntryName, in parent: Int64?) throws(StoreError) -> String? {
        guard let file = try draft.file() else { return "nothing was written" }
        if draft.hasFailed { return "it could not be written in full" }
        let isDownloading = if let parent { try store.isDownloading(name, in: parent) } else { false }
        return try ModelFile.problem(with: file, draft.path, named: name, isDownloading: isDownloading)
    }

    /// Hashes and syncs while others go on, then renames and commits while nobody may open these files for writing.
    private func publish(
        _ drafts: [Draft], waits: Bool, stride: Int = .max
    ) throws(StoreError) -> Publication {
        do throws(StoreError) { return try publishOnce(drafts, waits: waits, stride: stride) } catch {
            state.withLock { $0.candidates.formUnion(drafts.map(\.row)) }
            throw error
        }
    }

    private func publishOnce(_ drafts: [Draft], waits: Bool, stride: Int) throws(StoreError) -> Publication {
        var publication = Publication()
        var ready: [Ready] = []
        for draft in drafts {
            do throws(StoreError) {
                guard let (hashed, size, generation) = try draft.digest(waits: waits, stride: stride),
                    let file = try draft.file(),
                    let facts = try DraftFacts.at(draft.path)
                else {
                    // Whoever changes or hashes it will make it a candidate again; if that fails, or more is to be hashed, it is
                    // looked at again.
                    state.withLock { _ = $0.candidates.insert(draft.row) }
                    continue
                }
                if drafts.count <= Self.syncEach { try Kernel.sync(file, draft.path) }
                ready.append(Ready(draft: draft, hashed: hashed, size: size, generation: generation, closed: facts))
            } catch {
                publication.failures.append(error)
                state.withLock { _ = $0.candidates.insert(draft.row) }
            }
        }
        if drafts.count > Self.syncEach { try Kernel.syncFileSystem(store.path) }
        // Garbage collection may delete the bytes until a row names them.
        for isLast in [false, false, true] {
            do throws(StoreError) {
                try name(ready, &publication)
                break
            } catch {
                guard case .blobMissing = error, !isLast else { throw error }
            }
        }
        return publication
    }
}

extension Database {
    /// The names under which a version of a draft is pending.
    fileprivate func pendingVersions(of live: Int64) throws -> [ModelName] {
        try String.fetchAll(
            cachedStatement(sql: "SELECT path FROM owed WHERE live = ? ORDER BY id"), arguments: [live]
        ).compactMap { ModelName(known: $0) }
    }
}
