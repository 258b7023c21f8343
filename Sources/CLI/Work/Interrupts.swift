import ArgumentParser
import CLinux
import Glibc
import ReproFS
import Store
import Synchronization

/// While it is held, notices that the command is asked to end, instead of ending it.
///
/// A signal is noticed from the moment its handler is set: the handler writes into a pipe, and what is written there before anybody reads
/// stays. A signal source of Dispatch misses what comes between the handler and itself.
final class Interrupts {
    private struct State {
        /// What is done, of the last one first.
        var holders: [(holder: ObjectIdentifier, body: @Sendable () -> Void)] = []
        var before: [(signal: CInt, action: sigaction)] = []
    }
    private static let state = Mutex(State())

    /// Whether a thread reads the pipe. Where it cannot be made, signals end the command as they do without this.
    private static let isReading: Bool = {
        var ends: [CInt] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { return false }
        let (read, write) = (ends[0], ends[1])
        // The handler never waits.
        guard fcntl(write, F_SETFL, O_NONBLOCK) == 0 else { return false }
        noticing.store(write, ordering: .sequentiallyConsistent)
        let thread = try? WorkerThread {
            var signal: UInt8 = 0
            while true {
                guard Glibc.read(read, &signal, 1) == 1 else { continue }
                Interrupts.state.withLock { $0.holders.last }?.body()
            }
        }
        thread?.detach()
        return thread != nil
    }()

    init(_ body: @escaping @Sendable () -> Void) {
        let isReading = Self.isReading
        Self.state.withLock { state in
            state.holders.append((ObjectIdentifier(self), body))
            guard isReading, state.holders.count == 1 else { return }
            for signal in Signals.ending {
                var (handled, before) = (sigaction(), sigaction())
                handled.__sigaction_handler.sa_handler = notice
                handled.sa_flags = SA_RESTART
                sigaction(signal, &handled, &before)
                state.before.append((signal, before))
            }
        }
    }

    deinit {
        Self.state.withLock { state in
            state.holders.removeAll { $0.holder == ObjectIdentifier(self) }
            guard state.holders.isEmpty else { return }
            for (signal, action) in state.before {
                var action = action
                sigaction(signal, &action, nil)
            }
            state.before = []
        }
    }
}

/// Where the handler writes. It is set before any handler is, so that the handler does not make it.
private let noticing = Atomic<CInt>(-1)

/// The handler: it calls the kernel alone.
private func notice(_ signal: CInt) {
    let before = errno
    var byte = UInt8(truncatingIfNeeded: signal)
    _ = write(noticing.load(ordering: .sequentiallyConsistent), &byte, 1)
    errno = before
}

extension Interrupts {
    /// For work that may stop at any moment: says so and ends the process.
    static var ending: Interrupts {
        Interrupts {
            Terminal.complain(StoreError.interrupted)
            _exit(ExitCode.interrupted.rawValue)
        }
    }
}

/// Whether the process was asked to end.
final class Ending: Sendable {
    private let flag = Mutex(false)

    var isAsked: Bool { flag.withLock { $0 } }
    func ask() { flag.withLock { $0 = true } }
}
