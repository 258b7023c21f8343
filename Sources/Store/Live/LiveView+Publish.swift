import GRDB
import Glibc
import Recipe
import SystemPackage

/// What publishing came to.
package struct Publication: Sendable {
    /// The names that got versions.
    package var versions: [(name: ModelName, addition: Addition, blob: Blob)] = []
    /// Who opened them before they were blobs.
    package var loads: [Load] = []
    /// Drafts that could not be published; they are tried again.
    package var failures: [StoreError] = []

    mutating func append(_ other: Publication) {
        versions += other.versions
        loads += other.loads
        failures += other.failures
    }
}

// Any number of threads may publish the same drafts at once, so that nobody waits for another: whoever comes second to a step
// finds it done. A draft is sealed from before its file gets a blob's name until its row names the blob, so nobody writes into it.

extension LiveView {
    /// More drafts than these are put on disk by syncing the whole file system once.
    private static let syncEach = 8

    /// Publishes every draft that was closed as a whole model, as one group; then takes away what nobody knows any more.
    @discardableResult
    package func publish() throws(StoreError) -> Publication {
        var all = publishCandidates(waits: false) { _ in true }
        for draft in state.withLock({ $0.drafts.values.filter { $0.writers > 0 } }) {
            do throws(StoreError) { try draft.follow() } catch { all.failures.append(error) }
        }
        try settle(state.withLock { $0.drafts.values.filter(\.isForsaken) })
        try reapUnlinked()
        return state.withLock { state in
            defer { state.untold = Publication() }
            all.append(state.untold)
            return all
        }
    }

    /// Publishes one draft now, because something waits for it; says whether it is a blob.
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

    /// Returns when a closed file is a version on disk, or all of a draft's bytes are there. The corresponding operation is
    /// `fsync`.
    package func sync(_ id: Int64) throws(StoreError) {
        var known = draft(id)
        if known == nil, let row = try store.live(id), row.kind == .file, row.blob == nil { known = try open(row) }
        if let draft = known {
            defer { if draft.writers == 0 { state.withLock { $0.dropIdle(draft) } } }
            var isBlob = false
            if draft.isAtRest { isBlob = try publish(only: draft) }
            if !isBlob { try draft.sync() }
        }
        try store.catalogue.sync()
    }

    /// Returns when the names in a directory and the closed models under them are on disk. The corresponding operation is
    /// `fsyncdir`.
    package func syncNames(in directory: Int64) throws(StoreError) {
        let own = publishCandidates(waits: true) { $0.parent == directory }
        tell(own)
        try store.catalogue.sync()
        if let failure = own.failures.first { throw failure }
    }

    /// Nobody has written into these new nodes of published files: what they hold is theirs for ever.
    func settle(_ drafts: [Draft]) throws(StoreError) {
        let settled = state.withLock { state in
            drafts.filter { draft in
                guard draft.isIdle, !draft.isStaged else { return false }
                state.drop(draft)
                return true
            }
        }
        guard !settled.isEmpty else { return }
        try store.catalogue.writeSoon { db in for draft in settled { try db.settle(draft.row) } }
    }

    /// Whoever publishes groups tells of it.
    private func tell(_ publication: Publication) { state.withLock { $0.untold.append(publication) } }

