import Foundation
import GRDB
import Glibc
package import Recipe
package import SystemPackage

/// What copying a store came to.
package struct CopyReport: Sendable {
    /// The moment of which the copy is.
    package var moment = Timestamp.now()
    /// Blobs that were copied, their bytes, and those that the copy had already.
    package var copied = 0, bytes = 0, kept = 0
    /// Blobs whose bytes in this store are not those of their names, and so are not in the copy.
    package var damaged: [Digest] = []
}

extension Store {
    /// Copies the store to `target` while it is used: everything that its catalogue names at one moment is in the copy, and the copy is
    /// a store. A copy that is there already gets what is new; until that is done it stays what it was. `progress` is told of every
    /// byte read.
    package func copy(to target: FilePath, progress: @escaping (Int) -> Void) throws(StoreError) -> CopyReport {
        let copy = try StoreCopy(of: self, at: target, progress)
        do { return try copy.run() } catch { throw (error as? StoreError) ?? .catalogue("\(error)") }
    }
}

/// A copy of a store on its way.
private final class StoreCopy {
    /// Garbage collection may take bytes away between the look at the catalogue and at them.
    private static let mostTries = 10

    private let source: Store
    private let target: FilePath
    private let files: BlobFiles
    private let lease: OwnedDescriptor
    private let progress: (Int) -> Void
    private var report = CopyReport()
    /// When the file of a blob in the copy changed last, for those that are known to be whole.
    private var known: [Digest: Timestamp] = [:]

    private var workshop: FilePath { target.appending("incoming").appending("catalogue") }

    init(of source: Store, at target: FilePath, _ progress: @escaping (Int) -> Void) throws(StoreError) {
        self.source = source
        self.target = target
        self.progress = progress
        files = BlobFiles(root: target)
        lease = try Self.prepare(target, try Self.mark(of: source))
    }

    func run() throws -> CopyReport {
        defer { withExtendedLifetime(lease) {} }
        try readKnown()
        defer { for ending in ["", "-journal"] { try? Kernel.unlink(FilePath(workshop.string + ending)) } }
        let catalogue = try copyBlobs()
        try copyDrafts(catalogue)
        try catalogue.write { db in
            for (digest, changed) in known { try db.noteChange(ofBlob: digest, changed) }
            for digest in report.damaged {
                let blob = try Int64.fetchOne(db, sql: "SELECT id FROM blob WHERE sha256 = ?", arguments: [digest.data])
                if let blob { try db.setState(of: blob, .lost) }
            }
            try db.execute(sql: "DELETE FROM mount")
        }
        let collected = try catalogue.read { db in
            try Row.fetchAll(db, sql: "SELECT sha256 FROM blob WHERE dropped IS NOT NULL").map {
                try $0.digest("sha256")
            }
        }
        try catalogue.close()
        try install()
        for digest in collected where try FileFacts.at(files.path(of: digest)) != nil {
            try Kernel.unlink(files.path(of: digest))
        }
        return report
    }

    // MARK: The place

    /// What tells copies of one store from everything else: when that store was made.
    private static func mark(of store: Store) throws(StoreError) -> [UInt8] {
        Array("A copy of the store that was made at \(try store.created().nanoseconds) ns.\n".utf8)
    }

    /// Refuses what is neither empty nor a copy of this store, and takes it for this process alone.
    private static func prepare(_ target: FilePath, _ mark: [UInt8]) throws(StoreError) -> OwnedDescriptor {
        let note = target.appending("copy-of")
        if try FileFacts.at(target) == nil { try Kernel.makeDirectory(target, permissions: 0o700) }
        if try FileFacts.at(note, followLinks: false) == nil {
            guard try DirectoryListing.entries(in: target).isEmpty else {
                throw .conflict("\(target) is not empty and is no copy of this store; nothing was changed")
            }
            let file = try Kernel.open(note, .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerRead)
            try file.writeAll(mark, note)
            try Kernel.sync(file, note)
        } else if try Kernel.open(note, .readOnly, options: .noFollow).readAll(note) != mark {
            throw .conflict("\(target) is a copy of another store; nothing was changed")
        }
        let lease = try StoreLease.exclusive(target)
        for name in Store.directories where try FileFacts.at(target.appending(name)) == nil {
            try Kernel.makeDirectory(target.appending(name), permissions: 0o700)
        }
        try BlobFiles(root: target).sweepIncoming()
        return lease
    }

    /// What the copy's own catalogue knows of its files. One that was written to since, as a store, is not written over.
    private func readKnown() throws {
        let path = Store.cataloguePath(target)
        guard try FileFacts.at(path) != nil else { return }
        let queue = try DatabaseQueue(path: path.string)
        defer { try? queue.close() }
        let tables = ["blob", "version", "image", "snapshot", "pinName"]
        func numbers(_ db: Database) throws -> [Int64] {
            try tables.map {
                try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = ?", arguments: [$0]) ?? 0
            }
        }
        let (own, copied) = (try source.catalogue.read(numbers), try queue.read(numbers))
        guard zip(copied, own).allSatisfy({ $0 <= $1 }) else {
            throw StoreError.conflict(
                "\(target) has what this store has not: it was used as a store since it was copied; nothing was changed"
            )
        }
        try queue.read { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT sha256, changed FROM servedBlob WHERE changed IS NOT NULL")
            while let row = try rows.next() {
                known[try row.digest("sha256")] = try row.time("changed")
            }
        }
        _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    }

