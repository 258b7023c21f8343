import GRDB
import Glibc
import Recipe
import Synchronization
import SystemPackage

/// What publishing came to.
package struct Publication: Sendable {
    /// The names that got versions.
    package var versions: [(name: ModelName, addition: Addition, blob: Blob)] = []
    /// Who opened them before they were blobs.
    package var loads: [Load] = []
    /// Drafts that could not be published; they are tried again.
    package var failures: [StoreError] = []

    func appending(_ other: Publication) -> Publication {
        var all = self
        all.versions += other.versions
        all.loads += other.loads
        all.failures += other.failures
        return all
    }
}

extension LiveView {
    /// More drafts than these are put on disk by syncing the whole file system once.
    private static let syncEach = 8
    /// Programs that write under one name and rename do so within this. Nanoseconds.
    private static let quiet: Int64 = 20_000_000

    /// Publishes every draft that was closed as a whole model, as one group; then takes away what nobody knows any more.
    @discardableResult
    package func publish() throws(StoreError) -> Publication {
        try store.catalogue.settle(.quiet(since: Timestamp(nanoseconds: Timestamp.now().nanoseconds - Self.quiet)))
        let drafts = state.withLock { state in state.pending.sorted().compactMap { state.drafts[$0] } }
        let own = drafts.isEmpty ? Publication() : try publish(drafts)
        try follow()
        try bury()
        return state.withLock { state in
            defer { state.untold = Publication() }
            return state.untold.appending(own)
        }
    }

    /// Publishes one draft now, because something waits for it.
    func publish(only id: Int64) throws(StoreError) {
        guard let draft = state.withLock({ $0.pending.contains(id) ? $0.drafts[id] : nil }) else { return }
        let own = try publish([draft])
        if let failure = own.failures.first { throw failure }
        // Whoever publishes groups tells of it.
        state.withLock { $0.untold = $0.untold.appending(own) }
    }

    /// Returns when a closed file is a version on disk, or all of a draft's bytes are there. The corresponding operation is
    /// `fsync`.
    package func sync(_ id: Int64) throws(StoreError) {
        if state.withLock({ $0.pending.contains(id) }) { try publish(only: id) }
        if let draft = draft(id) {
            try draft.sync()
        } else if let row = try store.live(id), row.kind == .file, row.blob == nil,
            let file = try? Kernel.open(store.livePath(id), .readOnly)
        {
            try Kernel.sync(file, store.livePath(id))
        }
        try store.catalogue.sync()
    }

    /// Returns when every name and every closed model is on disk. The corresponding operation is `fsyncdir`.
    package func syncNames() throws(StoreError) {
        let own = try publish(state.withLock { state in state.pending.sorted().compactMap { state.drafts[$0] } })
        let failures = own.failures
        state.withLock { $0.untold = $0.untold.appending(own) }
        try store.catalogue.sync()
        if let failure = failures.first { throw failure }
    }

    private struct Ready {
        let draft: Draft
        let digest: Digest
        let size: Int
        let generation: Int
        /// When its last writer closed it.
        let closed: DraftFacts
    }

    /// Hash and sync while others may go on; then, while nobody may open these for writing, rename and commit.
    private func publish(_ drafts: [Draft]) throws(StoreError) -> Publication {
        var publication = Publication()
        var ready: [Ready] = []
        for draft in drafts {
            do throws(StoreError) {
                guard let (digest, size, generation) = try draft.digest(), let file = draft.file,
                    let facts = try DraftFacts.at(draft.path)
                else { continue }
                if drafts.count <= Self.syncEach { try Kernel.sync(file, draft.path) }
                ready.append(Ready(draft: draft, digest: digest, size: size, generation: generation, closed: facts))
            } catch { publication.failures.append(error) }
        }
        if drafts.count > Self.syncEach { try Kernel.syncFileSystem(store.path) }
        try publishing.withLock { _ throws(StoreError) in
            // Until a row names them, garbage collection may take the bytes away.
            for isLast in [false, false, true] {
                do throws(StoreError) { return try name(ready, &publication) } catch {
                    guard case .blobMissing = error, !isLast else { throw error }
                }
            }
        }
        return publication
    }

    /// Gives drafts that are on disk their blobs' names, and the rows that say so.
    private func name(_ ready: [Ready], _ publication: inout Publication) throws(StoreError) {
        var published: [(Ready, PublishedBlob)] = []
        for item in ready {
            let isDue = state.withLock { $0.pending.contains(item.draft.row) }
            guard isDue, item.draft.isStill(item.generation) else { continue }
            do throws(StoreError) {
                let bytes: PublishedBlob =
                    try store.isServed(item.digest)
                    ? .known(item.digest, size: item.size)
                    : try store.files.adopt(item.draft.path, item.digest, size: item.size)
                published.append((item, bytes))
            } catch { publication.failures.append(error) }
        }
        guard !published.isEmpty else { return }
        try Kernel.syncDirectory(store.files.directory)
        try settle(published, &publication)
        try finish(published)
    }

