import Logging
import Store

/// Tells other processes that this mount shows a switch of `active/models`. The kernel caches none of that view, so the switch is visible
/// as soon as this process has seen the commit. Also ends the switch of a run that was killed.
final class SwitchWatch: Job {
    /// Microseconds between two looks at the catalogue.
    private static let interval: UInt32 = 100_000

    private let ticker: Ticker

    /// `row` is the mount's row in the catalogue.
    init(_ store: Store, row: Int64, _ bell: Bell, logger: Logger) {
        ticker = Ticker("switches", every: Self.interval, wokenBy: bell) {
            var seen = Commit.unknown
            var acknowledged: Int64 = -1
            var isLent = false
            return {
                do throws(StoreError) {
                    // No commit tells that the process of a run has ended, so it is looked for.
                    if isLent { try store.endLapsedLoan() }
                    let newest = store.newestCommit
                    guard !newest.isSame(as: seen) else { return .rest }
                    let view = try store.active()
                    if view.generation != acknowledged { try store.acknowledge(view.generation, by: row) }
                    (seen, acknowledged, isLent) = (newest, view.generation, view.isLent)
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
