import Synchronization

/// How fast bytes come by requests of one remote. A request that is much slower than others were is asked again: its connection may lead
/// over a bad way, or to a bad server of several.
///
/// Only waiting counts, so that nobody is slow whose bytes are not taken.
final class Rates: Sendable {
    /// A request under way.
    struct Stream {
        fileprivate var bytes = 0
        fileprivate var waited = Duration.zero
    }

    /// How many rates are remembered, and how many must be for a comparison.
    private static let most = 16, least = 3
    /// A stream is not measured if it brought fewer bytes than this, or was waited for a tenth of the window or less.
    private static let smallest = 1 << 20
    private let window: Duration
    /// Bytes a second, the newest last.
    private let known = Mutex<[Double]>([])

    init(window: Duration) { self.window = window }

    /// Notes what came, and how long it was waited for. True if the stream was slower than a quarter of the median of others for a whole
    /// window; then its window begins again.
    func isSlow(_ stream: inout Stream, _ bytes: Int, waited: Duration) -> Bool {
        stream.bytes += bytes
        stream.waited += waited
        guard stream.waited >= window else { return false }
        let rate = Double(stream.bytes) / (stream.waited / .seconds(1))
        stream = Stream()
        return known.withLock { known in
            let isSlow = known.count >= Self.least && rate * 4 < known.sorted()[known.count / 2]
            Self.remember(rate, &known)
            return isSlow
        }
    }

    /// A request came to its end.
    func end(_ stream: Stream) {
        guard stream.bytes >= Self.smallest, stream.waited > window / 10 else { return }
        let rate = Double(stream.bytes) / (stream.waited / .seconds(1))
        known.withLock { Self.remember(rate, &$0) }
    }

    private static func remember(_ rate: Double, _ known: inout [Double]) {
        if known.count == most { known.removeFirst() }
        known.append(rate)
    }
}
