import CLinux
import GRDB
import Glibc
package import Recipe
import SystemPackage

extension Store {
    /// When the current verification began. One that was interrupted continues, unless a new one is asked for.
    package func beginVerification(anew: Bool) throws(StoreError) -> Timestamp {
        try catalogue.write { db in
            let last = try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'verifying'")
            if let last, !anew { return Timestamp(nanoseconds: last) }
            let now = Timestamp.now()
            try db.setMeta("verifying", now.nanoseconds)
            return now
        }
    }

    /// Notes that everything was read, so that the next verification begins anew.
    package func finishVerification() throws(StoreError) {
        try catalogue.write { db in try db.setMeta("verifying", nil) }
    }

    /// The blobs that were read longest ago, among those that were not read since `time`.
    package func blobsToVerify(before time: Timestamp, limit: Int) throws(StoreError) -> [Blob] {
        try page(
            """
            SELECT \(Blob.columns) FROM servedBlob AS blob WHERE changed IS NOT NULL
            AND (checked IS NULL OR checked < ?) ORDER BY checked, id
            """, [time.nanoseconds], limit, Blob.init)
    }

    /// The size of blobs' files that were not read since `time`. Bytes.
    package func bytesToVerify(before time: Timestamp) throws(StoreError) -> Int {
        try one(
            """
            SELECT coalesce(sum(size), 0) FROM servedBlob WHERE changed IS NOT NULL
            AND (checked IS NULL OR checked < ?)
            """, [time.nanoseconds]
        ) { try $0.value(0) } ?? 0
    }

    /// Reads a blob's file and reports what is wrong with it; nil if it is whole. `pace` is called with the number of bytes read; it may
    /// wait, or throw to end the reading. A file that has a list of pieces is read piece by piece, as `sharing` distributes them; any other
    /// file gets its list.
    ///
    /// A damaged blob is never served again: its row says so before the file leaves its place.
    package func verify(
        _ blob: Blob, by sharing: @escaping Sharing = { count, body throws(StoreError) in try body(0..<count) },
        pace: @Sendable (Int) throws(StoreError) -> Void
    ) throws(StoreError) -> Damage? {
        let path = files.path(of: blob.digest)
        guard var facts = try FileFacts.at(path, followLinks: false) else {
            return try lose(blob, .missing, "its file is not there", found: nil)
        }
        guard facts.kind == .file else {
            return try lose(blob, .damaged, "what lies in its place is not a file", found: facts)
        }
        let reading: BlobReading
        do throws(StoreError) {
            let file = try files.open(blob.digest)
            facts = try FileFacts.of(file, path)
            let cache = PageCacheGuard(file, size: facts.size)
            defer { cache.restore() }
            reading = try read(blob, file, facts, by: sharing, pace: pace)
        } catch {
            guard case .system(_, _, let errno) = error, errno != .permissionDenied else { throw error }
            return try lose(blob, .unreadable, "\(error)", found: facts)
        }
        guard reading.digest == blob.digest else {
            let place = reading.firstWrong.map { "; the first wrong ones are in MiB \($0)" } ?? ""
            return try lose(
                blob, .damaged, "its \(facts.size) bytes have the hash \(reading.digest)\(place)", found: facts)
        }
        guard facts.size == blob.size else {
            return Damage(
                kind: .catalogue, digest: blob.digest,
                detail: "its \(facts.size) bytes have its hash, but the catalogue says that they are \(blob.size)",
                affected: try affected(by: blob.digest))
        }
        try catalogue.writeSoon { db in
            guard case .whole = try db.state(of: blob.id) else { return }
            try db.setState(of: blob.id, .whole(changed: facts.changed))
            try db.noteReading(of: blob.id)
            if let pieces = reading.pieces { try db.keepPieces(pieces, of: blob.id, isNew: true) }
        }
        return nil
    }

    /// Reads all of a blob's file. If a piece differs from the list, the list itself may be wrong: then the whole file is hashed.
    private func read(
        _ blob: Blob, _ file: OwnedDescriptor, _ facts: FileFacts, by sharing: @escaping Sharing,
        pace: @Sendable (Int) throws(StoreError) -> Void
    ) throws(StoreError) -> BlobReading {
        let path = files.path(of: blob.digest)
        var firstWrong: Int?
        if facts.size == blob.size, let list = try pieces(of: blob) {
            firstWrong = try file.wrongPieces(
                of: list, among: Array(0..<list.count), path, by: sharing, pace: pace
            ).first
            if firstWrong == nil { return BlobReading(digest: blob.digest) }
        }
        let hashed = try files.hashWithPieces(file, path, progress: pace)
        return BlobReading(digest: hashed.digest, pieces: hashed.pieces, firstWrong: firstWrong)
    }

