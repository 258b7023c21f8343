import Foundation
import GRDB
import Glibc
package import Recipe
package import SystemPackage

/// The result of copying a store.
package struct CopyReport: Sendable {
    /// The moment whose state the copy has.
    package var moment = Timestamp.now()
    /// How many blobs were copied, their bytes, and how many the copy already had.
    package var copied = 0, bytes = 0, kept = 0
    /// Blobs whose bytes in this store are not those of their names, and so are not in the copy.
    package var damaged: [Digest] = []
}

extension Store {
    /// Copies the store to `target` while it is used: the copy has everything that the catalogue names at one moment, and is a store. An
    /// existing copy gets what is new, and stays what it was until that is complete. `progress` is called with the number of bytes read.
    package func copy(to target: FilePath, progress: @escaping (Int) -> Void) throws(StoreError) -> CopyReport {
        let copy = try StoreCopy(of: self, at: target, progress)
        do { return try copy.run() } catch { throw (error as? StoreError) ?? .catalogue("\(error)") }
    }
}

/// One copying of a store.
final class StoreCopy {
    /// Garbage collection may remove bytes after the catalogue was read.
    private static let mostTries = 10

    private let source: Store
    let target: FilePath
    private let files: BlobFiles
    let mark: String
    private let lease: OwnedDescriptor
    /// The state of the copy when it was last completed.
    let lastState: String
    private let progress: (Int) -> Void
    private var report = CopyReport()
    /// The ctimes of blobs in the copy that are known to be whole.
    var known: [Digest: Timestamp] = [:]
    private var copied: Set<Digest> = []

    private var workshop: FilePath { target.appending("incoming").appending("catalogue") }

    init(of source: Store, at target: FilePath, _ progress: @escaping (Int) -> Void) throws(StoreError) {
        self.source = source
        self.target = target
        self.progress = progress
        files = BlobFiles(root: target)
        mark = try Self.mark(of: source)
        (lease, lastState) = try Self.prepare(target, mark)
    }

    func run() throws -> CopyReport {
        defer { withExtendedLifetime(lease) {} }
        try readKnown()
        defer { for ending in ["", "-journal"] { try? Kernel.unlink(FilePath(workshop.string + ending)) } }
        let catalogue = try copyAll()
        try catalogue.write { db in
            for (digest, changed) in known { try db.noteChange(ofBlob: digest, changed) }
            for digest in report.damaged {
                if let blob = try db.rowOfBlob(digest) { try db.setState(of: blob, .lost) }
            }
            try db.deleteMounts()
        }
        let collected = try catalogue.read { db in
            try Row.fetchAll(db, sql: "SELECT sha256 FROM blob WHERE dropped IS NOT NULL").map {
                try $0.digest("sha256")
            }
        }
        try catalogue.close()
        try install()
        for digest in collected where try files.facts(of: digest) != nil {
            try Kernel.unlink(files.path(of: digest))
        }
        return report
    }

    /// Copies everything that the store's catalogue names, and returns a copy of a catalogue for which all of it is there.
    private func copyAll() throws -> DatabaseQueue {
        for _ in 0..<Self.mostTries {
            try? Kernel.unlink(workshop)
            let moment = Timestamp.now()
            try source.catalogue.copy(to: workshop)
            let catalogue = try DatabaseQueue(path: workshop.string)
            let blobs = try catalogue.read { db in
                try Row.fetchAll(
                    db,
                    sql: "SELECT \(Blob.columns) FROM servedBlob AS blob WHERE changed IS NOT NULL ORDER BY blob.id"
                ).map(Blob.init)
            }
            let before = copied.count + report.damaged.count
            var isMissing = false
            for blob in blobs where try !copy(blob) { isMissing = true }
            // Blobs that came meanwhile are copied in another round: the next copy may be a day away.
            let isNewest = !isMissing && copied.count + report.damaged.count == before
            if try isNewest && copyDrafts(catalogue) {
                report.moment = moment
                report.copied = copied.count
                report.kept = blobs.count { !copied.contains($0.digest) && !report.damaged.contains($0.digest) }
                return catalogue
            }
            try catalogue.close()
        }
        throw StoreError.conflict(
            "blobs were removed again and again while they were copied; try again once 'gc' has ended")
    }

