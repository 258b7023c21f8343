import Glibc

/// A thread of this process's own; libfuse's take requests.
struct WorkerThread: Sendable {
    private let thread: pthread_t

    /// Runs `body` on a new thread.
    init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(MountError) {
        let task = Unmanaged.passRetained(Task(body))
        var started = pthread_t()
        let result = pthread_create(
            &started, nil,
            { data in
                data.map { Unmanaged<Task>.fromOpaque($0).takeRetainedValue() }?.body()
                return nil
            }, task.toOpaque())
        guard result == 0 else {
            task.release()
            throw MountError("the thread '\(name)' cannot be started: \(String(cString: strerror(result)))")
        }
        thread = started
    }

    /// Returns when it has ended.
    func join() { pthread_join(thread, nil) }

    /// Nobody waits for it.
    func detach() { pthread_detach(thread) }

    /// Has a call that it waits in return with EINTR.
    func interrupt() { pthread_kill(thread, SIGUSR1) }

    private final class Task: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
