import GRDB
import Glibc
package import Recipe
package import SystemPackage

/// What a rebuilt catalogue was made of.
package struct RebuildReport: Sendable {
    /// The backup that it began with; nil if none could be read.
    package var backup: Backups.Backup?
    /// Backups that cannot be read, and why.
    package var unreadable: [(path: FilePath, why: String)] = []
    /// Where the old catalogue is kept.
    package var replaced: FilePath?
    /// Blobs that the backup did not know: they are in `by-hash`, but have no name.
    package var blobs: [Digest] = []
    /// Files in blobs/ whose bytes are not those of their names; they are in quarantine.
    package var damaged: [Digest] = []
    /// Blobs that the backup knows and that are not on disk.
    package var missing = 0
    /// Files of the live view that the backup does not know, now in quarantine.
    package var drafts: [FilePath] = []
    /// What was recovered from pins.
    package var pins = RecoveredPins()
}

extension Store {
    /// Makes the catalogue of the store at `path` anew: from its newest sound backup, the manifests of its pins, and its blobs.
    ///
    /// Nothing is deleted: the old catalogue is moved to `backup/`, and files that cannot be placed to `quarantine/`. Throws while any
    /// process uses the store and, unless `isForced`, if the catalogue is sound. Node numbers begin a new epoch, so no number that was used
    /// since the backup is used again. `progress` is called with the number of bytes read.
    package static func rebuild(
        _ path: FilePath, isForced: Bool = false, progress: (Int) -> Void = { _ in }
    ) throws(StoreError) -> RebuildReport {
        guard try FileFacts.at(path.appending("oci-layout")) != nil else { throw .notAStore(path) }
        try requireOwnDirectories(path)
        let lease = try StoreLease.exclusive(path)
        defer { withExtendedLifetime(lease) {} }
        let current = cataloguePath(path)
        if !isForced, try FileFacts.at(current) != nil, problem(ofCatalogue: current) == nil {
            throw .conflict(
                "the catalogue is sound; '\(ShellCommand.reprofs("verify"))' says what else may be wrong, 'rebuild --force' goes back to the newest backup"
            )
        }
        try makeMissingDirectories(path)
        var report = RebuildReport()
        // In `incoming/`, which the next process to open the store cleans up.
        let workshop = path.appending("incoming").appending("catalogue-\(getpid())")
        let store = Store(path: path, catalogue: try begin(path, workshop, &report), lease: nil)
        try store.beginEpoch()
        try store.recoverBlobs(&report, progress)
        report.pins = try store.recoverPins()
        try store.putAwayDrafts(&report)
        try store.catalogue.close()
        let file = try Kernel.open(workshop, .readOnly)
        try Kernel.sync(file, workshop)
        try setAside(current, &report)
        try Kernel.rename(workshop, to: current)
        try Kernel.syncDirectory(path)
        return report
    }

    /// Makes a catalogue at `workshop`: a copy of the newest backup that can be read, or an empty one.
    private static func begin(
        _ path: FilePath, _ workshop: FilePath, _ report: inout RebuildReport
    ) throws(StoreError) -> Catalogue {
        for backup in try Backups(path).all() {
            if let why = problem(ofCatalogue: backup.path) {
                report.unreadable.append((backup.path, why))
                continue
            }
            let source = try Kernel.open(backup.path, .readOnly)
            let target = try Kernel.open(
                workshop, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
            _ = try source.forEachChunk(backup.path) { chunk throws(StoreError) in try target.writeAll(chunk, workshop)
            }
            do throws(StoreError) {
                let catalogue = try Catalogue(workshop, migration: .none)
                report.backup = backup
                return catalogue
            } catch {
                try? Kernel.unlink(workshop)
                // An error of the disk says nothing about the backup.
                if case .system = error { throw error }
                report.unreadable.append((backup.path, "\(error)"))
            }
        }
        return try Catalogue(workshop, migration: .none)
    }

    /// Why a file is not a usable catalogue; nil if it is. The file is not written.
    private static func problem(ofCatalogue path: FilePath) -> String? {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            return try DatabaseQueue(path: path.string, configuration: configuration).read { db -> String? in
                guard try db.tableExists("blob"), try db.tableExists("grdb_migrations") else {
                    return "it is not a catalogue"
                }
                if try Schema.migrator().hasBeenSuperseded(db) { return "a newer ReproFS wrote it" }
                let answer = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") ?? "no answer"
                return answer == "ok" ? try Schema.problem(with: db) : answer
            }
        } catch { return "\(error)" }
    }

