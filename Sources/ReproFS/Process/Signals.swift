import Glibc
import Store
import Synchronization

/// The signals that end a server. A thread of its own waits for them, so that they are noticed even if all others are busy.
package final class Signals: Job {
    /// How long handling a signal may go on after the server has ended. Checks, 10 ms apart.
    private static let patience = 100
    private let isStopped = Atomic(false)
    private let isAtWork = Atomic(false)
    private let thread = Lock(.thread, WorkerThread?.none)
    private let end: @Sendable () -> Void

    /// `end` is called once for each signal.
    init(_ end: @escaping @Sendable () -> Void) { self.end = end }

    /// Blocks these signals in this thread and in all threads that it starts from now on.
    package static func hold() {
        var set = all
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// The signals that ask a program to end. SIGHUP is not among them if it was ignored at the start, as nohup has it.
    package static let ending: [CInt] = {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        return [SIGINT, SIGTERM] + (handler == unsafeBitCast(SIG_IGN, to: Int.self) ? [] : [SIGHUP])
    }()

    private static var all: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in ending { sigaddset(&set, signal) }
        return set
    }

    func start() throws(MountError) {
        // Interrupts system calls of threads that are to end; the handler does nothing.
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGUSR1, &action, nil)
        let worker = try WorkerThread.named("signals") { [self] in
            var set = Self.all
            // Only this thread is interrupted by it.
            sigaddset(&set, SIGUSR1)
            pthread_sigmask(SIG_BLOCK, &set, nil)
            while !isStopped.load(ordering: .sequentiallyConsistent) {
                if Self.ending.contains(sigwaitinfo(&set, nil)),
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
        // The process is about to end, and what is logged about the signal should be written; but whoever reads the log may be stopped.
        for _ in 0..<Self.patience where isAtWork.load(ordering: .sequentiallyConsistent) { usleep(10_000) }
        running?.interrupt()
    }
}
