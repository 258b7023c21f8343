import Logging
import Recipe
import Store

/// Holds the lease to write the live view, or waits for it, and makes versions of the files that were closed there. Closing a file
/// itself never waits for the disk.
final class Publisher: Job {
    /// Microseconds between two groups. A power cut can lose what was closed during that time and never synced, and what is still
    /// being hashed.
    private static let interval: UInt32 = 50_000
    /// Between two tries to get the lease. Microseconds.
    private static let patience: UInt32 = 800_000
    /// How long it goes on hashing after it was told to end. Seconds.
    static let patienceAtEnd = 1.0

    private let view: LiveView
    private let places: [String]
    private let loads: LoadBuffer
    private let logger: Logger
    private let ticker: Ticker
    private let large: Ticker

    init(_ view: LiveView, serving places: [String], _ bell: Bell, loads: LoadBuffer, logger: Logger) {
        self.view = view
        self.places = places
        self.loads = loads
        self.logger = logger
        ticker = Ticker("publisher", every: Self.interval, wokenBy: bell) {
            var trouble = Trouble(logger)
            var due = ContinuousClock.now
            return {
                var problem: String?
                do throws(StoreError) {
                    if view.lease.isHeld {
                        problem = Self.tell(try view.publishSmall(), loads, logger)
                    } else if ContinuousClock.now > due {
                        due = .now + .milliseconds(500)
                        guard try Self.begin(view, places, logger) else { return .rest(atMost: Self.patience) }
                        logger.notice("the process that wrote models/ has ended; this one writes there now")
                    }
                } catch { problem = error.description }
                trouble.say(problem)
                view.note(problem: problem)
                return problem == nil && view.isAtRest ? .rest(atMost: view.lease.isHeld ? nil : Self.patience) : .again
            }
        }
        large = Ticker("large files", every: Self.interval, wokenBy: bell) {
            var trouble = Trouble(logger)
            return {
                let problem = view.lease.isHeld ? Self.tell(view.publishLarge(), loads, logger) : nil
                trouble.say(problem)
                return problem == nil && view.isAtRest ? .rest : .again
            }
        }
    }

    /// The last failure that was logged, so that a full disk is logged once and not twenty times a second.
    private struct Trouble {
        private let logger: Logger
        private var last: String?

        init(_ logger: Logger) { self.logger = logger }

        mutating func say(_ problem: String?) {
            if let problem, problem != last { logger.error("\(problem)") }
            last = problem
        }
    }

    /// Takes the lease if it is free, and starts to publish.
    func start() throws(MountError) {
        do throws(StoreError) {
            if try !Self.begin(view, places, logger) {
                logger.warning("models/ is read-only here: \(view.lease.obstacle)")
            }
        } catch { throw MountError("the live view cannot be brought in order: \(error)") }
        try ticker.start()
        try large.start()
    }

    /// Returns when every closed file has its version. Files that take longer to hash than ``patienceAtEnd`` are left; their rows
    /// remember them.
    func stop() {
        view.ending.begin(within: Self.patienceAtEnd)
        ticker.stop()
        large.stop()
        guard view.lease.isHeld else { return }
        do throws(StoreError) {
            if let problem = Self.tell(try view.publish(), loads, logger) { logger.error("\(problem)") }
        } catch { logger.error("\(error)") }
        let count = view.waiting
        if count > 0 {
            logger.notice(
                "\(count == 1 ? "a closed file becomes a version" : "\(count) closed files become versions") at the next mount"
            )
        }
        view.lease.give()
    }

    /// Recovers what the previous holder of the lease left unfinished; false if somebody else holds the lease.
    private static func begin(_ view: LiveView, _ places: [String], _ logger: Logger) throws(StoreError) -> Bool {
        var recovery = Recovery()
        let isTaken = try view.lease.take(serving: places) { () throws(StoreError) in recovery = try view.recover() }
        guard isTaken else { return false }
        for name in recovery.partial {
            logger.warning(
                "\(name): it was never closed or could not be written in full, so it is not a version; what was written of it is there"
            )
        }
        for name in recovery.lost { logger.error("\(name): its bytes never reached the disk") }
        return true
    }

    /// Logs what became of the files, and returns why one of them is not a version yet.
    private static func tell(_ publication: Publication, _ loads: LoadBuffer, _ logger: Logger) -> String? {
        for name in publication.setAside { logger.warning("\(name)") }
        for load in publication.loads { loads.note(load) }
        for (name, addition, blob) in publication.versions {
            switch addition {
            case .unchanged: break
            case .version(let number): logger.info("\(name): v\(number), \(blob.digest.autoV2)")
            case .returned(let number): logger.info("\(name): v\(number) again")
            }
        }
        return publication.failures.first?.description
    }
}
