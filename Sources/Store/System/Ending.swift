import Glibc
import Synchronization

/// The moment at which long work stops because its process is ending. Copying and hashing check it between two pieces.
package final class Ending: Sendable {
    /// Nanoseconds of the monotonic clock.
    private let moment = Atomic<Int64>(.max)

    package init() {}

    /// Long work stops in `seconds` from now at the latest.
    package func begin(within seconds: Double) {
        moment.min(Self.now + Int64(seconds * 1_000_000_000), ordering: .relaxed)
    }

    package var hasCome: Bool { Self.now >= moment.load(ordering: .relaxed) }

    /// Throws `interrupted` once the moment has come.
    package func check() throws(StoreError) { if hasCome { throw .interrupted } }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
