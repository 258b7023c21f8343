import Glibc
import Logging
import Recipe
import Store
import Synchronization

/// When a mount reads its store's blobs again.
package struct ScrubSchedule: Sendable {
    /// How long a mount waits before it begins. Microseconds.
    package var delay: UInt32 = 60_000_000
    /// Blobs that were read more recently than this are skipped. Seconds.
    package var age = 30 * 86_400
    /// Bytes a second.
    package var rate = 32_000_000
    package init() {}
}

/// Reads the store's blobs again while no other program needs the disk, beginning with those that were read longest ago, so that damage is
/// known before a model is wanted. Only one mount of a store does it.
final class Scrub: Job {
    private let store: Store
    private let schedule: ScrubSchedule
    private let logger: Logger
    private let isStopped = Atomic(false)
    private let ticker = Lock(.thread, Ticker?.none)

    init(_ store: Store, _ schedule: ScrubSchedule, logger: Logger) {
        self.store = store
        self.schedule = schedule
        self.logger = logger
    }

    func start() throws(MountError) {
        let ticker = Ticker("scrub", every: schedule.delay, wokenBy: nil) { [self] in
            // The processor's idle class is not used: a thread that waits for a processor there while it holds the catalogue would block
            // all others.
            Store.yieldDisk()
            var isFirst = true
            return {
                // The first call comes at once, when a new mount has other things to do.
                if isFirst { isFirst = false } else { self.run() }
                return .again
            }
        }
        try ticker.start()
        self.ticker.withLock { $0 = ticker }
    }

    /// Returns when the reading of the current blob has been cut off.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        ticker.withLock { $0 }?.stop()
    }

    private func run() {
        do {
            guard let lease = try store.leaseForScrub() else { return }
            defer { withExtendedLifetime(lease) {} }
            let before = Timestamp(nanoseconds: Timestamp.now().nanoseconds - Int64(schedule.age) * 1_000_000_000)
            for damage in try store.verifyDamaged(inPlace: true, pace: pace) { report(damage) }
            var last: Blob?
            while !isStopped.load(ordering: .relaxed) {
                // A blob that could not be noted as read is read again another time.
                guard let blob = try store.blobsToVerify(before: before, limit: 1).first, blob != last else { return }
                last = blob
                if let damage = try store.verify(blob, pace: pace) { report(damage) }
            }
        } catch StoreError.interrupted {
        } catch { logger.warning("the store's blobs could not be read again: \(error)") }
    }

    private func report(_ damage: Damage) {
        let models = damage.affected.models.joined(separator: ", ")
        let what = "\(damage.kind.rawValue): \(damage.digest?.hex ?? "the catalogue"), \(damage.detail)"
        let who = "\(damage.affected.snapshots.count) snapshots and \(models.isEmpty ? "no model" : models) need it"
        logger.error("\(what); \(who); '\(ShellCommand.reprofs("verify --repair --from DIR"))' looks for its bytes")
    }

    private func pace(_ count: Int) throws(StoreError) {
        if isStopped.load(ordering: .relaxed) { throw .interrupted }
        usleep(UInt32(min(1_000_000, Double(count) / Double(schedule.rate) * 1_000_000)))
    }
}
