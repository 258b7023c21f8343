import Logging
import Recipe
import Store

/// Backs up the catalogue of a mounted store once a day, if something was written.
final class DailyBackup: Job {
    /// Microseconds between two checks.
    private static let interval: UInt32 = 600_000_000
    private static let day: Int64 = 86_400 * 1_000_000_000

    private let ticker: Ticker

    init(_ store: Store, logger: Logger) {
        ticker = Ticker("backup", every: Self.interval, wokenBy: nil) {
            Store.yieldDisk()
            var last = Commit.unknown
            var isFirst = true
            return {
                // The first call comes at once, when a new mount has other things to do.
                guard !isFirst else {
                    isFirst = false
                    return .again
                }
                do {
                    let newest = store.newestCommit
                    let age = try store.backups().first.map { Timestamp.now().nanoseconds - $0.made.nanoseconds }
                    guard age ?? .max > Self.day, !newest.isSame(as: last) else { return .again }
                    let backup = try store.backUp()
                    last = newest
                    logger.info("backup: \(backup.path)")
                } catch { logger.warning("the catalogue could not be backed up: \(error)") }
                return .again
            }
        }
    }

    func start() throws(MountError) { try ticker.start() }

    /// Returns when a running backup is done.
    func stop() { ticker.stop() }
}
