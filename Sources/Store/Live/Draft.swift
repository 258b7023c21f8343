import CLinux
import GRDB
import Glibc
import Recipe
import Synchronization
import SystemPackage

/// A file of the live view that is being written, or was and is no blob yet.
///
/// Its bytes are in `live/<row>`; where it began with a blob's, they are copied at the first write that needs them, so
/// opening for writing costs nothing. How far they can be trusted after a crash stands in the mode of that file, which
/// costs no transaction: see ``Mark``. What is written in order is hashed on the way.
package final class Draft: Sendable {
    /// What a crash leaves to be known of a staged file.
    enum Mark: mode_t {
        /// Somebody is writing.
        case writing = 0o600
        /// Closed: whole unless the machine lost power.
        case whole = 0o400
        /// Closed, and its bytes were on disk before.
        case durable = 0o440
    }

    package let row: Int64
    let path: FilePath
    private let store: Store
    private let state: Mutex<State>
    private let hashing = Mutex(Hashing())

    private struct State {
        /// What the file holds as long as nothing was written.
        var base: BlobContents?
        var staged: OwnedDescriptor?
        var baseSize = 0
        var writers = 0
        /// Counts what changes the bytes, so that a hash can be told from a newer content.
        var generation = 0
        var isMarked = false
        var isSynced = false
        var hasFailed = false
        /// Everything below was written in order.
        var end = 0
        /// Bytes below are hashed or being hashed; a write into them makes the hash worthless.
        var claimed = 0
        var isInOrder = true
    }

    private struct Hashing {
        var hash = SHA256()
        var count = 0
        var generation = -1
        var digest: Digest?
    }

    /// A new, empty file, or one that is staged already.
    init(row: Int64, staged: OwnedDescriptor, _ store: Store) {
        self.row = row
        self.store = store
        path = store.livePath(row)
        state = Mutex(State(staged: staged, isInOrder: true))
    }

    /// A file that holds a blob's bytes until something is written.
    init(row: Int64, base: BlobContents, size: Int, _ store: Store) {
        self.row = row
        self.store = store
        path = store.livePath(row)
        state = Mutex(State(base: base, baseSize: size, isInOrder: false))
    }

    var writers: Int { state.withLock { $0.writers } }
    var isStaged: Bool { state.withLock { $0.staged != nil } }
    var hasFailed: Bool { state.withLock { $0.hasFailed } }

    /// Whether it was closed since it was written last; its writer may be on the way out.
    var isClosed: Bool { state.withLock { $0.isMarked } }
    var generation: Int { state.withLock { $0.generation } }

    func beginWriting() { state.withLock { $0.writers += 1 } }
    /// Says whether that was the last one.
    func endWriting() -> Bool {
        state.withLock { state in
            state.writers -= 1
            return state.writers == 0
        }
    }

    /// Another process may write the file from now on.
    func unlock() { if let file { flock(file.rawValue, LOCK_UN) } }

    /// Where to read from now.
    package var contents: BlobContents {
        state.withLock { $0.staged.map { .file($0) } ?? $0.base ?? .bytes([]) }
    }

    /// The staged file, once there is one.
    var file: OwnedDescriptor? { state.withLock { $0.staged } }

    /// Writes at an offset. The corresponding operation is `write`.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
        try change { state, file throws(StoreError) in
            if offset < state.claimed { state.isInOrder = false }
            try Kernel.requireReserve(file, path)
            try FaultPoint.reach("cannot write", path)
            var done = 0
            while done < bytes.count {
                let count = pwrite(
                    file.rawValue, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
                if count < 0 {
                    if errno == EINTR { continue }
                    throw .system("cannot write", path, Errno(rawValue: errno))
                }
                done += count
            }
            if offset <= state.end { state.end = max(state.end, offset + bytes.count) }
        }
    }

    /// Cuts or lengthens. The corresponding operations are `truncate` and `ftruncate`.
    package func truncate(_ size: Int) throws(StoreError) {
        try change(keeping: size > 0) { state, file throws(StoreError) in
            if size == 0 {
                state.end = 0
                state.isInOrder = state.claimed == 0
            } else if size < state.claimed {
                state.isInOrder = false
            }
            state.end = min(state.end, size)
            guard ftruncate(file.rawValue, off_t(size)) == 0 else {
                throw .system("cannot cut", path, Errno(rawValue: errno))
            }
        }
    }

    /// The corresponding operation is `fallocate`; modes are those of the file system below.
    package func allocate(_ mode: CInt, at offset: Int, count: Int) throws(StoreError) {
        try change { state, file throws(StoreError) in
            // Anything but making room may change bytes that were hashed.
            if mode != 0, mode != 1 { state.isInOrder = false }
            guard fallocate(file.rawValue, mode, offset, count) == 0 else {
                throw .system("cannot allocate", path, Errno(rawValue: errno))
            }
        }
    }

    /// The bytes so far are whole: whoever is killed from now on loses none. The corresponding operation is `flush`.
    package func flush() throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            guard let file = state.staged, !state.isMarked, !state.hasFailed else { return }
            try mark(state.isSynced ? .durable : .whole, file)
            // Whoever asked for the disk before wants the mark there too.
            if state.isSynced { try Kernel.sync(file, path) }
            state.isMarked = true
        }
    }

    /// The bytes so far are on disk. The corresponding operation is `fsync`.
    package func sync() throws(StoreError) {
        let file = state.withLock { $0.staged }
        guard let file else { return }
        let generation = state.withLock { $0.generation }
        try Kernel.sync(file, path)
        try state.withLock { state throws(StoreError) in
            guard state.generation == generation else { return }
            state.isSynced = true
            guard state.isMarked else { return }
            try mark(.durable, file)
            try Kernel.sync(file, path)
        }
    }

    /// Runs `body` with the staged file, made where there is none yet.
    private func change(
        keeping: Bool = true, _ body: (inout State, OwnedDescriptor) throws(StoreError) -> Void
    ) throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            do throws(StoreError) {
                let file: OwnedDescriptor
                if let staged = state.staged { file = staged } else { file = try stage(&state, keeping: keeping) }
                if state.isMarked { try mark(.writing, file) }
                state.isMarked = false
                state.isSynced = false
                state.generation += 1
                try body(&state, file)
            } catch {
                // Bytes that could not be written must not become a version that looks right.
                if case .system(_, _, let errno) = error, [.noSpace, .ioError, .diskQuotaExceeded].contains(errno) {
                    state.hasFailed = true
                }
                throw error
            }
        }
    }

    private func mark(_ mark: Mark, _ file: OwnedDescriptor) throws(StoreError) {
        guard fchmod(file.rawValue, mark.rawValue) == 0 else {
            throw .system("cannot mark", path, Errno(rawValue: errno))
        }
    }

    /// Copies the blob's bytes into a file of this draft's own; the row says so only when they are all there.
    private func stage(_ state: inout State, keeping: Bool) throws(StoreError) -> OwnedDescriptor {
        let file = try store.makeStaged(row)
        switch keeping ? state.base : nil {
        case .file(let source)?:
            if !Kernel.reflink(source, to: file) {
                let available = try Kernel.available(path.removingLastComponent())
                guard state.baseSize < available else {
                    throw .noSpace(path, needed: state.baseSize, available: available)
                }
                _ = try source.forEachChunk(path) { chunk throws(StoreError) in try file.writeAll(chunk, path) }
            }
        case .bytes(let bytes)?:
            try file.writeAll(bytes, path)
        case nil: break
        }
        try store.catalogue.writeSoon { db in
            try db.execute(db.cachedStatement(sql: "UPDATE live SET blob = NULL, version = NULL WHERE id = ?"), [row])
        }
        state.staged = file
        state.base = nil
        return file
    }
}

