import Logging
import Recipe
import Store

/// Reads the hashes by which other tools know new models, and makes better snapshots of images that waited for them; slowly, on a thread of
/// its own.
final class HashBackfill: Job {
    private static let interval: UInt32 = 1_000_000
    /// How many turns it leaves the processors to programs that write models, before it works anyway.
    private static let patience = 60

    private let ticker: Ticker
    private let ending: Ending

    init(_ view: LiveView, _ bell: Bell, logger: Logger) {
        let store = view.store
        let ending = view.ending
        self.ending = ending
        ticker = Ticker("hashes", every: Self.interval, wokenBy: bell) {
            var last = ""
            var passed = 0
            var seen = Commit.unknown
            return {
                // All of its work comes from commits.
                let newest = store.newestCommit
                if newest.isSame(as: seen) { return .rest }
                do throws(StoreError) {
                    func mayGoOn() -> Bool {
                        if passed >= Self.patience || !view.isBusy { return true }
                        passed += 1
                        return false
                    }
                    // Each search begins where the last one ended, for it passes over everything that was read.
                    var place: Int64 = 0
                    while let blob = try store.unidentified(after: place, limit: 1).first {
                        guard mayGoOn() else { return .again }
                        place = blob.id
                        // An unmount does not wait for a long file; it is read again the next time.
                        try store.identify(blob) { _ throws(StoreError) in try ending.check() }
                        if let pickle = try store.identity(of: blob)?.pickle {
                            let models = try store.affected(by: blob.digest).models.joined(separator: ", ")
                            logger.warning("\(models) is a pickle: \(pickle.warning)")
                        }
                    }
                    guard try store.readBLAKE3(ending, mayGoOn: mayGoOn) else { return .again }
                    passed = 0
                    try store.improve(progress: {}) { logger.info("a better snapshot: \($0.id.hex.prefix(12))") }
                    last = ""
                    seen = newest
                    return .rest
                } catch {
                    if case .interrupted = error { return .again }
                    if error.description != last { logger.error("\(error)") }
                    last = error.description
                    return .again
                }
            }
        }
    }

    func start() throws(MountError) { try ticker.start() }
    func stop() {
        ending.begin(within: 0)
        ticker.stop()
    }
}
