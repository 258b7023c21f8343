import Logging
import Recipe
import Store

/// Has the lease to write the live view, or waits for it, and makes versions of what was closed there: closing a file waits for
/// no disk.
final class Publisher: Job {
    /// Microseconds between two groups: how much of what was closed and never synced a power cut can take, beside the
    /// time that hashing takes.
    private static let interval: UInt32 = 50_000
    /// Between two tries to get the lease. Microseconds.
    private static let patience: UInt32 = 800_000
    /// For how long it still hashes once it is to end. Seconds.
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

    /// What goes wrong again and again: a full disk is said once, not twenty times a second.
    private struct Trouble {
        private let logger: Logger
        private var last: String?

        init(_ logger: Logger) { self.logger = logger }

        mutating func say(_ problem: String?) {
            if let problem, problem != last { logger.error("\(problem)") }
            last = problem
        }
    }

    /// Takes the lease where it is free, and begins.
    func start() throws(MountError) {
        do throws(StoreError) {
            if try !Self.begin(view, places, logger) {
                logger.warning("models/ is read-only here: \(view.lease.obstacle)")
            }
        } catch { throw MountError("the live view cannot be brought in order: \(error)") }
        try ticker.start()
        try large.start()
    }

    /// Returns when what was closed has its version, but for what takes longer to hash than ``patienceAtEnd``: that is kept by its row.
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

    /// Brings in order what the last one left who wrote here; false where somebody else has the lease.
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

    /// Says what became of files, and gives back why one is not a version yet.
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
