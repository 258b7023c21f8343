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
    let bytes = Lock(.draftBytes, ())
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
}