    /// Blobs that are known to be lost and have not come back. A file that is whole again is served again. What is at a remote, from where a
    /// mount brings it, is not lost. With `inPlace`, only blobs that still have a file, which a reader found to be damaged.
    package func verifyDamaged(
        inPlace: Bool = false, pace: @Sendable (Int) throws(StoreError) -> Void
    ) throws(StoreError) -> [Damage] {
        var found: [Damage] = []
        let blobs = try page(
            "SELECT \(Blob.columns), \(Blob.isElsewhere) AS elsewhere FROM blob WHERE damaged AND dropped IS NULL ORDER BY id",
            [], Int(Int32.max)
        ) { (blob: try Blob($0), isElsewhere: try $0.value("elsewhere") as Bool) }
        for (blob, isElsewhere) in blobs {
            if inPlace || isElsewhere, try files.facts(of: blob.digest) == nil { continue }
            if let damage = try verify(blob, pace: pace) {
                found.append(damage)
            } else if let facts = try files.facts(of: blob.digest), facts.size == blob.size {
                try serveAgain(.init(blob.digest, file: facts))
            }
        }
        return found
    }

    /// The right to read everything again in the background, which one process has at a time; nil if another has it.
    package func leaseForScrub() throws(StoreError) -> OwnedDescriptor? {
        let directory = try Kernel.open(path.appending("backup"), .readOnly, options: .directory)
        return Kernel.lock(directory, .exclusive, waits: false) ? directory : nil
    }

    /// From now on the disk serves this thread after others. Its waits are bounded, so it may hold a lock that others wait for.
    package static func yieldDisk() {
        // Only a request: a kernel or a disk that does not support it treats the thread like any other.
        _ = reprofs_yield_disk()
    }

    func serveAgain(_ published: PublishedBlob) throws(StoreError) {
        try catalogue.write { db in
            try db.noteReading(of: try db.blob(published, in: files))
        }
    }

    /// Marks a blob as lost and moves its file to quarantine; nil if its file has been replaced since it was read, or garbage collection
    /// removed it.
    private func lose(
        _ blob: Blob, _ kind: Damage.Kind, _ detail: String, found: FileFacts?
    ) throws(StoreError) -> Damage? {
        let isLost = try catalogue.write { db in
            switch try db.state(of: blob.id) {
            case .collected, nil: return false
            case .whole, .document, .lost: break
            }
            // It was evicted meanwhile.
            guard try kind != .missing || !db.isElsewhere(blob.id) else { return false }
            guard try FileFacts.at(files.path(of: blob.digest), followLinks: false) == found else { return false }
            try db.setState(of: blob.id, .lost)
            return true
        }
        guard isLost else { return nil }
        if kind != .missing, !isReadOnly { try quarantine(blob.digest) }
        return Damage(kind: kind, digest: blob.digest, detail: detail, affected: try affected(by: blob.digest))
    }

    /// The directory for files whose bytes do not have the hash in their names: kept, and never served.
    var quarantine: FilePath { path.appending("quarantine") }

    func makeQuarantine() throws(StoreError) {
        guard try FileFacts.at(quarantine) == nil else { return }
        try Kernel.makeDirectory(quarantine, permissions: 0o700)
        try Kernel.syncDirectory(path)
    }

    func quarantine(_ digest: Digest) throws(StoreError) {
        try makeQuarantine()
        var target = quarantine.appending(digest.hex)
        var count = 1
        while try FileFacts.at(target, followLinks: false) != nil {
            count += 1
            target = quarantine.appending("\(digest.hex).\(count)")
        }
        try Kernel.rename(files.path(of: digest), to: target)
        try Kernel.syncDirectory(quarantine)
        try Kernel.syncDirectory(files.directory)
    }
}

/// The result of reading a blob's file.
private struct BlobReading {
    let digest: Digest
    /// A list that is not kept yet, or that replaces a wrong one.
    var pieces: PieceList?
    /// The first piece that differs from the list.
    var firstWrong: Int?
}
