import Logging
import Store

/// Logs what takes too long: a request for half a minute, a lock for five seconds.
final class HangWatch: Job {
    private static let interval: UInt32 = 2_000_000
    private let ticker: Ticker

    init(_ logger: Logger) {
        ticker = Ticker("watch", every: Self.interval, wokenBy: nil) {
            // Each is logged once.
            var said: Set<[Int64]> = []
            return {
                let delays = Activity.delays()
                let keys = delays.map { [Int64($0.thread), $0.began] }
                for (delay, key) in zip(delays, keys) where !said.contains(key) {
                    let node = delay.node == 0 ? "" : " for node \(delay.node)"
                    logger.warning(
                        """
                        \(delay.what)\(node) has been at work for \(delay.seconds) s in thread \(delay.thread); \
                        it waits for \(delay.waitsFor)
                        """)
                }
                said = Set(keys)
                return .again
            }
        }
    }

    func start() throws(MountError) { try ticker.start() }
    func stop() { ticker.stop() }
}
