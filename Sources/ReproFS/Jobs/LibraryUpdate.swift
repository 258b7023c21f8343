import Logging
import Store

/// Updates the library: images that a new version found in the store, and images whose grades may have changed.
final class LibraryUpdate: Job {
    /// Pieces of one turn; a stop waits for the turn to end.
    private static let pieces = 8

    private let ticker: Ticker

    init(_ store: Store, _ bell: Bell, logger: Logger) {
        ticker = Ticker("library", every: 200_000, wokenBy: bell) {
            var seen = Commit.unknown
            var last = ""
            return {
                // All of its work comes from commits.
                let newest = store.newestCommit
                if newest.isSame(as: seen) { return .rest }
                do throws(StoreError) {
                    guard try store.updateLibrary(pieces: Self.pieces) else { return .again }
                    seen = newest
                    last = ""
                    return .rest
                } catch {
                    if error.description != last { logger.error("the library: \(error)") }
                    last = error.description
                    return .again
                }
            }
        }
    }

    func start() throws(MountError) { try ticker.start() }
    func stop() { ticker.stop() }
}
