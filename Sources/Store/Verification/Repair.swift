import GRDB
package import Recipe
package import SystemPackage

/// What repairing came to.
package struct RepairReport: Sendable {
    /// Blobs that are served again, and where their bytes were found.
    package var restored: [(digest: Digest, source: FilePath)] = []
    /// Whether SQLite's indexes were made anew.
    package var isReindexed = false
}

extension Store {
    /// Looks for the bytes of lost blobs among the files in quarantine and under `paths`, and serves those again that it
    /// finds. Files there are only read. `progress` is told of every byte read.
    package func repair(
        from paths: [FilePath], isIndexBroken: Bool, progress: (Int) -> Void
    ) throws(StoreError) -> RepairReport {
        var report = RepairReport()
        if isIndexBroken {
            try catalogue.write { db in try db.execute(sql: "REINDEX") }
            report.isReindexed = true
        }
        var lost: [Int: Set<Digest>] = [:]
        for blob in try page(
            "SELECT id AS blob, sha256, size FROM blob WHERE damaged AND dropped IS NULL", [], Int(Int32.max), Blob.init
        ) { lost[blob.size, default: []].insert(blob.digest) }
        for path in [quarantine] + paths {
            try search(path, &lost, &report, progress)
        }
        return report
    }

    private func search(
        _ path: FilePath, _ lost: inout [Int: Set<Digest>], _ report: inout RepairReport, _ progress: (Int) -> Void
    ) throws(StoreError) {
        guard !lost.isEmpty, let facts = try FileFacts.at(path, followLinks: false) else { return }
        switch facts.kind {
        case .directory:
            for name in try DirectoryListing.entries(in: path) {
                guard let text = String(validating: name, as: UTF8.self), let component = FilePath.Component(text)
                else {
                    continue
                }
                try search(path.appending(component), &lost, &report, progress)
            }
        case .file:
            guard let wanted = lost[facts.size] else { return }
            let source = try Kernel.open(path, .readOnly, options: .noFollow)
            let digest: Digest
            // One that cannot be read does not keep the others from being found.
            do throws(StoreError) { digest = try files.hash(source, path, progress: progress) } catch { return }
            guard wanted.contains(digest) else { return }
            let published = try files.publish(
                source, path, by: .reflinkOrCopy, isKnown: { _ throws(StoreError) in false }, mayBeKnown: false
            ) { _ in }
            guard published.digest == digest else { return }
            try serveAgain(published)
            report.restored.append((digest, path))
            lost[facts.size]?.remove(digest)
            if lost[facts.size]?.isEmpty == true { lost[facts.size] = nil }
            if path.removingLastComponent() == quarantine { try Kernel.unlink(path) }
        case .link, .other: return
        }
    }
}
