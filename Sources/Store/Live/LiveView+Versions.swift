import GRDB
import Glibc
import Recipe
import SystemPackage

// How files whose bytes are hashed and on disk become blobs and versions.

extension LiveView {
    /// A draft that is hashed and on disk.
    struct Ready {
        let draft: Draft
        let hashed: HashedBytes
        let size: Int
        let generation: Int
        /// When its last writer closed it.
        let closed: DraftFacts
        var digest: Digest { hashed.digest }
    }

    /// Gives drafts that are on disk their names as blobs, and writes the rows that say so.
    func name(_ ready: [Ready], _ publication: inout Publication) throws(StoreError) {
        var published: [(Ready, PublishedBlob)] = []
        for item in ready where state.withLock({ $0.seal(item.draft, item.generation) }) {
            do throws(StoreError) {
                // If everybody may read it before the rows are written, that is noted then.
                let isPrivate = try store.live(item.draft.row).map { $0.mode & 0o004 == 0 } ?? false
                if try store.isServed(item.digest) {
                    published.append(
                        (
                            item,
                            .init(
                                item.digest, size: item.size, .known, isPrivate: isPrivate,
                                pieces: item.hashed.pieces)
                        ))
                } else {
                    published.append(
                        (
                            item,
                            try store.files.adopt(
                                item.draft.path, item.hashed, size: item.size, isPrivate: isPrivate)
                        ))
                }
            } catch {
                // Its file may already have a blob's name, so the draft stays sealed until another try succeeds.
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
        for (name, _, _) in versions where ModelName.pipelineMarks.contains(name.path.name) {
            try reconsiderPipeline(name.directories)
        }
        // The log must be on disk before the second names are removed; changes of names do not wait for it.
        try store.catalogue.sync()
        try finish(published)
    }

    /// The directory belongs to a pipeline now, so files that were closed in it before may be models.
    func reconsiderPipeline(_ directory: [EntryName]) throws(StoreError) {
        let drafts = try store.catalogue.read { db in
            try db.directory(liveNames: directory).map { try db.drafts(below: $0) } ?? []
        }
        state.withLock { $0.candidates.formUnion(drafts) }
    }

    /// Writes the rows that say that a draft is a blob, and records the versions that follow.
    private func record(
        _ item: Ready, _ bytes: PublishedBlob, _ db: Database,
        _ versions: inout [(name: ModelName, addition: Addition, blob: Blob)], _ loads: inout [Load]
    ) throws {
        // Somebody may have set the times since; nobody can do so during this transaction.
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
        if let name = try db.path(ofLive: row.id).flatMap({ try db.modelName(live: $0) }) {
            let held = try db.recordVersion(
                name, blob: blob.id, modified: modified, cause: .write, process: process, since: item.closed.changed)
            version = held.version
            modified = held.modified
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
        try db.publish(
            row.id, as: blob.id, version: version, accessed: facts.accessed, modified: modified,
            changed: item.closed.changed)
        guard let borrower = state.withLock({ $0.borrowers[row.id] }), try db.live(borrower)?.source == row.id else {
            return
        }
        // Its bytes are now a blob's, and its name holds the version.
        try db.endBorrowing(borrower, of: blob.id, accessed: facts.accessed, modified: modified)
        if let other = try db.live(borrower), let path = try db.path(ofLive: borrower) {
            try db.won(other, path: path, cause: .write, process: process)
        }
    }

    /// Removes the second names of the files, now that rows name the blobs. That changes the ctime by which blobs are known to be
    /// unchanged, so it is noted again.
    private func finish(_ published: [(Ready, PublishedBlob)]) throws(StoreError) {
        try store.catalogue.writeSoon { db in
            for (item, bytes) in published {
                _ = item.draft.path.withPlatformString { Glibc.unlink($0) }
                guard case .file = bytes.place, let facts = try store.files.facts(of: item.digest) else {
                    continue
                }
                try db.noteChange(ofBlob: item.digest, facts.changed)
            }
        }
        state.withLock { state in
            state.published = .now
            for (item, _) in published {
                state.readers[item.draft.row] = nil
                state.borrowers[item.draft.row] = nil
                state.drop(item.draft)
            }
        }
    }
}

extension Database {
    /// Records the versions that are pending for names which the draft has lost.
    fileprivate func pay(_ live: Int64, _ blob: Blob, _ closed: DraftFacts, _ process: Int64?) throws {
        for pending in try Row.fetchAll(
            cachedStatement(sql: "SELECT path, cause, time FROM owed WHERE live = ? ORDER BY id"), arguments: [live])
        {
            guard let name = ModelName(known: try pending.value("path") as String) else { continue }
            try keep(
                name, blob: blob.id, modified: closed.modified, since: closed.changed,
                until: try pending.time("time"), cause: Cause(rawValue: try pending.value("cause")) ?? .delete,
                process: process)
        }
        try dropPendingVersions(live)
    }
}
