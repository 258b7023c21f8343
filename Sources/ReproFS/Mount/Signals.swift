import CFuse
import Glibc
import Synchronization

/// The signals that end a server. A thread of their own waits for them, so that nobody has to be free to notice one.
package final class Signals: Service {
    private let isStopped = Atomic(false)
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
        let worker = try WorkerThread("signals") { [self] in
            var set = Self.all
            while !isStopped.load(ordering: .relaxed) {
                var patience = timespec(tv_sec: 0, tv_nsec: 100_000_000)
                if sigtimedwait(&set, nil, &patience) > 0 { end() }
            }
        }
        worker.detach()
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }
}
