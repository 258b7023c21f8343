import Glibc
import Store
import Synchronization

/// The signals that end a server. A thread of their own waits for them, so that nobody has to be free to notice one.
package final class Signals: Job {
    /// How long a signal may be at work when the server is gone. Looks, 10 ms apart.
    private static let patience = 100
    private let isStopped = Atomic(false)
    private let isAtWork = Atomic(false)
    private let thread = Lock(.thread, WorkerThread?.none)
    private let end: @Sendable () -> Void

    /// `end` is called once for each signal.
    init(_ end: @escaping @Sendable () -> Void) { self.end = end }

    /// Holds them back in this thread and in every thread that it starts from now on.
    package static func hold() {
        var set = all
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    private static var all: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, signal) }
        return set
    }

    func start() throws(MountError) {
        // Breaks waits of threads that are to end; it says nothing itself.
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGUSR1, &action, nil)
        let worker = try WorkerThread.named("signals") { [self] in
            var set = Self.all
            // Of this thread alone: nobody else is woken by it.
            sigaddset(&set, SIGUSR1)
            pthread_sigmask(SIG_BLOCK, &set, nil)
            while !isStopped.load(ordering: .sequentiallyConsistent) {
                if [SIGINT, SIGTERM, SIGHUP].contains(sigwaitinfo(&set, nil)),
                    !isStopped.load(ordering: .sequentiallyConsistent)
                {
                    isAtWork.store(true, ordering: .sequentiallyConsistent)
                    end()
                    isAtWork.store(false, ordering: .sequentiallyConsistent)
                }
            }
        }
        thread.withLock { $0 = worker }
    }

    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        // The process ends after this, and what is said of the signal is to be said; but whoever reads it may be stopped.
        for _ in 0..<Self.patience where isAtWork.load(ordering: .sequentiallyConsistent) { usleep(10_000) }
        running?.interrupt()
    }
}