    /// Publishes what waits for it; unless it `waits`, without what somebody else is publishing.
    private func publishCandidates(waits: Bool, _ isWanted: (LiveRow) -> Bool) -> Publication {
        var publication = Publication()
        var drafts: [Draft] = []
        let ids = state.withLock { $0.candidates.sorted() }
        for id in ids {
            do throws(StoreError) {
                if let row = try store.live(id), !isWanted(row) { continue }
                // Before it is looked at: who closes or renames it later finds it among the candidates again.
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
        guard !drafts.isEmpty else { return publication }
        do throws(StoreError) { publication.append(try publish(drafts, waits: waits)) } catch {
            publication.failures.append(error)
        }
        return publication
    }

    /// The draft of a row that is a model now, or owes a version to a name which it has lost; nil for everything else.
    private func ready(_ id: Int64) throws(StoreError) -> Draft? {
        guard let row = try store.live(id), row.kind == .file, row.blob == nil else { return nil }
        var known = draft(id)
        if known == nil { known = try open(row) }
        guard let draft = known else { return nil }
        let isModel = try store.path(ofLive: id).flatMap { ModelName(live: $0) } != nil
        // What a kill left open, and somebody gave its name again.
        if isModel, draft.isIdle, !draft.isClosed { try draft.flush() }
        guard draft.isAtRest else { return nil }
        if isModel,
            try problem(with: draft, named: row.name, in: row.parent) == nil
        {
            return draft
        }
        let debts = try store.catalogue.readOne { try $0.debts(of: id) }
        for name in debts where try problem(with: draft, named: name.path.name, in: nil) == nil { return draft }
        if !debts.isEmpty {
            // It was no model under those names either.
            try store.catalogue.writeSoon { try $0.forgive(id) }
        }
        return nil
    }

    /// Why a draft under a model's name is no version yet; nil where it is one.
    private func problem(with draft: Draft, named name: EntryName, in parent: Int64?) throws(StoreError) -> String? {
        guard let file = draft.file else { return "nothing was written" }
        if draft.hasFailed { return "it could not be written in full" }
        var isDownloading = false
        if let parent, let note = name.downloadNote { isDownloading = try store.live(named: note, in: parent) != nil }
        return try ModelFile.problem(with: file, draft.path, named: name, isDownloading: isDownloading)
    }

    private struct Ready {
        let draft: Draft
        let digest: Digest
        let size: Int
        let generation: Int
        /// When its last writer closed it.
        let closed: DraftFacts
    }

    /// Hash and sync while others go on; then rename and commit while nobody may open these for writing.
    private func publish(_ drafts: [Draft], waits: Bool) throws(StoreError) -> Publication {
        do throws(StoreError) { return try publishOnce(drafts, waits: waits) } catch {
            state.withLock { $0.candidates.formUnion(drafts.map(\.row)) }
            throw error
        }
    }

    private func publishOnce(_ drafts: [Draft], waits: Bool) throws(StoreError) -> Publication {
        var publication = Publication()
        var ready: [Ready] = []
        for draft in drafts {
            do throws(StoreError) {
                guard let (digest, size, generation) = try draft.digest(waits: waits), let file = draft.file,
                    let facts = try DraftFacts.at(draft.path)
                else {
                    // Whoever changes it, or is hashing it, comes back to it; should that fail, it is looked at again.
                    state.withLock { _ = $0.candidates.insert(draft.row) }
                    continue
                }
                if drafts.count <= Self.syncEach { try Kernel.sync(file, draft.path) }
                ready.append(Ready(draft: draft, digest: digest, size: size, generation: generation, closed: facts))
            } catch {
                publication.failures.append(error)
                state.withLock { _ = $0.candidates.insert(draft.row) }
            }
        }
        if drafts.count > Self.syncEach { try Kernel.syncFileSystem(store.path) }
        // Until a row names them, garbage collection may take the bytes away.
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

    /// Gives drafts that are on disk their blobs' names, and the rows that say so.
    private func name(_ ready: [Ready], _ publication: inout Publication) throws(StoreError) {
        var published: [(Ready, PublishedBlob)] = []
        for item in ready where state.withLock({ $0.seal(item.draft, item.generation) }) {
            do throws(StoreError) {
                // Should it become readable by all until the rows are made, that is told then.
                let isPrivate = try store.live(item.draft.row).map { $0.mode & 0o004 == 0 } ?? false
                if try store.isServed(item.digest) {
                    published.append(
                        (item, .init(item.digest, size: item.size, .known, isPrivate: isPrivate)))
                } else {
                    published.append(
                        (
                            item,
                            try store.files.adopt(
                                item.draft.path, item.digest, size: item.size, isPrivate: isPrivate)
                        ))
                }
            } catch {
                // Its file may be a blob's already, so it stays sealed until another try succeeds.
                if try store.live(item.draft.row)?.blob != nil { continue }
                publication.failures.append(error)
                state.withLock { _ = $0.candidates.insert(item.draft.row) }
            }
        }
        guard !published.isEmpty else { return }
        try Kernel.syncDirectory(store.files.directory)
        var versions = publication.versions
        var loads = publication.loads
        try store.catalogue.writeSoon { db in
            (versions, loads) = (publication.versions, publication.loads)
            for (item, bytes) in published { try record(item, bytes, db, &versions, &loads) }
        }
        (publication.versions, publication.loads) = (versions, loads)
        // On disk before the second names go, but nobody who changes names waits for that.
        try store.catalogue.sync()
        try finish(published)
    }

    /// The rows that say that a draft is a blob, and which versions that makes.
    private func record(
        _ item: Ready, _ bytes: PublishedBlob, _ db: Database,
        _ versions: inout [(name: ModelName, addition: Addition, blob: Blob)], _ loads: inout [Load]
    ) throws {
        // Times may have been set since; whoever sets them holds the catalogue meanwhile.
        guard let row = try db.live(item.draft.row), row.blob == nil, let facts = try DraftFacts.at(item.draft.path)
        else { return }
        let id = try db.blob(bytes, in: store.files)
        if row.mode & 0o004 != 0 { try db.makeReadable(blob: id) }
        let blob = Blob(id: id, digest: item.digest, size: item.size, isPrivate: bytes.isPrivate)
        let process = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT process FROM live WHERE id = ?"), arguments: [row.id])
        try db.pay(row.id, blob, item.closed, process)
        var version: Int64?
        var modified = facts.modified
        if let name = try db.path(ofLive: row.id).flatMap({ ModelName(live: $0) }) {
            // Size and time together tell programs that the bytes are others, even where a tool kept the time.
            if try db.isSame(name, size: item.size, modified: modified) {
                modified = Timestamp(nanoseconds: modified.nanoseconds + 1)
            }
            let held = try db.hold(
                name, blob: blob.id, modified: modified, cause: .write, process: process, since: item.closed.changed)
            version = held.version
            versions.append((name, held.addition, blob))
            let number = try Int.fetchOne(
                db.cachedStatement(sql: "SELECT number FROM version WHERE id = ?"), arguments: [held.version])
            for reader in state.withLock({ $0.readers[row.id] ?? [] }) where reader.generation == item.generation {
                loads.append(
                    Load(
                        opener: reader.opener,
                        name: LoadName(view: "models", folder: name.folder.text, name: name.path.description),
                        blob: blob,
                        version: number, time: reader.time))
            }
        }
        try db.execute(
            db.cachedStatement(
                sql: """
                    UPDATE live SET blob = ?, version = ?, accessed = ?, modified = ?, changed = max(changed, ?) WHERE id = ?
                    """),
            [
                blob.id, version, facts.accessed.nanoseconds, modified.nanoseconds, item.closed.changed.nanoseconds,
                row.id,
            ])
    }

    /// The rows name the blobs: the second names of their files go, which moves the time by which blobs are known unchanged.
    private func finish(_ published: [(Ready, PublishedBlob)]) throws(StoreError) {
        try store.catalogue.writeSoon { db in
            for (item, bytes) in published {
                _ = item.draft.path.withPlatformString { Glibc.unlink($0) }
                guard case .file = bytes.place, let facts = try FileFacts.at(store.files.path(of: item.digest)) else {
                    continue
                }
                try db.noteChange(ofBlob: item.digest, facts.changed)
            }
        }
        state.withLock { state in
            state.published = .now
            for (item, _) in published {
                state.readers[item.draft.row] = nil
                state.drop(item.draft)
            }
        }
    }

    /// Deletes the rows and files of nodes without a name that nobody has open and that owe nothing.
    private func reapUnlinked() throws(StoreError) {
        let dead = state.withLock { state in
            state.unlinked.filter {
                state.handles[$0] == nil && !state.candidates.contains($0) && state.drafts[$0]?.isIdle != false
            }
        }
        guard !dead.isEmpty else { return }
        let gone = try store.catalogue.writeSoon { db in
            try dead.filter { id in
                guard let row = try db.live(id) else { return true }
                guard row.parent == nil, try !db.isOwed(id) else { return false }
                try db.execute(db.cachedStatement(sql: "DELETE FROM live WHERE id = ?"), [id])
                return true
            }
        }
        for id in gone { _ = store.livePath(id).withPlatformString { Glibc.unlink($0) } }
        state.withLock { state in
            state.unlinked.subtract(gone)
            for id in gone {
                state.drafts[id] = nil
                state.readers[id] = nil
            }
        }
    }
}

extension Database {
    /// Gives a draft's bytes the versions that names which it has lost owe them.
    fileprivate func pay(_ live: Int64, _ blob: Blob, _ closed: DraftFacts, _ process: Int64?) throws {
        for owed in try Row.fetchAll(
            cachedStatement(sql: "SELECT path, cause, time FROM owed WHERE live = ? ORDER BY id"), arguments: [live])
        {
            guard let name = ModelName(try owed.value("path") as String) else { continue }
            try keep(
                name, blob: blob.id, modified: closed.modified, since: closed.changed,
                until: try owed.time("time"), cause: Cause(rawValue: try owed.value("cause")) ?? .delete,
                process: process)
        }
        try forgive(live)
    }

    /// The names that are owed a version of a draft.
    fileprivate func debts(of live: Int64) throws -> [ModelName] {
        try String.fetchAll(
            cachedStatement(sql: "SELECT path FROM owed WHERE live = ? ORDER BY id"), arguments: [live]
        ).compactMap { ModelName($0) }
    }

    /// Whether the bytes that a name held before have this size and time.
    fileprivate func isSame(_ name: ModelName, size: Int, modified: Timestamp) throws -> Bool {
        let root = DirectoryRow.Root.models.rawValue
        guard let directory = try directory(under: root, name.directories) else { return false }
        return try Int.fetchOne(
            cachedStatement(
                sql: """
                    SELECT 1 FROM model JOIN version ON version.id = model.current JOIN blob ON blob.id = version.blob
                    WHERE model.directory = ? AND model.name = ? AND blob.size = ? AND version.modified = ?
                    """), arguments: [directory, name.path.name.databaseValue, size, modified.nanoseconds]) != nil
    }
}
