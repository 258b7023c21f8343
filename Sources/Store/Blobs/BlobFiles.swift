import CLinux
import Glibc
import Recipe
import SystemPackage

/// How bytes come into the store.
package enum TransferMethod: Sendable {
    /// Share the blocks if the file system can, else copy.
    case reflinkOrCopy
    /// Share the blocks, or fail.
    case reflink
    case copy
}

/// The directories `blobs/` and `incoming/`: a file is written, synced and renamed, and its directory is synced; only then may a row name
/// the bytes.
struct BlobFiles {
    /// Documents up to this size are kept in the catalogue: a million of them need no inodes. Bytes.
    static let documentLimit = 128 << 10

    let root: FilePath
    let blobs = ReadOnlyBlobs()
    var incoming: FilePath { root.appending("incoming") }
    var directory: FilePath { root.appending("blobs").appending("sha256") }

    func path(of digest: Digest) -> FilePath { directory.appending(digest.hex) }
    /// The facts of a blob's file; nil if there is none, or something else is in its place. No link is followed out of `blobs/`.
    func facts(of digest: Digest) throws(StoreError) -> FileFacts? {
        guard let facts = try FileFacts.at(path(of: digest), followLinks: false), facts.kind == .file else {
            return nil
        }
        return facts
    }
    /// A blob's file, opened.
    func file(_ digest: Digest) throws(StoreError) -> OpenFile {
        try OpenDirectory(named: directory).file([EntryName(digest)])
    }
    func open(_ digest: Digest) throws(StoreError) -> OwnedDescriptor { try blobs.open(digest.hex, in: directory) }
    /// Whether a program or a mount on this machine has a blob's file open. A file system without leases cannot tell; there the kernel keeps the
    /// bytes, without a name, for whoever has it open.
    func isOpen(_ digest: Digest) throws(StoreError) -> Bool {
        let file = try open(digest)
        defer { withExtendedLifetime(file) {} }
        return reprofs_is_unused(file.rawValue) == 0
    }

    /// Publishes a file that may be small enough for the catalogue. `size` is the file's; bytes. The blob is as private as the file. With a
    /// `digest`, nothing is kept if the bytes are not those: throws `changedWhileRead`.
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

    /// Publishes the bytes of the file `path`. Throws `changedWhileRead` if they change meanwhile.
    ///
    /// `isKnown` says whether the store already serves a digest; then nothing is written. `isPrivate` overrides the file's own mode.
    /// `progress` is called with the number of bytes hashed.
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
        // A program could write between the sharing and the reading, and a write into mapped memory does not change the file's times.
        var lease = method == .copy ? nil : try? ReadLease.take(source, path)
        let shared = method != .copy && Kernel.reflink(source, to: staged.file)
        if !shared {
            lease = nil
            guard method != .reflink else { throw .system("cannot reflink into the store", path, .notSupported) }
            if mayBeKnown {
                // The store has bytes of this size: hashing first avoids writing the same bytes again.
                let hashed = try hashWithPieces(source, path, size: before.size, progress: progress)
                if try isKnown(hashed.digest) { return known(hashed) }
                progress(-before.size)
            }
            try Kernel.requireReserve(incoming, for: before.size)
        }
        let hash = SHA256(keepsPieces: true)
        var done = 0
        // The source is read if no program can write to it, even if blocks are shared: it is more likely to be in memory.
        let read = shared && lease?.isHeld != true ? staged.file : source
        // A program may append as fast as this reads.
        let size = try read.forEachChunk(path, from: 0, to: before.size + 1) { chunk throws(StoreError) in
            hash.update(chunk)
            if !shared {
                try staged.file.writeAll(chunk, staged.path)
                staged.file.startWriting(after: done..<done + chunk.count)
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

    /// Publishes bytes in memory: into the catalogue if they are few, else as a file.
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

    /// Publishes bytes in memory into the catalogue, however many they are: for documents that are made within a transaction, where no file
    /// may be written.
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
            // The name is taken: another ingest was first, or one was cut off before its row was written, or the bytes there are damaged.
            // The new bytes are known to be right, so they replace the file; programs that have the old file open keep it.
            try Kernel.rename(staged.path, to: target)
        }
        try Kernel.syncDirectory(directory)
        guard let facts = try facts(of: digest) else { throw .blobMissing(digest) }
        return .init(
            digest, size: size, .file(changed: facts.changed), isPrivate: isPrivate, pieces: hashed.pieces)
    }

    /// The mode of a blob's file: it still says whether the blob is private if the catalogue is lost.
    static func mode(isPrivate: Bool) -> mode_t { isPrivate ? 0o400 : 0o444 }

    /// Replaces a blob's file, which is damaged, or the same from another writer or an interrupted attempt, or missing. The name always has
    /// a file: a row may name it already. A sweep of `incoming/` waits for this.
    func replace(
        _ target: FilePath, by makeName: (FilePath) throws(StoreError) -> Void
    ) throws(StoreError) {
        try Kernel.holding(incoming, .shared) { () throws(StoreError) in
            let second = Staged.freePath(in: incoming)
            // If both names are of one file already, a rename does nothing.
            defer { _ = second.withPlatformString { Glibc.unlink($0) } }
            try makeName(second)
            try Kernel.rename(second, to: target)
        }
    }

    /// Makes a copy in `incoming/` with the times of its source; it is synced when this returns.
    func stage(_ source: OwnedDescriptor, _ facts: FileFacts) throws(StoreError) -> Staged {
        let copy = try Staged(in: incoming)
        try source.copy(to: copy.file, copy.path) { count throws(StoreError) in
            try Kernel.requireReserve(incoming, for: count)
        }
        try Kernel.setTimes(copy.path, accessed: nil, modified: facts.modified)
        try Kernel.sync(copy.file, copy.path)
        return copy
    }

    /// Moves a staged file to its place within the store.
    func move(_ staged: Staged, to path: FilePath) throws(StoreError) { try Kernel.rename(staged.path, to: path) }

    /// The SHA-256 of a whole file. If others may write to the file, `size` says where to stop, since it may grow for ever.
    func hash(
        _ file: OwnedDescriptor, _ path: FilePath, size: Int = .max,
        progress: (Int) throws(StoreError) -> Void = { _ in }
    ) throws(StoreError) -> Digest {
        try hashWithPieces(file, path, size: size, progress: progress).digest
    }

    /// The same with the list of the file's pieces, for a file that is a blob or is about to be.
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
}
