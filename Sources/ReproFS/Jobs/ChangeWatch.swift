import CLinux
import Glibc
import Logging
import Store
import Synchronization
import SystemPackage

/// Rings the bell when any process has committed to the catalogue, which every process does by writing into SQLite's log; so nobody
/// has to look again and again whether another one did.
final class ChangeWatch: Job {
    /// Where the kernel does not tell of writes, this is how long a change may go unseen, or a tenth of it. Milliseconds.
    private static let patience: CInt = 5000
    private static let patienceWithoutEvents: CInt = 500
    /// A commit is to be seen a moment after its last write: once that is on disk. Milliseconds, and how often it is looked for.
    private static let moment: CInt = 50
    private static let moments = 20

    private let store: Store
    private let bell: Bell
    private let logger: Logger
    private let isStopped = Atomic(false)
    private let state = Lock(.thread, State())

    private struct State {
        var thread: WorkerThread?
        /// Closed to end the thread's wait.
        var ending: FileDescriptor?
    }

    init(_ store: Store, _ bell: Bell, logger: Logger) {
        self.store = store
        self.bell = bell
        self.logger = logger
    }

    func start() throws(MountError) {
        var ends: [CInt] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw MountError("cannot make a pipe: \(Errno(rawValue: errno))") }
        let (end, ending) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
        // Whoever begins after this one has seen this commit, or is told of a later one.
        let seen = store.newestCommit
        do throws(MountError) {
            let thread = try WorkerThread.named("changes") { [self] in
                watch(until: end, after: seen)
                try? end.close()
            }
            state.withLock { $0 = State(thread: thread, ending: ending) }
        } catch {
            try? end.close()
            try? ending.close()
            throw error
        }
    }

    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        let running = state.withLock { state in
            defer { state = State() }
            return state
        }
        try? running.ending?.close()
        running.thread?.join()
    }

    private var goesOn: Bool { !isStopped.load(ordering: .sequentiallyConsistent) }

    private func watch(until end: FileDescriptor, after seen: Commit) {
        var seen = seen
        let events = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
        defer { if events >= 0 { close(events) } }
        let isTold = events >= 0 && inotify_add_watch(events, store.path.string, UInt32(IN_MODIFY)) >= 0
        if !isTold {
            logger.warning(
                "the store's directory cannot be watched: \(Errno(rawValue: errno)); it is looked at instead")
        }
        /// Whether that came within `milliseconds`.
        func wait(_ milliseconds: CInt) -> Bool {
            var files = [
                pollfd(fd: end.rawValue, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isTold ? events : -1, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&files, 2, milliseconds)
            return files[1].revents != 0
        }
        /// Rings where there is a new commit, which it says.
        func look() -> Bool {
            let newest = store.newestCommit
            guard !newest.isSame(as: seen) else { return false }
            seen = newest
            bell.ring()
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
                _ = waitForEnd(end, Self.moment)
            }
            // Who commits again and again wakes nobody more often than this.
            _ = waitForEnd(end, Self.moment)
        }
    }

    private func waitForEnd(_ end: FileDescriptor, _ milliseconds: CInt) -> Bool {
        var file = pollfd(fd: end.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&file, 1, milliseconds) > 0
    }
}