extension Draft {
    /// Fewer bytes than this wait until the file is closed.
    private static let step = 8 << 20

    /// Hashes what was written in order since the last call; cheap where that is little.
    func follow() throws(StoreError) { _ = try digest(all: false) }

    /// The digest of all bytes, and the generation that it is of; nil where they changed meanwhile.
    func digest() throws(StoreError) -> (digest: Digest, size: Int, generation: Int)? {
        guard let file else { return nil }
        let generation = state.withLock { $0.generation }
        let size = try FileFacts.of(file, path).size
        guard let digest = try digest(all: true), state.withLock({ $0.generation }) == generation else { return nil }
        return (digest, size, generation)
    }

    private func digest(all: Bool) throws(StoreError) -> Digest? {
        try hashing.withLock { hashing throws(StoreError) in
            guard let file = state.withLock({ $0.staged }) else { return nil }
            let size = try FileFacts.of(file, path).size
            let known = (hashing.generation, hashing.digest)
            let isAnew = state.withLock { state in all && !state.isInOrder && known.0 != state.generation }
            // What was hashed has changed since.
            if isAnew { hashing = Hashing() }
            let (end, generation) = state.withLock { state in
                if isAnew { state.isInOrder = true }
                let end = all ? size : state.isInOrder ? state.end : 0
                guard all || end - hashing.count >= Self.step else { return (hashing.count, state.generation) }
                state.claimed = max(state.claimed, end)
                return (end, state.generation)
            }
            if let digest = known.1, known.0 == generation { return digest }
            try file.forEachChunk(path, from: hashing.count, to: end) { chunk throws(StoreError) in
                hashing.hash.update(chunk)
                hashing.count += chunk.count
            }
            guard all else { return nil }
            let digest = hashing.hash.finish()
            let isSame = state.withLock { state in
                let wasInOrder = state.isInOrder
                // Whatever is written from now on is hashed anew.
                state.isInOrder = false
                return state.generation == generation && wasInOrder
            }
            hashing.generation = isSame && hashing.count == size ? generation : -1
            hashing.digest = hashing.generation == generation ? digest : nil
            return hashing.digest
        }
    }

    /// Whether the bytes are still those of this generation, and nobody writes.
    func isStill(_ generation: Int) -> Bool { state.withLock { $0.generation == generation && $0.writers == 0 } }
}
