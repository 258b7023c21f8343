import CLinux
import GRDB
import Glibc
import Recipe
import SystemPackage

/// A file of the live view that is being written, or was and is not a blob yet.
///
/// Its bytes are in `live/<row>`; where it began with a blob's, they are copied at the first write that needs them, so
/// opening for writing costs nothing. Whether they are whole stands in its row: see ``LiveRow/Closing``.
///
/// `bytes` orders what decides about the file as a whole: which file it is, and what its row says of it. It is held while a
/// blob is copied, so only who changes this file waits for it. Writing itself holds nothing.
package final class Draft: Sendable {
    /// The row of the live view whose bytes it holds.
    package let row: Int64
    let path: FilePath
    let store: Store
    /// When copying and hashing its bytes is left to the next start.
    let ending: Ending
    private let bytes = Lock(.draftBytes, ())
    let state: Lock<State>
    let hashing = Lock(.draftHash, Hashing())
    private let made = ContinuousClock.now

    struct State {
        /// What the file holds as long as nothing was written.
        var base: BlobContents?
        /// Whether it has a file of its own, and that as long as somebody has it open: see ``letGo()``.
        var isStaged = false
        var staged: OwnedDescriptor?
        var writers = 0
        /// Who has it open for reading, or is about to: see ``DraftReading``.
        var readers = 0
        /// How often threads of programs were sent here to write and did not come yet, and until when they are waited for. In another
        /// namespace of processes all have the number 0.
        var expected: [Int32: Int] = [:]
        var patience = ContinuousClock.now
        /// Who came and waits for something before he begins.
        var arrived = 0
        /// Writes that are under way.
        var underWay = 0
        /// Counts what changes the bytes, so that a hash can be told from a newer content.
        var generation = 0
        /// What its row says.
        var closing = LiveRow.Closing.open
        var isSynced = false
        var hasFailed = false
        /// Its file is about to have a blob's name, or has it: nobody may begin to write.
        var isSealed = false
        /// Its name leads to another node, which holds its bytes until they are written: nobody may begin to write here.
        var isLent = false
        /// Everything below was written in order.
        var end = 0
        /// Bytes below are hashed or being hashed; a write into them makes the hash worthless.
        var claimed = 0
        var isInOrder = true

        var isExpected: Bool { arrived > 0 || !expected.isEmpty && .now < patience }
        var isIdle: Bool { writers == 0 && !isSealed && !isLent && !isExpected }
        var isClosed: Bool { closing == .closed || closing == .durable }
    }

    /// A file that is staged already: a new one, or one that `row` says something of.
    init(row: Int64, staged: OwnedDescriptor, closing: LiveRow.Closing = .open, _ view: LiveView) {
        self.row = row
        store = view.store
        ending = view.ending
        path = store.livePath(row)
        state = Lock(.draft, State(isStaged: true, staged: staged, closing: closing, hasFailed: closing == .failed))
    }

    /// A file that holds a blob's bytes until something is written.
    init(row: Int64, base: BlobContents, _ view: LiveView) {
        self.row = row
        store = view.store
        ending = view.ending
        path = store.livePath(row)
        state = Lock(.draft, State(base: base, isInOrder: false))
    }

    var writers: Int { state.withLock { $0.writers } }
    var isStaged: Bool { state.withLock { $0.isStaged } }
    var hasFailed: Bool { state.withLock { $0.hasFailed } }
    /// Whether it was closed since it was written last; its writer may be on the way out.
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var generation: Int { state.withLock { $0.generation } }
    /// Whether all its writers have closed it.
    var isAtRest: Bool { state.withLock { $0.isClosed && $0.writers == 0 } }

    /// Whether nobody writes or publishes it.
    var isIdle: Bool { state.withLock { $0.isIdle } }

    var isExpected: Bool { state.withLock { $0.isExpected } }
    var isLent: Bool { state.withLock { $0.isLent } }

    /// Somebody is sent here to write: until he comes, for a second at most, it stays a draft. False where it is too late for that.
    func expect(_ thread: Int32) -> Bool {
        state.withLock { state in
            guard !state.isSealed, !state.isLent else { return false }
            state.expected[thread] = thread == 0 ? (state.expected[0] ?? 0) + 1 : 1
            state.patience = .now + .seconds(1)
            return true
        }
    }

    /// Somebody who was sent here came. However long he waits now, it stays a draft until he begins or ``left()``; false for
    /// everybody else.
    func arrive(_ thread: Int32) -> Bool {
        state.withLock { state in
            guard !state.isSealed, !state.isLent, let count = state.expected[thread] else { return false }
            state.expected[thread] = count > 1 ? count - 1 : nil
            state.arrived += 1
            return true
        }
    }

    func left() { state.withLock { $0.arrived -= 1 } }

    /// Whether whoever was sent here to write did not come within a second.
    var isForsaken: Bool { isIdle && !isStaged && made.duration(to: .now) > .seconds(1) }

    /// Somebody opens it for writing; false where it is being published, so that its bytes change no more.
    func beginWriting() -> Bool {
        state.withLock { state in
            guard !state.isSealed, !state.isLent else { return false }
            state.writers += 1
            return true
        }
    }

    /// Says whether that was the last one.
    func endWriting() -> Bool {
        state.withLock { state in
            state.writers -= 1
            return state.writers == 0
        }
    }

    /// Nobody begins to write from now on, if it still has the bytes of this generation and nobody writes.
    func seal(_ generation: Int) -> Bool {
        state.withLock { state in
            guard state.generation == generation, state.writers == 0, !state.isExpected else { return false }
            state.isSealed = true
            return true
        }
    }

    /// Another node is about to hold its bytes, and they change no more; false where somebody writes or has lent them.
    func lend() -> Bool {
        state.withLock { state in
            guard state.isClosed, state.writers == 0, !state.isLent, !state.isExpected else { return false }
            state.isLent = true
            return true
        }
    }

    func takeBack() { state.withLock { $0.isLent = false } }

    /// Where to read from now; nil where its bytes are a blob's by now, and nobody held its file before.
    package func contents() throws(StoreError) -> BlobContents? {
        if let file = try file() { return .file(file) }
        return state.withLock { $0.base }
    }

    /// Somebody is about to read: the file stays open from now on, for its name may go.
    func beginReading() { state.withLock { $0.readers += 1 } }
    func endReading() {
        state.withLock { $0.readers -= 1 }
        letGo()
    }

    /// The staged file, once there is one and as long as it is not a blob.
    func file() throws(StoreError) -> OwnedDescriptor? {
        let (known, isStaged) = state.withLock { ($0.staged, $0.isStaged) }
        if known != nil || !isStaged { return known }
        guard let opened = try store.openStaged(row) else { return nil }
        return state.withLock { state in
            if state.staged == nil { state.staged = opened }
            return state.staged
        }
    }

    /// Nobody has it open, so a file that was closed needs no descriptor until it is looked at again.
    func letGo() {
        let file = state.withLock { state -> OwnedDescriptor? in
            guard state.isClosed, state.writers == 0, state.readers == 0 else { return nil }
            defer { state.staged = nil }
            return state.staged
        }
        withExtendedLifetime(file) {}
    }

    /// Writes at an offset. The corresponding operation is `write`.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
        try change(before: { if offset < $0.claimed { $0.isInOrder = false } }) { file throws(StoreError) in
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
        }
        state.withLock { state in
            // Hashing may have begun to read there meanwhile.
            if offset < state.claimed { state.isInOrder = false }
            if offset <= state.end { state.end = max(state.end, offset + bytes.count) }
        }
    }

    /// Cuts or lengthens. The corresponding operations are `truncate` and `ftruncate`.
    package func truncate(_ size: Int) throws(StoreError) {
        try change(
            keeping: size > 0,
            before: { state in
                if size == 0 {
                    // What could not be written is gone.
                    state.hasFailed = false
                    state.end = 0
                    state.isInOrder = state.claimed == 0
                } else if size < state.claimed {
                    state.isInOrder = false
                }
                state.end = min(state.end, size)
            }
        ) { file throws(StoreError) in
            guard ftruncate(file.rawValue, off_t(size)) == 0 else {
                throw .system("cannot cut", path, Errno(rawValue: errno))
            }
        }
    }

    /// The corresponding operation is `fallocate`; modes are those of the file system below.
    package func allocate(_ mode: CInt, at offset: Int, count: Int) throws(StoreError) {
        // Anything but making room may change bytes that were hashed.
        try change(before: { if mode != 0, mode != 1 { $0.isInOrder = false } }) { file throws(StoreError) in
            if mode == 0 || mode == 1 { try Kernel.requireReserve(file, path, for: count) }
            guard fallocate(file.rawValue, mode, offset, count) == 0 else {
                throw .system("cannot allocate", path, Errno(rawValue: errno))
            }
        }
    }

    /// The bytes so far are whole: whoever is killed from now on loses none. The corresponding operation is `flush`.
    package func flush() throws(StoreError) {
        try bytes.withLock { _ throws(StoreError) in
            let closing = state.withLock { state -> (LiveRow.Closing, generation: Int)? in
                // Whoever is still writing closes it too.
                guard state.isStaged, state.closing == .open, state.underWay == 0 else { return nil }
                if state.hasFailed { return (.failed, state.generation) }
                return (state.isSynced ? .durable : .closed, state.generation)
            }
            guard let (closing, generation) = closing else { return }
            try store.catalogue.writeSoon { try $0.setClosing(closing, of: row) }
            let isStill = state.withLock { state in
                guard state.generation == generation else { return false }
                state.closing = closing
                return true
            }
            if !isStill { try store.catalogue.writeSoon { try $0.setClosing(.open, of: row) } }
        }
        // Whoever asked for the disk before wants this there too.
        if state.withLock({ $0.closing }) == .durable { try store.catalogue.sync() }
    }

    /// The bytes so far are on disk, and the row says so where it was closed. The corresponding operation is `fsync`.
    package func sync() throws(StoreError) {
        let generation = generation
        guard let file = try file() else { return }
        try Kernel.sync(file, path)
        try bytes.withLock { _ throws(StoreError) in
            let isClosed = state.withLock { state in
                guard state.generation == generation else { return false }
                state.isSynced = true
                return state.closing == .closed
            }
            guard isClosed else { return }
            try store.catalogue.writeSoon { try $0.setClosing(.durable, of: row) }
            state.withLock { if $0.generation == generation { $0.closing = .durable } }
        }
    }

    /// Runs `body` with the staged file, made where there is none yet. `before` notes what it will do.
    private func change(
        keeping: Bool = true, before: (inout State) -> Void, _ body: (OwnedDescriptor) throws(StoreError) -> Void
    ) throws(StoreError) {
        do throws(StoreError) {
            let file = try begin(keeping: keeping, before)
            // Counted at both ends: what was read meanwhile is of neither.
            defer {
                state.withLock { state in
                    state.generation += 1
                    state.underWay -= 1
                }
            }
            try body(file)
        } catch {
            // Bytes that could not be written must not become a version that looks right.
            if case .system(_, _, let errno) = error, [.noSpace, .ioError, .diskQuotaExceeded].contains(errno) {
                state.withLock { $0.hasFailed = true }
            }
            throw error
        }
    }

    /// The file, which counts as being written from now on.
    private func begin(keeping: Bool, _ note: (inout State) -> Void) throws(StoreError) -> OwnedDescriptor {
        func enter(_ state: inout State) -> OwnedDescriptor? {
            guard let file = state.staged, state.closing == .open else { return nil }
            state.isSynced = false
            state.generation += 1
            state.underWay += 1
            note(&state)
            return file
        }
        if let file = state.withLock({ enter(&$0) }) { return file }
        return try bytes.withLock { _ throws(StoreError) in
            if let file = state.withLock({ enter(&$0) }) { return file }
            if let staged = try file() {
                try store.catalogue.writeSoon { try $0.setClosing(.open, of: row) }
                return state.withLock { state in
                    state.closing = .open
                    return enter(&state) ?? staged
                }
            }
            guard !state.withLock({ $0.isStaged }) else { throw .notFound("the bytes of file \(row)") }
            let staged = try stage(keeping: keeping)
            return state.withLock { state in
                state.isStaged = true
                state.staged = staged
                state.base = nil
                return enter(&state) ?? staged
            }
        }
    }

    /// Copies the blob's bytes into a file of this draft's own; the row says so only when they are all there.
    private func stage(keeping: Bool) throws(StoreError) -> OwnedDescriptor {
        let file = try store.makeStaged(row)
        let base = state.withLock { $0.base }
        do throws(StoreError) {
            switch keeping ? base : nil {
            case .file(let source)?: try source.copy(to: file, path, ending)
            case .bytes(let bytes)?: try file.writeAll(bytes, path)
            case nil: break
            }
        } catch {
            // The row knows nothing of it.
            store.removeStaged(row)
            throw error
        }
        try store.catalogue.writeSoon { db in
            try db.dropBlob(ofLive: row)
        }
        return file
    }
}

/// Held by whoever has a draft open for reading. What he reads follows the draft: the blob that it began with, then its own file,
/// which stays readable when that became a blob and the draft is forgotten.
package final class DraftReading: Sendable {
    private let draft: Draft

    /// Nil where the draft is a blob by now, which is to be read instead.
    init?(_ draft: Draft) throws(StoreError) {
        self.draft = draft
        // Before the file is looked for: from now on nobody lets it go.
        draft.beginReading()
        guard try draft.contents() != nil else { return nil }
    }

    deinit { draft.endReading() }

    package func contents() throws(StoreError) -> BlobContents {
        guard let contents = try draft.contents() else { throw .notFound("the bytes of file \(draft.row)") }
        return contents
    }
}
