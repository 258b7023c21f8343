import Dispatch
import Glibc
import Synchronization

/// Tells when a command is asked to end, instead of ending it, for as long as it is held.
final class Interrupts {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]
    private let sources: [any DispatchSourceSignal]

    init(_ body: @escaping @Sendable () -> Void) {
        sources = Self.signals.map { number in
            // Not ignored: a process that is started here would ignore it too.
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

/// Whether the process was asked to end.
final class Ending: Sendable {
    private let flag = Mutex(false)

    var isAsked: Bool { flag.withLock { $0 } }
    func ask() { flag.withLock { $0 = true } }
}
