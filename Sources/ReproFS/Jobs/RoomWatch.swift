import Logging
import Store

/// Warns in the log of a mount, at its start and then daily, if the disk will be full soon.
final class RoomWatch: Job {
    /// Microseconds between two turns, and turns between two checks.
    private static let interval: UInt32 = 3_600_000_000
    private static let turns = 24

    private let ticker: Ticker

    init(_ store: Store, logger: Logger) {
        ticker = Ticker("room", every: Self.interval, wokenBy: nil) {
            var turn = 0
            return {
                defer { turn += 1 }
                guard turn % Self.turns == 0 else { return .again }
                do throws(StoreError) {
                    if let warning = try store.growth()?.warning(free: store.freeBytes) { logger.warning("\(warning)") }
                } catch { logger.warning("the free space of the disk could not be determined: \(error)") }
                return .again
            }
        }
    }

    func start() throws(MountError) { try ticker.start() }
    func stop() { ticker.stop() }
}
