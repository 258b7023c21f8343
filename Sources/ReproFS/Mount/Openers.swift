import CFuse
import Glibc
import Store

/// Remembers for a moment which process a thread belongs to: a program that makes thousands of files is looked up once.
final class Openers: Sendable {
    /// Seconds. Later the thread's number may belong to another process, although reuse takes longer in practice.
    private static let lifetime = 1
    private static let limit = 256

    private struct Known { let opener: Opener; let until: Int }
    private let known = Lock(.openers, [Int32: Known]())

    func opener(ofThread thread: Int32) -> Opener? {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        if let found = known.withLock({ $0[thread] }), found.until > time.tv_sec { return found.opener }
        guard let opener = Opener(thread: thread) else { return nil }
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[thread] = Known(opener: opener, until: time.tv_sec + Self.lifetime)
        }
        return opener
    }
}