    /// Moves the old catalogue away with its log: somebody may still find something in it.
    private static func setAside(_ current: FilePath, _ report: inout RebuildReport) throws(StoreError) {
        let moment = Timestamp.now().description.filter { $0 != ":" && $0 != "-" }
        let target = Backups(current.removingLastComponent()).directory.appending("replaced-\(moment).sqlite")
        for suffix in ["", "-wal", "-shm"] {
            let from = FilePath(current.string + suffix)
            guard try FileFacts.at(from, followLinks: false) != nil else { continue }
            try Kernel.rename(from, to: FilePath(target.string + suffix))
            report.replaced = target
        }
        try Kernel.syncDirectory(target.removingLastComponent())
    }

    /// New rows get higher numbers than any since the backup. No process mounts the store now.
    private func beginEpoch() throws(StoreError) {
        // A snapshot's number has 36 bits in a node's.
        let stride: Int64 = 1 << 28
        try catalogue.write { db in
            let newest = try Int64.fetchOne(db, sql: "SELECT max(seq) FROM sqlite_sequence") ?? 0
            let tables = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
            for table in tables {
                try db.setSequence(of: table, to: (newest / stride + 1) * stride)
            }
            // The index may have pins that are newer than the backup.
            try db.noteIndex(with: nil)
            try db.deleteMounts()
            try db.forgetProcesses()
        }
    }

    /// Makes rows for files that the catalogue does not know, and corrects the state of those that it does.
    private func recoverBlobs(_ report: inout RebuildReport, _ progress: (Int) -> Void) throws(StoreError) {
        for name in try DirectoryListing.names(in: files.directory) {
            guard let digest = Digest(hex: name), digest.hex == name else { continue }
            let path = files.path(of: digest)
            guard let facts = try FileFacts.at(path, followLinks: false), facts.kind == .file else { continue }
            if try isServed(digest) { continue }
            guard try files.hash(try files.open(digest), path, progress: progress) == digest else {
                try quarantine(digest)
                report.damaged.append(digest)
                continue
            }
            let known = try one("SELECT 1 FROM blob WHERE sha256 = ?", [digest.data]) { _ in true }
            try catalogue.write { db in
                _ = try db.blob(.init(digest, file: facts), in: files)
            }
            if known == nil { report.blobs.append(digest) }
        }
        let blobs = try page(
            "SELECT \(Blob.columns) FROM servedBlob AS blob WHERE changed IS NOT NULL", [], Int(Int32.max),
            Blob.init)
        for blob in blobs where try FileFacts.at(files.path(of: blob.digest), followLinks: false) == nil {
            report.missing += 1
            try catalogue.write { db in try db.setState(of: blob.id, .lost) }
        }
    }

    /// Moves away files of the live view that no row names: a new row may get the number that is such a file's name.
    private func putAwayDrafts(_ report: inout RebuildReport) throws(StoreError) {
        let directory = path.appending("live")
        for name in try DirectoryListing.names(in: directory) {
            if let id = Int64(name), let row = try live(id), row.kind == .file { continue }
            try makeQuarantine()
            let target = quarantine.appending("draft-\(name)-\(Timestamp.now().nanoseconds)")
            try Kernel.rename(directory.appending(name), to: target)
            report.drafts.append(target)
        }
        guard !report.drafts.isEmpty else { return }
        try Kernel.syncDirectory(quarantine)
        try Kernel.syncDirectory(directory)
    }
}
