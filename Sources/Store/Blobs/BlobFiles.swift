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

/// A blob whose bytes are on disk, or small enough for the catalogue: what a row may now name.
enum PublishedBlob {
    case file(Digest, size: Int, changed: Timestamp)
    /// The store serves these bytes already; nothing was written.
    case known(Digest, size: Int)
    case document(Digest, size: Int, compressed: [UInt8])

    var isNew: Bool { if case .known = self { false } else { true } }
    var digest: Digest {
        switch self {
        case .file(let digest, _, _), .document(let digest, _, _), .known(let digest, _): digest
        }
    }
    var size: Int {
        switch self {
        case .file(_, let size, _), .document(_, let size, _), .known(_, let size): size
        }
    }
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
    func open(_ digest: Digest) throws(StoreError) -> OwnedDescriptor { try blobs.open(digest.hex, in: directory) }

    /// Publishes a file that may be small enough for the catalogue; `size` is the file's. Bytes.
    func publish(_ source: OwnedDescriptor, _ path: FilePath, size: Int) throws(StoreError) -> PublishedBlob {
        guard size <= Self.documentLimit else {
            return try publish(
                source, path, by: .reflinkOrCopy, isKnown: { _ throws(StoreError) in false }, mayBeKnown: false
            ) { _ in }
        }
        return try publish(try source.readAll(path))
    }

    /// Publishes the bytes of the file `path`. It fails with `changedWhileRead` when they change on the way.
    ///
    /// `isKnown` says whether the store already serves a digest; then nothing is written.
    /// `progress` is told of every byte that was hashed.
    func publish(
        _ source: OwnedDescriptor, _ path: FilePath, by method: TransferMethod,
        isKnown: (Digest) throws(StoreError) -> Bool, mayBeKnown: Bool, progress: (Int) -> Void
    ) throws(StoreError) -> PublishedBlob {
        let before = try FileFacts.of(source, path)
        let cache = PageCacheGuard(source, size: before.size)
        defer { cache.restore() }
        let staged = try Staged(in: incoming)
        let shared = method != .copy && Kernel.reflink(source, to: staged.file)
        if !shared {
            guard method != .reflink else { throw .system("cannot reflink into the store", path, .notSupported) }
            if mayBeKnown {
                // Bytes of this size are here already: hash first, so that adding them again writes nothing.
                let digest = try hash(source, path, progress: progress)
                if try isKnown(digest) { return .known(digest, size: before.size) }
                progress(-before.size)
            }
            try Kernel.requireReserve(incoming, for: before.size)
        }
        let hash = SHA256()
        var done = 0
        let flushEvery = 16 << 20
        // Of the source also where its blocks are shared: it is in memory more often, and nobody changed it on the way.
        let size = try source.forEachChunk(path) { chunk throws(StoreError) in
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
        guard try FileFacts.of(source, path) == before, size == before.size else { throw .changedWhileRead(path) }
        let digest = hash.finish()
        if try isKnown(digest) { return .known(digest, size: size) }
        return try publish(staged, digest: digest, size: size)
    }

    /// Publishes bytes that are in memory: in the catalogue when they are few, else as a file.
    func publish(_ bytes: [UInt8], asFile: Bool = false) throws(StoreError) -> PublishedBlob {
        try Kernel.requireReserve(incoming, for: bytes.count)
        let digest = SHA256.digest(of: bytes)
        if !asFile, bytes.count <= Self.documentLimit {
            return .document(digest, size: bytes.count, compressed: Compression.compress(bytes))
        }
        let staged = try Staged(in: incoming)
        do {
            try bytes.withUnsafeBytes { try staged.file.writeAll($0, staged.path) }
        } catch { throw (error as? StoreError) ?? .system("cannot write", staged.path, .ioError) }
        return try publish(staged, digest: digest, size: bytes.count)
    }

    private func publish(_ staged: Staged, digest: Digest, size: Int) throws(StoreError) -> PublishedBlob {
        guard fchmod(staged.file.rawValue, 0o444) == 0 else {
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
        guard let facts = try FileFacts.at(target) else { throw .blobMissing(digest) }
        return .file(digest, size: size, changed: facts.changed)
    }

    /// Gives a file in `live/`, whose bytes are on disk and will not change again, its blob's name beside its own. The
    /// directory is the caller's to sync, and the old name to take away once a row names the blob.
    func adopt(_ path: FilePath, _ digest: Digest, size: Int) throws(StoreError) -> PublishedBlob {
        let target = self.path(of: digest)
        guard path.withPlatformString({ chmod($0, 0o444) }) == 0 else {
            throw .system("cannot protect", path, Errno(rawValue: errno))
        }
        if try !Kernel.linkNew(path, to: target) {
            // Damaged bytes, or the same from another writer or an attempt that was cut off. The name is never without a file:
            // a row may name it already. Whoever sweeps `incoming/` waits.
            try Kernel.holding(incoming, .shared) { () throws(StoreError) in
                let second = Staged.freePath(in: incoming)
                guard try Kernel.linkNew(path, to: second) else { throw .blobMissing(digest) }
                // Where both are one file already, a rename does nothing.
                defer { _ = second.withPlatformString { Glibc.unlink($0) } }
                try Kernel.rename(second, to: target)
            }
        }
        guard let facts = try FileFacts.at(target) else { throw .blobMissing(digest) }
        return .file(digest, size: size, changed: facts.changed)
    }

    /// A copy in `incoming/` with the times of what it is of; on disk when this returns.
    func stage(_ source: OwnedDescriptor, size: Int, _ attributes: stat) throws(StoreError) -> Staged {
        let copy = try Staged(in: incoming)
        if !Kernel.reflink(source, to: copy.file) {
            try Kernel.requireReserve(incoming, for: size)
            _ = try source.forEachChunk(copy.path) { chunk throws(StoreError) in
                try copy.file.writeAll(chunk, copy.path)
            }
        }
        try Kernel.setTimes(
            copy.path, accessed: nil,
            modified: Timestamp(seconds: attributes.st_mtim.tv_sec, nanoseconds: attributes.st_mtim.tv_nsec))
        try Kernel.sync(copy.file, copy.path)
        return copy
    }

    /// The SHA-256 of a whole file.
    func hash(
        _ file: OwnedDescriptor, _ path: FilePath, progress: (Int) -> Void = { _ in }
    ) throws(StoreError) -> Digest {
        let hash = SHA256()
        _ = try file.forEachChunk(path) { chunk throws(StoreError) in
            hash.update(chunk)
            progress(chunk.count)
        }
        return hash.finish()
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
