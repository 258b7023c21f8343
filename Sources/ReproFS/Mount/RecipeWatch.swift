import Logging
import Store

/// Tells the kernel to forget the attributes of recipes that have become other texts, and other processes that this mount has
/// seen a switch of `active/models`.
///
/// It holds no lock when it calls the kernel, and makes no call that waits for a directory: whoever holds one may be waiting for
/// this process. Names expire in the kernel by themselves.
final class RecipeWatch: Service {
    /// Microseconds between two looks at the catalogue.
    private static let interval: UInt32 = 100_000

    private let ticker: Ticker

    /// `session` must outlive ``stop()``; `row` is the mount's in the catalogue.
    init(_ session: Session, _ store: Store, _ kept: KeptTexts, row: Int64, logger: Logger) {
        ticker = Ticker("recipes", every: Self.interval) {
            let feed: ChangeFeed
            do { feed = try ChangeFeed(store.path) } catch {
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
                    let commit = store.newestCommit
                    let change = try feed.next()
                    if case .none = change { return kept.goOn(from: commit) }
                    if case .recipes = change {
                        again = kept.stop()
                        forget(again)
                    } else {
                        // Not before it was told again.
                        kept.goOn(from: commit)
                    }
                    // Nothing of active/models is cached, so whoever looks from now on sees what the catalogue says.
                    let generation = try store.active().generation
                    if generation != acknowledged { try store.acknowledge(generation, by: row) }
                    acknowledged = generation
                } catch {
                    again = kept.stop()
                    forget(again)
                    logger.warning("changes by other processes are seen later: \(error)")
                }
            }
        }
    }

    func start() throws(MountError) { try ticker.start() }
    func stop() { ticker.stop() }
}
