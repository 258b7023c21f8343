import Glibc
import Recipe
import SystemPackage

/// How bytes come into the store.
package enum TransferMethod: Sendable {
    /// Share the blocks where the filesystem can, else copy.
    case reflinkOrCopy
    /// Share the blocks or refuse.
    case reflink
    case copy
}

/// `blobs/` and `incoming/`: write, sync, rename, sync the directory; only then may a row name the bytes.
struct BlobFiles {
    /// Documents up to this many bytes live in the catalogue: a million of them cost no inodes.
    static let documentLimit = 128 << 10

    let root: FilePath
    let blobs = ReadOnlyBlobs()
    private var incoming: FilePath { root.appending("incoming") }
    var directory: FilePath { root.appending("blobs").appending("sha256") }

    func path(of digest: Digest) -> FilePath { directory.appending(digest.hex) }
    /// What lies in a blob's place; nil where nothing does, or what is not a file: nothing is followed out of `blobs/`.
    func facts(of digest: Digest) throws(StoreError) -> FileFacts? {
        guard let facts = try FileFacts.at(path(of: digest), followLinks: false), facts.kind == .file else {
            return nil
        }
        return facts
    }
    /// A blob's file as it lies there.
    func file(_ digest: Digest) throws(StoreError) -> OpenFile {
        try OpenDirectory(named: directory).file([EntryName(digest)])
    }
    func open(_ digest: Digest) throws(StoreError) -> OwnedDescriptor { try blobs.open(digest.hex, in: directory) }

    /// Publishes a file that may be small enough for the catalogue; `size` is the file's. Bytes. Who may read it is who could. With
    /// a `digest`, nothing is kept where the bytes have become others: `changedWhileRead`.
    func publish(
        _ source: OwnedDescriptor, _ path: FilePath, size: Int, as digest: Digest? = nil
    ) throws(StoreError) -> PublishedBlob {
        func isWanted(_ found: Digest) -> Bool { digest.map { $0 == found } ?? true }
        guard size <= Self.documentLimit else {
            return try publish(
                source, path, by: .reflinkOrCopy,
                isKnown: { found throws(StoreError) in
                    guard isWanted(found) else { throw .changedWhileRead(path) }
                    return false
                }, mayBeKnown: false
            ) { _ in }
        }
        var bytes: [UInt8] = []
        try source.forEachChunk(path, from: 0, to: size) { chunk throws(StoreError) in bytes += chunk }
        let blob = try publish(bytes, isPrivate: !FileFacts.of(source, path).isReadableByAll)
        guard isWanted(blob.digest) else { throw .changedWhileRead(path) }
        return blob
    }

    /// Publishes the bytes of the file `path`. It fails with `changedWhileRead` when they change on the way.
    ///
    /// `isKnown` says whether the store already serves a digest; then nothing is written. `isPrivate` is said where the file's own
    /// mode does not count. `progress` is told of every byte that was hashed.
    func publish(
        _ source: OwnedDescriptor, _ path: FilePath, by method: TransferMethod,
        isPrivate: Bool? = nil, isKnown: (Digest) throws(StoreError) -> Bool, mayBeKnown: Bool, progress: (Int) -> Void
    ) throws(StoreError) -> PublishedBlob {
        let before = try FileFacts.of(source, path)
        let isPrivate = isPrivate ?? !before.isReadableByAll
        func known(_ hashed: HashedBytes) -> PublishedBlob {
            .init(hashed.digest, size: before.size, .known, isPrivate: isPrivate, pieces: hashed.pieces)
        }
        let cache = PageCacheGuard(source, size: before.size)
        defer { cache.restore() }
        let staged = try Staged(in: incoming)
        // Whoever may write could do so between the sharing and the reading, and a write into mapped memory moves no time.
        var lease = method == .copy ? nil : try? ReadLease.take(source, path)
        let shared = method != .copy && Kernel.reflink(source, to: staged.file)
        if !shared {
            lease = nil
            guard method != .reflink else { throw .system("cannot reflink into the store", path, .notSupported) }
            if mayBeKnown {
                // Bytes of this size are here already: hash first, so that adding them again writes nothing.
                let hashed = try hashWithPieces(source, path, size: before.size, progress: progress)
                if try isKnown(hashed.digest) { return known(hashed) }
                progress(-before.size)
            }
            try Kernel.requireReserve(incoming, for: before.size)
        }
        let hash = SHA256(keepsPieces: true)
        var done = 0
        let flushEvery = 16 << 20
        // Of the source where nobody writes to it, also where its blocks are shared: it is in memory more often.
        let read = shared && lease?.isHeld != true ? staged.file : source
        // Somebody may write as fast as this is read.
        let size = try read.forEachChunk(path, from: 0, to: before.size + 1) { chunk throws(StoreError) in
            hash.update(chunk)
            if !shared {
                try staged.file.writeAll(chunk, staged.path)
                // The disk writes while the next bytes are read and hashed, so that nobody waits for all of them at the end.
                if done & (flushEvery - 1) > (done + chunk.count) & (flushEvery - 1) {
                    staged.file.startWriting(from: done & ~(flushEvery - 1), count: flushEvery)
                }
            }
            done += chunk.count
            progress(chunk.count)
        }
        guard try FileFacts.of(source, path) == before, size == before.size, lease?.isHeld != false else {
            throw .changedWhileRead(path)
        }
        let hashed = hash.finishWithPieces()
        if try isKnown(hashed.digest) { return known(hashed) }
        return try publish(staged, hashed, size: size, isPrivate: isPrivate)
    }

