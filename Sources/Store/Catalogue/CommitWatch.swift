import CLinux
import Glibc
import Synchronization
package import SystemPackage

/// Waits for commits of any process to the catalogue, which every process does by writing into SQLite's log; so nobody has to look again
/// and again whether another one did.
package final class CommitWatch: Sendable {
    /// Where the kernel does not tell of writes, this is how long a change may go unseen, or a tenth of it. Milliseconds.
    private static let patience: CInt = 5000
    private static let patienceWithoutEvents: CInt = 500
    /// A commit is to be seen a moment after its last write: once that is on disk. Milliseconds, and how often it is looked for.
    private static let moment: CInt = 50
    private static let moments = 20

    private let store: Store
    private let start: Commit
    private let isStopped = Atomic(false)
    /// Whose other end is closed to end the wait.
    private let end: OwnedDescriptor
    private let ending: Lock<OwnedDescriptor?>

    /// What is committed from now on is told once it runs.
    package init(_ store: Store) throws(StoreError) {
        self.store = store
        var ends: [CInt] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else {
            throw .system("cannot make a pipe to watch", store.path, Errno(rawValue: errno))
        }
        end = OwnedDescriptor(FileDescriptor(rawValue: ends[0]))
        ending = Lock(.thread, OwnedDescriptor(FileDescriptor(rawValue: ends[1])))
        // Whoever begins after this one has seen this commit, or is told of a later one.
        start = store.newestCommit
    }

    /// Has ``run(_:cannotBeTold:)`` return.
    package func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        ending.withLock { $0 = nil }
    }

    private var goesOn: Bool { !isStopped.load(ordering: .sequentiallyConsistent) }

    /// Calls `changed` after each commit, or once after several that follow each other, until it is stopped. `cannotBeTold` is called
    /// where the kernel tells of no writes there, and the catalogue is looked at instead.
    package func run(_ changed: () -> Void, cannotBeTold: (Errno) -> Void = { _ in }) {
        var seen = start
        let events = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
        defer { if events >= 0 { close(events) } }
        let isTold = events >= 0 && inotify_add_watch(events, store.path.string, UInt32(IN_MODIFY)) >= 0
        if !isTold { cannotBeTold(Errno(rawValue: errno)) }
        /// Whether that came within `milliseconds`.
        func wait(_ milliseconds: CInt) -> Bool {
            var files = [
                pollfd(fd: end.rawValue, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isTold ? events : -1, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&files, 2, milliseconds)
            return files[1].revents != 0
        }
        /// Tells where there is a new commit, which it says.
        func look() -> Bool {
            let newest = store.newestCommit
            guard !newest.isSame(as: seen) else { return false }
            seen = newest
            changed()
            return true
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        _ = look()
        while goesOn {
            guard wait(isTold ? Self.patience : Self.patienceWithoutEvents) else {
                _ = look()
                continue
            }
            for _ in 0..<Self.moments where goesOn {
                while read(events, &buffer, buffer.count) > 0 {}
                if look() { break }
                waitForEnd(Self.moment)
            }
            // Who commits again and again wakes nobody more often than this.
            waitForEnd(Self.moment)
        }
    }

    private func waitForEnd(_ milliseconds: CInt) {
        var file = pollfd(fd: end.rawValue, events: Int16(POLLIN), revents: 0)
        _ = poll(&file, 1, milliseconds)
    }
}
