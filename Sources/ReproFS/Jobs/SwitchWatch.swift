import Logging
import Store

/// Tells other processes that this mount shows a switch of `active/models`. The kernel caches none of that view, so the switch is visible
/// as soon as this process has seen the commit.
final class SwitchWatch: Job {
    /// Microseconds between two looks at the catalogue.
    private static let interval: UInt32 = 100_000

    private let ticker: Ticker

    /// `row` is the mount's row in the catalogue.
    init(_ store: Store, row: Int64, _ bell: Bell, logger: Logger) {
        ticker = Ticker("switches", every: Self.interval, wokenBy: bell) {
            var seen = Commit.unknown
            var acknowledged: Int64 = -1
            return {
                do throws(StoreError) {
                    let newest = store.newestCommit
                    guard !newest.isSame(as: seen) else { return .rest }
                    let generation = try store.active().generation
                    if generation != acknowledged { try store.acknowledge(generation, by: row) }
                    (seen, acknowledged) = (newest, generation)
                    return .rest
                } catch {
                    logger.warning("a switch of active/models is acknowledged later: \(error)")
                    return .again
                }
            }
        }
    }

    func start() throws(MountError) { try ticker.start() }
    func stop() { ticker.stop() }
}