    /// False if the bytes are not there.
    private func copy(_ blob: Blob) throws -> Bool {
        let path = files.path(of: blob.digest)
        if let facts = try FileFacts.at(path, followLinks: false), facts.size == blob.size,
            facts.changed == known[blob.digest]
        {
            return true
        }
        guard !report.damaged.contains(blob.digest) else { return true }
        let place = source.files.path(of: blob.digest)
        guard let facts = try FileFacts.at(place, followLinks: false) else { return false }
        guard facts.kind == .file else {
            report.damaged.append(blob.digest)
            return true
        }
        guard let file = try openBlob(blob.digest) else { return false }
        let published: PublishedBlob
        do throws(StoreError) {
            published = try files.publish(
                file, place, by: .reflinkOrCopy, isPrivate: blob.isPrivate,
                isKnown: { _ throws(StoreError) in false }, mayBeKnown: false, progress: progress)
        } catch {
            // Its file got or lost a name, or was collected.
            guard case .changedWhileRead = error else { throw error }
            return false
        }
        guard published.digest == blob.digest, case .file(let changed) = published.place else {
            report.damaged.append(blob.digest)
            try? Kernel.unlink(files.path(of: published.digest))
            return true
        }
        known[blob.digest] = changed
        copied.insert(blob.digest)
        report.bytes += blob.size
        return true
    }

    /// Nil if the file is no longer there.
    private func openBlob(_ digest: Digest) throws -> OwnedDescriptor? {
        do throws(StoreError) { return try source.files.open(digest) } catch {
            guard case .system(_, _, .noSuchFileOrDirectory) = error else { throw error }
            return nil
        }
    }

    /// Copies files of the live view that are not blobs: notes, previews, files that are being written, and closed files with a pending
    /// version. The first mount of the copy treats them as after a kill. False if one of them has gone from the store.
    private func copyDrafts(_ catalogue: DatabaseQueue) throws -> Bool {
        var kept: Set<String> = []
        for row in try catalogue.read({ try $0.liveLeftovers() }) where row.kind == .file && row.source == nil {
            guard let closing = try copy(row) else {
                if row.isUnlinked, try !catalogue.read({ try $0.hasPendingVersion(row.id) }) { continue }
                return false
            }
            kept.insert("\(row.id)")
            // Everything is synced before the copy is complete.
            try catalogue.write { try $0.setClosing(closing == .closed ? .durable : closing, of: row.id) }
        }
        let directory = target.appending("live")
        for name in try DirectoryListing.names(in: directory) where !kept.contains(name) {
            try Kernel.unlink(directory.appending(name))
        }
        return true
    }

    /// How far the copy of a draft can be trusted; nil if the file is gone.
    private func copy(_ row: LiveRow) throws -> LiveRow.Closing? {
        let place = target.appending("live").appending("\(row.id)")
        for _ in 0..<3 {
            guard let file = try open(row) else { return nil }
            let before = try FileFacts.of(file, place)
            // A program may have set its times back, but not its ctime.
            if let there = try FileFacts.at(place, followLinks: false), there.size == before.size,
                there.modified == before.modified, before.changed < there.changed
            {
                return row.closing
            }
            try files.move(try files.stage(file, before), to: place)
            // A file that is being written is copied once, and treated as after a kill.
            if try row.closing == .open || FileFacts.of(file, place).hasSameBytes(as: before) { return row.closing }
        }
        return .open
    }

    /// The bytes of a draft, which may have become a blob meanwhile; nil if they are gone.
    private func open(_ row: LiveRow) throws -> OwnedDescriptor? {
        if let file = try? Kernel.open(source.livePath(row.id), .readOnly, options: .noFollow) { return file }
        guard let blob = try source.live(row.id)?.blob else { return nil }
        return try? source.files.open(blob.digest)
    }

    /// Replaces the old catalogue by the copied one, once everything that it names is on disk.
    private func install() throws {
        try Kernel.sync(try Kernel.open(workshop, .readOnly), workshop)
        try Kernel.syncFileSystem(target)
        let current = Store.cataloguePath(target)
        try Kernel.rename(workshop, to: current)
        try Kernel.syncDirectory(target)
        let copy = Store(path: target, catalogue: try Catalogue(current, migration: .none), lease: nil)
        try copy.writeIndex()
        let state = try copy.catalogue.read(state)
        try copy.catalogue.close()
        try Self.write(mark, state: state, in: target)
        // Last, because it makes the directory a store.
        let layout = target.appending("oci-layout")
        guard try FileFacts.at(layout) == nil, let facts = try FileFacts.at(source.path.appending("oci-layout")) else {
            return
        }
        let staged = try Staged(in: target.appending("incoming"))
        try staged.file.writeAll(Store.layout, staged.path)
        try Kernel.setTimes(staged.path, accessed: nil, modified: facts.modified)
        try Kernel.sync(staged.file, staged.path)
        try Kernel.rename(staged.path, to: layout)
        try Kernel.syncDirectory(target)
    }
}
