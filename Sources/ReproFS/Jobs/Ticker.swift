import Glibc
import Store
import Synchronization

/// A thread that does something again and again until it is stopped; it sleeps while there is nothing to do.
final class Ticker: Job {
    /// What a thread does after a turn.
    enum Next: Sendable {
        /// The next turn comes after the interval.
        case again
        /// There is nothing to do until the bell rings, or for this many microseconds at most.
        case rest(atMost: UInt32?)
        static var rest: Next { .rest(atMost: nil) }
    }

    private let name: String
    private let interval: UInt32
    private let prepare: @Sendable () -> () -> Next
    private let sleeper = Sleeper()
    private let isStopped = Atomic(false)
    private let thread = Lock(.thread, WorkerThread?.none)

    /// `prepare` runs once on the thread and returns what is to be repeated, which can so own what belongs to one thread. `interval` is the
    /// shortest pause between the end of one call and the next. Microseconds.
    init(
        _ name: String, every interval: UInt32, wokenBy bell: Bell?, _ prepare: @escaping @Sendable () -> () -> Next
    ) {
        self.name = name
        self.interval = interval
        self.prepare = prepare
        bell?.add(sleeper)
    }

    func start() throws(MountError) {
        let started = try WorkerThread.named(name) { self.tick() }
        thread.withLock { $0 = started }
    }

    /// Returns when the thread has made its last call.
    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        // The thread may have been woken before, and sleep on until its pause ends.
        sleeper.hear()
        sleeper.wake()
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    private var goesOn: Bool { !isStopped.load(ordering: .sequentiallyConsistent) }

    private func tick() {
        let body = prepare()
        while goesOn {
            // A ring from here on is noticed after this turn.
            sleeper.hear()
            let next = body()
            let end = ContinuousClock.now + .microseconds(Int(interval))
            while goesOn, sleeper.sleep(until: end) {}
            guard case .rest(let limit) = next else { continue }
            let limited = limit.map { ContinuousClock.now + .microseconds(Int($0)) }
            while goesOn, !sleeper.isWoken, sleeper.sleep(until: limited) {}
        }
    }
}
