import Logging
import Recipe
import Store

/// Makes versions of what was closed in the live view, on a thread of its own: closing a file waits for no disk.
final class Publisher: Sendable {
    /// Microseconds between two groups: how much of what was closed and never synced a power cut can take, beside the
    /// time that hashing takes.
    private static let interval: UInt32 = 50_000

    private let view: LiveView
    private let loads: LoadBuffer
    private let logger: Logger
    private let ticker: Ticker

    init(_ view: LiveView, loads: LoadBuffer, logger: Logger) {
        self.view = view
        self.loads = loads
        self.logger = logger
        ticker = Ticker(every: Self.interval) {
            var last = ""
            return {
                let problem = Self.publish(view, loads, logger)
                // A full disk is said once, not twenty times a second.
                if let problem, problem != last { logger.error("\(problem)") }
                last = problem ?? ""
            }
        }
    }

    /// Brings in order what an earlier mount left, and begins.
    func start() throws(StoreError) {
        let recovery = try view.recover()
        for name in recovery.published {
            logger.info("\(name): closed before the last mount ended; it has its version now")
        }
        for name in recovery.partial {
            logger.warning("\(name): it was never closed, so it is no version; what was written of it is there")
        }
        for name in recovery.lost { logger.error("\(name): its bytes never reached the disk") }
        try view.beginJournal()
        ticker.start()
    }

    /// Returns when everything that was closed has its version.
    func stop() {
        ticker.stop()
        if let problem = Self.publish(view, loads, logger) { logger.error("\(problem)") }
        do throws(StoreError) { try view.endJournal() } catch { logger.error("\(error)") }
    }

    private static func publish(_ view: LiveView, _ loads: LoadBuffer, _ logger: Logger) -> String? {
        do throws(StoreError) {
            let publication = try view.publish()
            for load in publication.loads { loads.note(load) }
            for (name, addition, blob) in publication.versions {
                switch addition {
                case .unchanged: break
                case .version(let number): logger.info("\(name): v\(number), \(blob.digest.autoV2)")
                case .returned(let number): logger.info("\(name): v\(number) again")
                }
            }
            return publication.failures.first?.description
        } catch { return error.description }
    }
}