    private func settle(
        _ published: [(Ready, PublishedBlob)], _ publication: inout Publication
    ) throws(StoreError) {
        var loads: [Load] = []
        let rows = Set(published.map { $0.0.draft.row })
        publication.versions += try store.catalogue.writeSoon(settling: .files(rows)) { db in
            var versions: [(name: ModelName, addition: Addition, blob: Blob)] = []
            loads = []
            for (item, bytes) in published {
                // Times may have been set since; whoever sets them holds the catalogue meanwhile.
                guard let row = try db.live(item.draft.row), let facts = try DraftFacts.at(item.draft.path) else {
                    continue
                }
                let blob = Blob(id: try db.blob(bytes, in: store.files), digest: item.digest, size: item.size)
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
                        name, blob: blob.id, modified: modified, cause: .write, process: process,
                        since: item.closed.changed)
                    version = held.version
                    versions.append((name, held.addition, blob))
                    let number = try Int.fetchOne(
                        db.cachedStatement(sql: "SELECT number FROM version WHERE id = ?"), arguments: [held.version])
                    for reader in self.state.withLock({ $0.readers[row.id] ?? [] })
                    where reader.generation == item.generation {
                        loads.append(
                            Load(
                                opener: reader.opener,
                                name: LoadName(view: "models", name),
                                blob: blob, version: number, time: reader.time))
                    }
                }
                try db.execute(
                    db.cachedStatement(
                        sql: """
                            UPDATE live SET blob = ?, version = ?, accessed = ?, modified = ?, changed = max(changed, ?) WHERE id = ?
                            """),
                    [
                        blob.id, version, facts.accessed.nanoseconds, modified.nanoseconds,
                        item.closed.changed.nanoseconds, row.id,
                    ])
            }
            return versions
        }
        publication.loads += loads
        // On disk before the second names go, but nobody who changes names waits for that.
        try store.catalogue.sync()
    }

    /// The rows name the blobs: the second names of their files go, which moves the time by which blobs are known unchanged.
    private func finish(_ published: [(Ready, PublishedBlob)]) throws(StoreError) {
        var times: [(Digest, Timestamp)] = []
        for (item, bytes) in published {
            try? Kernel.unlink(item.draft.path)
            if case .file = bytes, let facts = try FileFacts.at(store.files.path(of: item.digest)) {
                times.append((item.digest, facts.changed))
            }
        }
        try store.catalogue.writeSoon(settling: .files([])) { db in
            for (digest, changed) in times {
                try db.execute(
                    db.cachedStatement(sql: "UPDATE blob SET changed = ? WHERE sha256 = ? AND dropped IS NULL"),
                    [changed.nanoseconds, digest.data])
            }
        }
        state.withLock { state in
            state.published = .now
            for (item, _) in published {
                state.pending.remove(item.draft.row)
                state.readers[item.draft.row] = nil
                state.drop(item.draft)
            }
        }
    }

    /// Hashes long files while they are being written.
    private func follow() throws(StoreError) {
        for draft in state.withLock({ $0.drafts.values.filter { $0.writers > 0 } }) { try draft.follow() }
    }

    /// Deletes the rows and files of nodes without a name that nobody has open.
    private func bury() throws(StoreError) {
        let dead = state.withLock { state in
            let dead = state.forgotten.filter { !state.pending.contains($0) && (state.drafts[$0]?.writers ?? 0) == 0 }
            for id in dead { if let draft = state.drafts[id] { state.drop(draft) } }
            state.forgotten.subtract(dead)
            return dead
        }
        guard !dead.isEmpty else { return }
        try store.catalogue.writeSoon { db in
            for id in dead {
                try db.execute(
                    db.cachedStatement(sql: "DELETE FROM live WHERE id = ? AND parent IS NULL"), [id])
            }
        }
        for id in dead where try store.live(id) == nil {
            _ = store.livePath(id).withPlatformString { Glibc.unlink($0) }
        }
    }
}

extension Database {
    /// Gives a draft's bytes the versions that names which it has lost owe them.
    fileprivate func pay(_ live: Int64, _ blob: Blob, _ closed: DraftFacts, _ process: Int64?) throws {
        for owed in try Row.fetchAll(
            cachedStatement(sql: "SELECT path, cause, time FROM owed WHERE live = ? ORDER BY id"), arguments: [live])
        {
            guard let name = ModelName(owed["path"] as String) else { continue }
            try keep(
                name, blob: blob.id, modified: closed.modified, since: closed.changed,
                until: Timestamp(nanoseconds: owed["time"]), cause: Cause(rawValue: owed["cause"]) ?? .delete,
                process: process)
        }
        try execute(cachedStatement(sql: "DELETE FROM owed WHERE live = ?"), [live])
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
                    """), arguments: [directory, name.path.name, size, modified.nanoseconds]) != nil
    }
}