    /// Publishes bytes that are in memory: in the catalogue when they are few, else as a file.
    func publish(
        _ bytes: [UInt8], asFile: Bool = false, isPrivate: Bool = false
    ) throws(StoreError) -> PublishedBlob {
        if !asFile, bytes.count <= Self.documentLimit { return try publish(document: bytes, isPrivate: isPrivate) }
        try Kernel.requireReserve(incoming, for: bytes.count)
        let digest = SHA256.digest(of: bytes)
        let staged = try Staged(in: incoming)
        do {
            try bytes.withUnsafeBytes { try staged.file.writeAll($0, staged.path) }
        } catch { throw (error as? StoreError) ?? .system("cannot write", staged.path, .ioError) }
        return try publish(
            staged, HashedBytes(digest), size: bytes.count, isPrivate: isPrivate)
    }

    /// Publishes bytes that are in memory in the catalogue, however many they are: what is made within a transaction, in which no file is
    /// written.
    func publish(document bytes: [UInt8], isPrivate: Bool) throws(StoreError) -> PublishedBlob {
        try Kernel.requireReserve(incoming, for: bytes.count)
        return .init(
            SHA256.digest(of: bytes), size: bytes.count, .document(compressed: Compression.compress(bytes)),
            isPrivate: isPrivate)
    }

    private func publish(
        _ staged: Staged, _ hashed: HashedBytes, size: Int, isPrivate: Bool
    ) throws(StoreError) -> PublishedBlob {
        let digest = hashed.digest
        guard fchmod(staged.file.rawValue, Self.mode(isPrivate: isPrivate)) == 0 else {
            throw .system("cannot protect", staged.path, Errno(rawValue: errno))
        }
        try Kernel.sync(staged.file, staged.path)
        PageCacheGuard(written: staged.file).restore()
        let target = path(of: digest)
        if !(try Kernel.renameNew(staged.path, to: target)) {
            // Another ingest was first, or one was cut off before its row, or the bytes there are damaged. These are
            // known to be right, so they take the place; whoever has the other file open keeps it.
            try Kernel.rename(staged.path, to: target)
        }
        try Kernel.syncDirectory(directory)
        guard let facts = try facts(of: digest) else { throw .blobMissing(digest) }
        return .init(
            digest, size: size, .file(changed: facts.changed), isPrivate: isPrivate, pieces: hashed.pieces)
    }

    /// The mode of a blob's file: it says whose the bytes are to whoever has lost the catalogue.
    static func mode(isPrivate: Bool) -> mode_t { isPrivate ? 0o400 : 0o444 }

    /// Gives a file in `live/`, whose bytes are on disk and will not change again, its blob's name beside its own. The
    /// directory is the caller's to sync, and the old name to take away once a row names the blob.
    func adopt(
        _ path: FilePath, _ hashed: HashedBytes, size: Int, isPrivate: Bool
    ) throws(StoreError) -> PublishedBlob {
        let digest = hashed.digest
        let target = self.path(of: digest)
        guard path.withPlatformString({ chmod($0, Self.mode(isPrivate: isPrivate)) }) == 0 else {
            throw .system("cannot protect", path, Errno(rawValue: errno))
        }
        if try !Kernel.linkNew(path, to: target) {
            try replace(target) { second throws(StoreError) in
                guard try Kernel.linkNew(path, to: second) else { throw .blobMissing(digest) }
            }
        }
        guard let facts = try facts(of: digest) else { throw .blobMissing(digest) }
        return .init(
            digest, size: size, .file(changed: facts.changed), isPrivate: isPrivate, pieces: hashed.pieces)
    }

