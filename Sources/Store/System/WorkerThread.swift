import Glibc
package import SystemPackage

/// A thread that this process starts itself; libfuse starts those that take requests.
package struct WorkerThread: Sendable {
    private let thread: pthread_t

    /// Runs `body` on a new thread.
    package init(_ body: @escaping @Sendable () -> Void) throws(Errno) {
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
            throw Errno(rawValue: result)
        }
        thread = started
    }

    /// Returns when the thread has ended.
    package func join() { pthread_join(thread, nil) }

    /// Lets the thread end by itself.
    package func detach() { pthread_detach(thread) }

    /// Interrupts the system call that the thread waits in, which then returns EINTR.
    package func interrupt() { pthread_kill(thread, SIGUSR1) }

    private final class Task: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
