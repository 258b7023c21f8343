import ArgumentParser
import Dispatch
import Glibc
import Store
import Synchronization

/// While it is held, notices that the command is asked to end, instead of ending it.
final class Interrupts {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]
    private let sources: [any DispatchSourceSignal]

    init(_ body: @escaping @Sendable () -> Void) {
        sources = Self.signals.map { number in
            // Handled, not ignored: child processes would inherit that.
            signal(number) { _ in }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: body)
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
        for number in Self.signals { signal(number, SIG_DFL) }
    }
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
