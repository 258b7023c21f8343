import Logging
import Store

/// Tells the kernel to forget names that another process gave other bytes, so that a change is seen at once and not
/// only when a timeout ends; and tells other processes that this mount has seen a switch of `active/models`. It has a
/// thread of its own and holds no lock when it calls the kernel.
final class Notifier: Sendable {
    /// Microseconds between two looks at the catalogue.
    private static let interval: UInt32 = 100_000

    private let ticker: Ticker

    /// `session` must outlive ``stop()``; `row` is the mount's in the catalogue.
    init(_ session: Session, root: Root, _ kept: KeptTexts, row: Int64, logger: Logger) {
        ticker = Ticker(every: Self.interval) {
            let feed: ChangeFeed
            do { feed = try ChangeFeed(root.context.store, for: row) } catch {
                // Names still change when their timeouts end.
                logger.warning("changes by other processes are seen later: \(error)")
                return {}
            }
            var acknowledged: Int64 = -1
            var again = KeptTexts.Told()
            return {
                func forget(_ texts: KeptTexts.Told) { texts.forEach(session.forgetAttributes) }
                // A reply may have been on its way to the kernel while it was told.
                forget(again)
                again = KeptTexts.Told()
                do throws(StoreError) {
                    let commit = root.context.store.newestCommit
                    guard let changes = try feed.next() else { return kept.goOn(from: commit) }
                    if changes.recipes {
                        again = kept.stop()
                        forget(again)
                    }
                    // Not before it was told again.
                    defer { if !changes.recipes { kept.goOn(from: commit) } }
                    for (parent, name) in root.names(in: changes) { session.forget(name, in: parent) }
                    // Nothing of active/models is cached, so whoever looks from now on sees what the catalogue says.
                    let generation = try root.context.store.active().generation
                    if generation != acknowledged { try root.context.store.acknowledge(generation, by: row) }
                    acknowledged = generation
                } catch {
                    again = kept.stop()
                    forget(again)
                    logger.warning("changes by other processes are seen later: \(error)")
                }
            }
        }
    }

    func start() { ticker.start() }

    /// Returns when the thread has made its last call.
    func stop() { ticker.stop() }
}