    /// The same for a file that somebody else's directory holds, while nobody writes to it; nil where it cannot be linked from
    /// there. It gets the blob's name when it is certain that it can be written by nobody.
    func adopt(
        _ source: OpenFile, _ hashed: HashedBytes, size: Int, isPrivate: Bool, while lease: ReadLease
    ) throws(StoreError) -> PublishedBlob? {
        let digest = hashed.digest
        let target = self.path(of: digest)
        let mode = try source.facts().mode
        try source.setMode(UInt32(Self.mode(isPrivate: isPrivate)))
        do throws(StoreError) {
            try replace(target) { second throws(StoreError) in
                let directory = try OpenDirectory(named: incoming)
                guard let name = second.lastComponent.flatMap({ try? EntryName($0.string) }),
                    try source.link(into: directory, as: name)
                else { throw .blobMissing(digest) }
                // Whoever opened it for writing before its mode forbade that has been noticed by now, and so has another name.
                guard lease.isHeld, try source.facts().names == 2 else { throw .changedWhileRead(source.path) }
            }
        } catch {
            try? source.setMode(mode)
            guard case .system(_, _, .improperLink) = error else { throw error }
            return nil
        }
        return .init(
            digest, size: size, .file(changed: try source.facts().changed), isPrivate: isPrivate,
            pieces: hashed.pieces)
    }

    /// Puts a file in the place of a blob's, which is damaged, or the same from another writer or an attempt that was cut off, or
    /// is not there. The name is never without a file: a row may name it already. Whoever sweeps `incoming/` waits.
    private func replace(
        _ target: FilePath, by makeName: (FilePath) throws(StoreError) -> Void
    ) throws(StoreError) {
        try Kernel.holding(incoming, .shared) { () throws(StoreError) in
            let second = Staged.freePath(in: incoming)
            // Where both are one file already, a rename does nothing.
            defer { _ = second.withPlatformString { Glibc.unlink($0) } }
            try makeName(second)
            try Kernel.rename(second, to: target)
        }
    }

    /// A copy in `incoming/` with the times of what it is of; on disk when this returns.
    func stage(_ source: OwnedDescriptor, _ facts: FileFacts) throws(StoreError) -> Staged {
        let copy = try Staged(in: incoming)
        try source.copy(to: copy.file, copy.path) { count throws(StoreError) in
            try Kernel.requireReserve(incoming, for: count)
        }
        try Kernel.setTimes(copy.path, accessed: nil, modified: facts.modified)
        try Kernel.sync(copy.file, copy.path)
        return copy
    }

    /// Gives a staged file its place within the store.
    func move(_ staged: Staged, to path: FilePath) throws(StoreError) { try Kernel.rename(staged.path, to: path) }

    /// The SHA-256 of a whole file; of one that somebody else may write to, `size` says where it ended when it was looked at, since
    /// it may never end.
    func hash(
        _ file: OwnedDescriptor, _ path: FilePath, size: Int = .max,
        progress: (Int) throws(StoreError) -> Void = { _ in }
    ) throws(StoreError) -> Digest {
        try hashWithPieces(file, path, size: size, progress: progress).digest
    }

    /// The same with the list of the file's pieces, for one that is to be a blob, or is one.
    func hashWithPieces(
        _ file: OwnedDescriptor, _ path: FilePath, size: Int = .max,
        progress: (Int) throws(StoreError) -> Void = { _ in }
    ) throws(StoreError) -> HashedBytes {
        let hash = SHA256(keepsPieces: true)
        _ = try file.forEachChunk(path, from: 0, to: size) { chunk throws(StoreError) in
            hash.update(chunk)
            try progress(chunk.count)
        }
        return hash.finishWithPieces()
    }

    /// Removes what dead processes left in `incoming/`: their locks died with them.
    func sweepIncoming() throws(StoreError) {
        // Nobody is between creating a file and locking it while this lock is held.
        try Kernel.holding(incoming, .exclusive) { () throws(StoreError) in
            for name in try DirectoryListing.names(in: incoming) {
                let path = incoming.appending(name)
                guard let file = try? Kernel.open(path, .readOnly, options: .noFollow),
                    Kernel.lock(file, .exclusive, waits: false)
                else { continue }
                try Kernel.unlink(path)
            }
        }
    }
}

/// A file in `incoming/`, locked while it is being written and removed unless it was renamed away.
final class Staged {
    let path: FilePath
    let file: OwnedDescriptor

    init(in directory: FilePath) throws(StoreError) {
        let path = Self.freePath(in: directory)
        file = try Kernel.holding(directory, .shared) { () throws(StoreError) in
            let file = try Kernel.open(
                path, .readWrite, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite])
            _ = Kernel.lock(file, .exclusive, waits: true)
            return file
        }
        self.path = path
    }

    /// A name that nobody else has.
    static func freePath(in directory: FilePath) -> FilePath {
        directory.appending("\(getpid())-\(UInt64.random(in: .min ... .max))")
    }

    deinit { _ = path.withPlatformString { unlink($0) } }
}
