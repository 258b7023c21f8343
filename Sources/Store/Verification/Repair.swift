import Foundation
import GRDB
package import Recipe
package import SystemPackage

/// What repairing came to.
package struct RepairReport: Sendable {
    /// Blobs that are served again, and where their bytes were found.
    package var restored: [(digest: Digest, source: FilePath)] = []
    /// Whether SQLite's indexes were made anew.
    package var isReindexed = false
    /// Pins that only `index.json` still had.
    package var pins = RecoveredPins()
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
        try rewriteDocuments(&report)
        if try verifyPins().isEmpty == false { report.pins = try recoverPins() }
        try remakeManifests()
        return report
    }

    /// What a pin wrote out as files is in the catalogue too.
    private func rewriteDocuments(_ report: inout RepairReport) throws(StoreError) {
        let lost = try page(
            """
            SELECT id AS blob, sha256, size, zstd FROM blob JOIN document ON document.blob = blob.id
            WHERE damaged AND changed IS NOT NULL
            """, [], Int(Int32.max)
        ) { (blob: try Blob($0), compressed: $0["zstd"] as Data) }
        for (blob, compressed) in lost {
            guard let bytes = Compression.decompress(Array(compressed), size: blob.size),
                SHA256.digest(of: bytes) == blob.digest
            else { continue }
            try serveAgain(try files.publish(bytes, asFile: true))
            report.restored.append((blob.digest, Self.cataloguePath(path)))
        }
    }

    /// A manifest says what its snapshot does, so one that is lost is made again.
    private func remakeManifests() throws(StoreError) {
        let names = try page(
            """
            SELECT DISTINCT pinName.name, pinName.snapshot FROM pinName JOIN blob
            ON blob.id = pinName.manifest OR blob.id IN (SELECT blob FROM pinLayer WHERE pinName = pinName.id)
            WHERE blob.damaged
            """, [], Int(Int32.max)
        ) { (name: $0["name"] as String, snapshot: $0["snapshot"] as Int64) }
        for (name, snapshot) in names {
            if let row = try self.snapshot(snapshot) { _ = try pin(row, as: name) }
        }
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
