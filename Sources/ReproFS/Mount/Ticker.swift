import Glibc
import Store
import Synchronization

/// A thread that does something again and again, until it is stopped.
final class Ticker: Service {
    /// Longest wait between two looks at whether to stop. Microseconds.
    private static let step: UInt32 = 100_000

    private let name: String
    private let interval: UInt32
    private let prepare: @Sendable () -> () -> Void
    private let isStopped = Atomic(false)
    private let thread = Lock(.thread, WorkerThread?.none)

    /// `prepare` runs once on the thread and gives what is to be done again and again, so that this can own what belongs
    /// to one thread. `interval` is the pause between the end of one call and the next, in microseconds.
    init(_ name: String, every interval: UInt32, _ prepare: @escaping @Sendable () -> () -> Void) {
        self.name = name
        self.interval = interval
        self.prepare = prepare
    }

    func start() throws(MountError) {
        let started = try WorkerThread(name) { self.tick() }
        thread.withLock { $0 = started }
    }

    /// Returns when the thread has made its last call.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    private func tick() {
        let body = prepare()
        while !isStopped.load(ordering: .relaxed) {
            body()
            var left = interval
            while left > 0, !isStopped.load(ordering: .relaxed) {
                usleep(min(left, Self.step))
                left -= min(left, Self.step)
            }
        }
    }
}