    // MARK: Bytes

    /// Copies the blobs that the store's catalogue names, and gives a copy of that catalogue for which all of them are there.
    private func copyBlobs() throws -> DatabaseQueue {
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
            report.kept = 0
            let (before, damaged) = (report.copied, report.damaged.count)
            var isMissing = false
            for blob in blobs where try !copy(blob) { isMissing = true }
            // What came while these were copied would be of the next copy alone, and that may be a day away.
            if !isMissing, report.copied == before, report.damaged.count == damaged {
                report.moment = moment
                report.kept = blobs.count - report.copied - report.damaged.count
                return catalogue
            }
            try catalogue.close()
        }
        throw StoreError.conflict("bytes went away again and again while they were copied; is 'reprofs gc' at work?")
    }

    /// False where the bytes are not there.
    private func copy(_ blob: Blob) throws -> Bool {
        let path = files.path(of: blob.digest)
        if let facts = try FileFacts.at(path, followLinks: false), facts.size == blob.size,
            facts.changed == known[blob.digest]
        {
            return true
        }
        guard !report.damaged.contains(blob.digest) else { return true }
        guard let file = try? source.files.open(blob.digest) else { return false }
        let published = try files.publish(
            file, source.files.path(of: blob.digest), by: .reflinkOrCopy, isPrivate: blob.isPrivate,
            isKnown: { _ throws(StoreError) in false }, mayBeKnown: false, progress: progress)
        guard published.digest == blob.digest, case .file(let changed) = published.place else {
            report.damaged.append(blob.digest)
            try? Kernel.unlink(files.path(of: published.digest))
            return true
        }
        known[blob.digest] = changed
        report.copied += 1
        report.bytes += blob.size
        return true
    }

    /// Files of the live view that are no blobs: notes, previews, what is being written, and what was closed under a name that it has
    /// lost since. Whoever mounts the copy sorts them as after a kill.
    private func copyDrafts(_ catalogue: DatabaseQueue) throws {
        let rows = try catalogue.read { try $0.liveLeftovers() }
        var kept: Set<String> = []
        for row in rows {
            if row.kind == .file, try copy(row, catalogue) {
                kept.insert("\(row.id)")
            } else if row.source == nil {
                // Its name and its bytes went while these were copied.
                try catalogue.write { try $0.execute(sql: "DELETE FROM live WHERE id = ?", arguments: [row.id]) }
            }
        }
        let directory = target.appending("live")
        for name in try DirectoryListing.names(in: directory) where !kept.contains(name) {
            try Kernel.unlink(directory.appending(name))
        }
    }

    /// False where the file is gone.
    private func copy(_ row: LiveRow, _ catalogue: DatabaseQueue) throws -> Bool {
        let place = target.appending("live").appending("\(row.id)")
        for _ in 0..<3 {
            guard let file = try open(row) else { return false }
            let before = try FileFacts.of(file, place)
            if let there = try FileFacts.at(place, followLinks: false), there.size == before.size,
                there.modified == before.modified
            {
                return true
            }
            try files.move(try files.stage(file, before), to: place)
            if try FileFacts.of(file, place).hasSameBytes(as: before) { return true }
        }
        // As after a kill: it is no version, and what was written of it is there.
        try catalogue.write { try $0.execute(sql: "UPDATE live SET closed = 0 WHERE id = ?", arguments: [row.id]) }
        return true
    }

    /// The bytes of a draft, which may have become a blob meanwhile; nil where they are gone.
    private func open(_ row: LiveRow) throws -> OwnedDescriptor? {
        if let file = try? Kernel.open(source.livePath(row.id), .readOnly, options: .noFollow) { return file }
        guard let blob = try source.live(row.id)?.blob else { return nil }
        return try? source.files.open(blob.digest)
    }

    // MARK: The end

    /// The copy of the catalogue takes the old one's place, once all that it names is on disk.
    private func install() throws {
        try Kernel.sync(try Kernel.open(workshop, .readOnly), workshop)
        try Kernel.syncFileSystem(target)
        let current = Store.cataloguePath(target)
        try Kernel.rename(workshop, to: current)
        try Kernel.syncDirectory(target)
        let copy = Store(path: target, catalogue: try Catalogue(current, migration: .none), lease: nil)
        try copy.writeIndex()
        try copy.catalogue.close()
        // Last, because it makes the directory a store.
        let layout = target.appending("oci-layout")
        guard try FileFacts.at(layout) == nil, let facts = try FileFacts.at(source.path.appending("oci-layout")) else {
            return
        }
        let staged = try Staged(in: target.appending("incoming"))
        try staged.file.writeAll(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), staged.path)
        try Kernel.setTimes(staged.path, accessed: nil, modified: facts.modified)
        try Kernel.sync(staged.file, staged.path)
        try Kernel.rename(staged.path, to: layout)
        try Kernel.syncDirectory(target)
    }
}
