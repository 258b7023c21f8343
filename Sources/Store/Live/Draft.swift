import CLinux
import GRDB
import Glibc
import Recipe
import SystemPackage

/// A file of the live view that is being written, or was and is not a blob yet.
///
/// Its bytes are in `live/<row>`. A draft that starts from a blob copies the blob's bytes at the first write, so opening a file for
/// writing costs nothing. Its row says whether the bytes are whole: see ``LiveRow/Closing``.
///
/// The lock `bytes` orders decisions about the file as a whole: which file it is, and what its row says. It is held while a blob is
/// copied, so only writers of this file wait for the copy. Writing itself holds no lock.
package final class Draft: Sendable {
    /// The row of the live view whose bytes it holds.
    package let row: Int64
    let path: FilePath
    let store: Store
    /// Says when copying and hashing are to be left to the next start.
    let ending: Ending
    let bytes = Lock(.draftBytes, ())
    let state: Lock<State>
    let hashing = Lock(.draftHash, Hashing())
    private let made = ContinuousClock.now

    enum Base {
        case here(BlobContents)
        /// Its bytes cannot be had; who empties the file needs none.
        case absent
    }

    struct State {
        /// What the file holds until something is written.
        var base: Base?
        /// Whether it has a file of its own; `staged` is that file while somebody has it open: see ``letGo()``.
        var isStaged = false
        var staged: OwnedDescriptor?
        var writers = 0
        /// How many have it open for reading, or are about to: see ``DraftReading``.
        var readers = 0
        /// Threads that were sent here to write and have not come yet, with how often, and until when they are waited for. Threads of
        /// another process namespace all have the number 0.
        var expected: [Int32: Int] = [:]
        var patience = ContinuousClock.now
        /// Threads that have come but still wait for something before they begin to write.
        var arrived = 0
        /// Writes that are under way.
        var underWay = 0
        /// Counts changes of the bytes, so that a hash of older content is recognized.
        var generation = 0
        /// What its row says.
        var closing = LiveRow.Closing.open
        var isSynced = false
        var hasFailed = false
        /// Its file has a blob's name or is about to get it: nobody may begin to write.
        var isSealed = false
        /// Its name belongs to another node, which shows these bytes until it is written: nobody may begin to write here.
        var isLent = false
        /// Everything below was written in order.
        var end = 0
        /// Bytes below this offset are hashed or being hashed; a write below it invalidates the hash.
        var claimed = 0
        var isInOrder = true

        var isExpected: Bool { arrived > 0 || !expected.isEmpty && .now < patience }
        var isIdle: Bool { writers == 0 && !isSealed && !isLent && !isExpected }
        var isClosed: Bool { closing == .closed || closing == .durable }
    }

    /// A draft that has a file already: a new one, or one that a row describes.
    init(row: Int64, staged: OwnedDescriptor, closing: LiveRow.Closing = .open, _ view: LiveView) {
        self.row = row
        store = view.store
        ending = view.ending
        path = store.livePath(row)
        state = Lock(.draft, State(isStaged: true, staged: staged, closing: closing, hasFailed: closing == .failed))
    }

    /// A draft that shows a blob's bytes until something is written.
    init(row: Int64, base: Base, _ view: LiveView) {
        self.row = row
        store = view.store
        ending = view.ending
        path = store.livePath(row)
        state = Lock(.draft, State(base: base, isInOrder: false))
    }

    var writers: Int { state.withLock { $0.writers } }
    var isStaged: Bool { state.withLock { $0.isStaged } }
    var hasFailed: Bool { state.withLock { $0.hasFailed } }
    /// Whether it was closed after the last write; the writer's descriptor may still exist.
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var generation: Int { state.withLock { $0.generation } }
    /// Whether all its writers have closed it.
    var isAtRest: Bool { state.withLock { $0.isClosed && $0.writers == 0 } }

    /// Whether nobody writes or publishes it.
    var isIdle: Bool { state.withLock { $0.isIdle } }

    var isExpected: Bool { state.withLock { $0.isExpected } }
    var isLent: Bool { state.withLock { $0.isLent } }

    /// Keeps it a draft until the thread that is sent here has come, for a second at most; false if it is too late for that.
    func expect(_ thread: Int32) -> Bool {
        state.withLock { state in
            guard !state.isSealed, !state.isLent else { return false }
            state.expected[thread] = thread == 0 ? (state.expected[0] ?? 0) + 1 : 1
            state.patience = .now + .seconds(1)
            return true
        }
    }

    /// The thread that was sent here has come: however long it waits now, this stays a draft until it begins to write or calls
    /// ``left()``. False for any other thread.
    func arrive(_ thread: Int32) -> Bool {
        state.withLock { state in
            guard !state.isSealed, !state.isLent, let count = state.expected[thread] else { return false }
            state.expected[thread] = count > 1 ? count - 1 : nil
            state.arrived += 1
            return true
        }
    }

    func left() { state.withLock { $0.arrived -= 1 } }

    /// Whether the thread that was sent here to write did not come within a second.
    var isForsaken: Bool { isIdle && !isStaged && made.duration(to: .now) > .seconds(1) }

    /// Opens it for writing; false if it is being published, so that its bytes may not change any more.
    func beginWriting() -> Bool {
        state.withLock { state in
            guard !state.isSealed, !state.isLent else { return false }
            state.writers += 1
            return true
        }
    }

    /// Returns whether that was the last writer.
    func endWriting() -> Bool {
        state.withLock { state in
            state.writers -= 1
            return state.writers == 0
        }
    }

    /// Lets nobody begin to write any more, provided that the bytes are still of this generation and nobody writes.
    func seal(_ generation: Int) -> Bool {
        state.withLock { state in
            guard state.generation == generation, state.writers == 0, !state.isExpected else { return false }
            state.isSealed = true
            return true
        }
    }

    /// Lends its bytes to another node: from now on they may not change. False if somebody writes, or if they are lent already.
    func lend() -> Bool {
        state.withLock { state in
            guard state.isClosed, state.writers == 0, !state.isLent, !state.isExpected else { return false }
            state.isLent = true
            return true
        }
    }

    func takeBack() { state.withLock { $0.isLent = false } }

    /// Where to read from; nil if the bytes have become a blob and nobody had the file open before.
    package func contents() throws(StoreError) -> BlobContents? {
        if let file = try file() { return .file(file) }
        return try state.withLock { $0.base }.map { base throws(StoreError) in try contents(of: base) }
    }

    func contents(of base: Base) throws(StoreError) -> BlobContents {
        switch base {
        case .here(let contents): return contents
        case .absent: throw .system("cannot read the old bytes of", path, .ioError)
        }
    }

    /// Keeps the file open for a reader, since its name may be removed.
    func beginReading() { state.withLock { $0.readers += 1 } }
    func endReading() {
        state.withLock { $0.readers -= 1 }
        letGo()
    }

    /// The draft's own file; nil before there is one, and after it has become a blob.
    func file() throws(StoreError) -> OwnedDescriptor? {
        let (known, isStaged) = state.withLock { ($0.staged, $0.isStaged) }
        if known != nil || !isStaged { return known }
        guard let opened = try store.openStaged(row) else { return nil }
        return state.withLock { state in
            if state.staged == nil { state.staged = opened }
            return state.staged
        }
    }

    /// Closes the descriptor of a closed file that nobody has open, until it is needed again.
    func letGo() {
        let file = state.withLock { state -> OwnedDescriptor? in
            guard state.isClosed, state.writers == 0, state.readers == 0 else { return nil }
            defer { state.staged = nil }
            return state.staged
        }
        withExtendedLifetime(file) {}
    }
}
