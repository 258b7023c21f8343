import Foundation
import GRDB
package import Recipe
package import SystemPackage

/// The result of a repair.
package struct RepairReport: Sendable {
    /// Blobs that are served again, and where their bytes were found.
    package var restored: [(digest: Digest, source: FilePath)] = []
    /// Whether SQLite's indexes were rebuilt.
    package var isReindexed = false
    /// Pins that only `index.json` still had.
    package var pins = RecoveredPins()
}

extension Store {
    /// Looks for the bytes of lost blobs among the files in quarantine and under `paths`, and serves again those that it finds. Files under
    /// `paths` are only read. `progress` is called with the number of bytes read.
    package func repair(
        from paths: [FilePath], isIndexBroken: Bool, progress: (Int) -> Void
    ) throws(StoreError) -> RepairReport {
        var report = RepairReport()
        if isIndexBroken {
            try catalogue.write { db in try db.execute(sql: "REINDEX") }
            report.isReindexed = true
        }
        var lost: [Int: Set<Lost>] = [:]
        for blob in try page(
            "SELECT \(Blob.columns) FROM blob WHERE damaged AND dropped IS NULL", [], Int(Int32.max),
            Blob.init
        ) { lost[blob.size, default: []].insert(Lost(digest: blob.digest, isPrivate: blob.isPrivate)) }
        for path in [quarantine] + paths {
            guard !lost.isEmpty, let facts = try FileFacts.at(path) else { continue }
            if facts.kind == .directory {
                try search(try OpenDirectory(named: path), &lost, &report, progress)
            } else {
                _ = try restore(try OpenFile(named: path), &lost, &report, progress)
            }
        }
        try rewriteDocuments(&report)
        if try verifyPins().isEmpty == false { report.pins = try recoverPins() }
        try remakeManifests()
        return report
    }

    /// Writes again the files of documents whose bytes the catalogue has: pinning wrote them as files, which are lost.
    private func rewriteDocuments(_ report: inout RepairReport) throws(StoreError) {
        let lost = try page(
            """
            SELECT \(Blob.columns), zstd FROM blob JOIN document ON document.blob = blob.id
            WHERE damaged AND changed IS NOT NULL
            """, [], Int(Int32.max)
        ) { try (blob: Blob($0), compressed: $0.value("zstd") as Data) }
        for (blob, compressed) in lost {
            guard let bytes = Compression.decompress(Array(compressed), size: blob.size),
                SHA256.digest(of: bytes) == blob.digest
            else { continue }
            try serveAgain(try files.publish(bytes, asFile: true, isPrivate: blob.isPrivate))
            report.restored.append((blob.digest, Self.cataloguePath(path)))
        }
    }

    /// A manifest says what its snapshot says, so a lost one is made again.
    private func remakeManifests() throws(StoreError) {
        let names = try page(
            """
            SELECT DISTINCT pinName.name, pinName.snapshot FROM pinName JOIN blob
            ON blob.id = pinName.manifest OR blob.id IN (SELECT blob FROM pinLayer WHERE pinName = pinName.id)
            WHERE blob.damaged
            """, [], Int(Int32.max)
        ) { try (name: $0.value("name") as String, snapshot: $0.value("snapshot") as Int64) }
        for (name, snapshot) in names {
            if let row = try self.snapshot(snapshot) { _ = try pin(row, as: name) }
        }
    }

    private func search(
        _ directory: OpenDirectory, _ lost: inout [Int: Set<Lost>], _ report: inout RepairReport,
        _ progress: (Int) -> Void
    ) throws(StoreError) {
        for bytes in try directory.entries() {
            guard !lost.isEmpty, let name = try? EntryName(bytes: bytes), let facts = try directory.facts(name) else {
                continue
            }
            switch facts.kind {
            // A file that cannot be read, or has been replaced, does not stop the search.
            case .directory:
                guard let inner = try? directory.directory([name]) else { continue }
                try search(inner, &lost, &report, progress)
            case .file:
                guard lost[facts.size] != nil, let file = try? directory.file([name]) else { continue }
                if try restore(file, &lost, &report, progress), directory.path == quarantine {
                    try directory.remove(name)
                }
            case .link, .other: continue
            }
        }
    }

    /// Serves the bytes of a file again if they are a lost blob's; returns whether they are.
    private func restore(
        _ file: OpenFile, _ lost: inout [Int: Set<Lost>], _ report: inout RepairReport, _ progress: (Int) -> Void
    ) throws(StoreError) -> Bool {
        let size = try file.facts().size
        let digest: Digest
        do throws(StoreError) { digest = try files.hash(file.descriptor, file.path) { progress($0) } } catch {
            return false
        }
        guard let wanted = lost[size]?.first(where: { $0.digest == digest }) else { return false }
        // The bytes are as private as they were.
        let published = try files.publish(
            file.descriptor, file.path, by: .reflinkOrCopy, isPrivate: wanted.isPrivate,
            isKnown: { _ throws(StoreError) in false }, mayBeKnown: false
        ) { _ in }
        guard published.digest == digest else { return false }
        try serveAgain(published)
        report.restored.append((digest, file.path))
        lost[size]?.remove(wanted)
        if lost[size]?.isEmpty == true { lost[size] = nil }
        return true
    }
}

private struct Lost: Hashable {
    let digest: Digest
    let isPrivate: Bool
}
