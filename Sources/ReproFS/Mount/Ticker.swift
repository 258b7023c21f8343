import Glibc
import Synchronization

/// A thread that does something again and again, until it is stopped.
final class Ticker: Sendable {
    /// Longest wait between two looks at whether to stop. Microseconds.
    private static let step: UInt32 = 100_000

    private let interval: UInt32
    private let prepare: @Sendable () -> () -> Void
    private let isStopped = Mutex(false)
    private let thread = Mutex<pthread_t?>(nil)

    /// `prepare` runs once on the thread and gives what is to be done again and again, so that this can own what belongs
    /// to one thread. `interval` is the pause between the end of one call and the next, in microseconds.
    init(every interval: UInt32, _ prepare: @escaping @Sendable () -> () -> Void) {
        self.interval = interval
        self.prepare = prepare
    }

    func start() {
        let reference = Unmanaged.passRetained(self)
        var started = pthread_t()
        let result = pthread_create(
            &started, nil,
            { data in
                data.map { Unmanaged<Ticker>.fromOpaque($0).takeRetainedValue() }?.tick()
                return nil
            }, reference.toOpaque())
        guard result == 0 else { return reference.release() }
        thread.withLock { $0 = started }
    }

    /// Returns when the thread has made its last call.
    func stop() {
        isStopped.withLock { $0 = true }
        if let thread = thread.withLock({ $0 }) { pthread_join(thread, nil) }
    }

    private func tick() {
        let body = prepare()
        while !isStopped.withLock({ $0 }) {
            body()
            var left = interval
            while left > 0, !isStopped.withLock({ $0 }) {
                usleep(min(left, Self.step))
                left -= min(left, Self.step)
            }
        }
    }

    /// Runs `body` on a thread that nobody waits for; false where none can be made.
    static func once(_ body: @escaping @Sendable () -> Void) -> Bool {
        let task = Unmanaged.passRetained(Body(body))
        var started = pthread_t()
        let result = pthread_create(
            &started, nil,
            { data in
                data.map { Unmanaged<Body>.fromOpaque($0).takeRetainedValue() }?.body()
                return nil
            }, task.toOpaque())
        if result == 0 { pthread_detach(started) } else { task.release() }
        return result == 0
    }

    private final class Body: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
