import CLinux
import Glibc
import Synchronization
package import SystemPackage

/// Waits until any process commits to the catalogue. Every commit writes into SQLite's log, which the kernel reports, so no polling is
/// needed.
package final class CommitWatch: Sendable {
    /// If the kernel does not report writes, a change may go unseen for this long, or for a tenth of it. Milliseconds.
    private static let patience: CInt = 5000
    private static let patienceWithoutEvents: CInt = 500
    /// A commit becomes visible a moment after its last write, once that is on disk. How long and how often it is looked for; milliseconds.
    private static let moment: CInt = 50
    private static let moments = 20

    private let store: Store
    private let start: Commit
    private let isStopped = Atomic(false)
    /// Closing the other end of this pipe ends the wait.
    private let end: OwnedDescriptor
    private let ending: Lock<OwnedDescriptor?>

    /// Commits from now on are reported once ``run(_:cannotBeTold:)`` runs.
    package init(_ store: Store) throws(StoreError) {
        self.store = store
        var ends: [CInt] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else {
            throw .system("cannot make a pipe to watch", store.path, Errno(rawValue: errno))
        }
        end = OwnedDescriptor(FileDescriptor(rawValue: ends[0]))
        ending = Lock(.thread, OwnedDescriptor(FileDescriptor(rawValue: ends[1])))
        // A reader that begins after this has seen this commit, or is told of a later one.
        start = store.newestCommit
    }

    /// Makes ``run(_:cannotBeTold:)`` return.
    package func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        ending.withLock { $0 = nil }
    }

    private var goesOn: Bool { !isStopped.load(ordering: .sequentiallyConsistent) }

    /// Calls `changed` after each commit, or once after several in a row, until it is stopped. Calls `cannotBeTold` if the kernel does not
    /// report writes there; the catalogue is then polled.
    package func run(_ changed: () -> Void, cannotBeTold: (Errno) -> Void = { _ in }) {
        var seen = start
        let events = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
        defer { if events >= 0 { close(events) } }
        let isTold = events >= 0 && inotify_add_watch(events, store.path.string, UInt32(IN_MODIFY)) >= 0
        if !isTold { cannotBeTold(Errno(rawValue: errno)) }
        /// Whether it was stopped within `milliseconds`.
        func wait(_ milliseconds: CInt) -> Bool {
            var files = [
                pollfd(fd: end.rawValue, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isTold ? events : -1, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&files, 2, milliseconds)
            return files[1].revents != 0
        }
        /// Calls `changed` if there is a new commit; returns whether there was.
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
            // A process that commits again and again wakes others no more often than this.
            waitForEnd(Self.moment)
        }
    }

    private func waitForEnd(_ milliseconds: CInt) {
        var file = pollfd(fd: end.rawValue, events: Int16(POLLIN), revents: 0)
        _ = poll(&file, 1, milliseconds)
    }
}
