import Logging
import Recipe
import Store

/// Writes the loads that the mount has seen, and makes the snapshots that tools reported, on a thread of its own: no open or close waits
/// for the catalogue's disk.
final class WitnessWriter: Job {
    /// Microseconds between two turns; a kill can lose the loads of that time.
    private static let interval: UInt32 = 100_000

    private let store: Store
    private let loads: LoadBuffer
    private let logger: Logger
    private let ticker: Ticker

    init(_ store: Store, _ bell: Bell, loads: LoadBuffer, logger: Logger) {
        self.store = store
        self.loads = loads
        self.logger = logger
        ticker = Ticker("witness", every: Self.interval, wokenBy: bell) {
            var seen = Commit.unknown
            return {
                // Reports come by commits, loads by requests.
                let commit = store.newestCommit
                if loads.isEmpty, commit.isSame(as: seen) { return .rest }
                do throws(StoreError) {
                    // In this order: the loads that a report depends on were seen before it came.
                    let newest = try store.newestReport()
                    try loads.flush(into: store)
                    if let newest { try store.takeReports(upTo: newest) { Self.tell($0, logger) } }
                    // A report that could not be taken is tried again.
                    if try store.newestReport() != nil { return .again }
                    seen = commit
                    return .rest
                } catch {
                    logger.error("\(error)")
                    return .again
                }
            }
        }
    }

    func start() throws(MountError) { try ticker.start() }

    /// Returns when everything that was seen is written.
    func stop() {
        ticker.stop()
        do throws(StoreError) { try loads.flush(into: store) } catch { logger.error("\(error)") }
    }

    private static func tell(_ outcome: ReportOutcome, _ logger: Logger) {
        switch outcome {
        case .snapshot(let image, let result):
            logger.info("\(image): snapshot \(result.id.hex.prefix(12)), \(result.grade.rawValue)")
        case .failed(let what, let isFinal):
            logger.error("\(what)\(isFinal ? "" : "; it is tried again")")
        }
    }
}
