import GRDB
package import Recipe
package import SystemPackage

/// The result of adding a file.
package struct AddedBytes: Sendable {
    /// Whether the name or the bytes are new.
    package let addition: Addition
    /// The digest of the added bytes.
    package let digest: Digest
    /// Whether the store did not have the bytes before.
    package let isNew: Bool
    /// The file as it was when it was read.
    let source: FileFacts
}

extension Store {
    /// Finds the model files under `paths`. `folder` may include subfolders: `loras/style`.
    package func plan(adding paths: [FilePath], folder: ModelPath?) throws(StoreError) -> IngestPlan {
        var walk = Walk(store: path)
        for path in paths { try walk.add(path, folder: folder) }
        return walk.plan
    }

    /// Adds one file: its bytes as a blob, then its name as a version. `progress` is called with the number of bytes hashed.
    ///
    /// The source is only ever read. If it changes while it is read, it is read again, up to three times.
    package func add(
        _ item: IngestPlan.Item, by method: TransferMethod = .reflinkOrCopy, progress: (Int) -> Void = { _ in }
    ) throws(StoreError) -> Addition {
        try addBytes(item, by: method, progress: progress).addition
    }

    /// The same; also returns which bytes they were.
    package func addBytes(
        _ item: IngestPlan.Item, by method: TransferMethod, progress: (Int) -> Void
    ) throws(StoreError) -> AddedBytes {
        var problem = StoreError.changedWhileRead(item.source)
        for _ in 0..<3 {
            var counted = 0
            do throws(StoreError) {
                let source = try item.open()
                let facts = try source.facts()
                try requireModel(source.descriptor, of: item)
                let published = try files.publish(
                    source.descriptor, item.source, by: method, isKnown: isServed,
                    mayBeKnown: try mayHold(ModelName(folder: item.folder, path: item.path), size: facts.size)
                ) { count in
                    counted += count
                    progress(count)
                }
                let addition = try catalogue.write { db in
                    try db.add(
                        ModelName(folder: item.folder, path: item.path), blob: try db.blob(published, in: files),
                        modified: facts.modified, since: item.wasLive ? max(facts.changed, facts.modified) : nil)
                }
                return AddedBytes(addition: addition, digest: published.digest, isNew: published.isNew, source: facts)
            } catch {
                switch error {
                // Also if garbage collection removed a known blob: the next attempt knows that it is gone.
                case .changedWhileRead, .blobMissing: progress(-counted)
                default: throw error
                }
                problem = error
            }
        }
        throw problem
    }

    private func requireModel(_ file: OwnedDescriptor, of item: IngestPlan.Item) throws(StoreError) {
        var problem = try ModelFile.problem(
            with: file, item.source, named: item.path.name, isDownloading: item.place.isBeingDownloaded)
        if problem == nil, let target = item.target { problem = try ModelFile.problem(withTarget: target, file) }
        if let problem { throw .conflict("\(item.source) was not added: \(problem)") }
    }

    /// Whether the name holds bytes of this size: they are probably the same, so they are hashed before anything is written.
    private func mayHold(_ name: ModelName, size: Int) throws(StoreError) -> Bool {
        try catalogue.read { db in try db.versionBefore(of: name)?.version.blob.size == size }
    }
}

extension Database {
    /// Makes a model's name hold `blob`.
    func add(
        _ name: ModelName, blob: Int64, modified: Timestamp, since: Timestamp?, cause: Cause = .add,
        process: Int64? = nil
    ) throws -> Addition {
        let directory = try makeLiveDirectory(name.directories)
        let old = try live(named: name.path.name, in: directory)
        if old?.kind == .directory {
            throw StoreError.conflict("'\(name)' is a folder in the store, so it cannot be a model")
        }
        if let old, old.blob?.id == blob { return .unchanged }
        let held = try recordVersion(name, blob: blob, modified: modified, cause: cause, process: process, since: since)
        let isPrivate = try Bool.fetchOne(
            cachedStatement(sql: "SELECT private FROM blob WHERE id = ?"), arguments: [blob])
        let mask: UInt32 = isPrivate == true ? 0o700 : 0o7777
        if let old {
            try addPendingVersion(old, name, .replace)
            try unname(old)
        }
        let new = try insert(
            NewNode(
                kind: .file, mode: (old?.mode ?? 0o644) & mask, user: old?.user, group: old?.group,
                modified: held.modified, blob: blob, version: held.version, process: process), name.path.name,
            in: directory)
        if let old { try moveAttributes(from: old.id, to: new) }
        return held.addition
    }
}
