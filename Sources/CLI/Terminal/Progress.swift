import Recipe
import Synchronization

/// The progress of long work in one line that fits the terminal: amount, rate, time left, and the current item. Silent if there is no
/// terminal. Drawn at once, then at most ten times a second; removed with this object.
final class Progress: Sendable {
    /// What is counted.
    enum Unit: Sendable {
        case bytes
        /// Counts things with this name, in the singular.
        case things(String)

        func show(_ count: Int) -> String {
            switch self {
            case .bytes: count.asSize
            case .things(let name): count.of(name)
            }
        }
    }

    private struct State {
        var done = 0
        var shown: ContinuousClock.Instant?
    }

    private let total: Int?
    private let unit: Unit
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// `total` is nil if it is not known.
    init(total: Int?, counts unit: Unit = .bytes) {
        self.total = total
        self.unit = unit
    }

    deinit { Terminal.eraseLive() }

    func advance(by count: Int, of name: String) { advance(name) { $0 + count } }

    /// Sets the total progress to `done`, whether or not all of it took work.
    func advance(to done: Int, of name: String) { advance(name) { max($0, done) } }

    private func advance(_ name: String, _ change: (Int) -> Int) {
        let now = ContinuousClock.now
        let done = state.withLock { state -> Int? in
            state.done = change(state.done)
            if let shown = state.shown, shown.duration(to: now) < .milliseconds(100) { return nil }
            state.shown = now
            return state.done
        }
        guard let done else { return }
        Terminal.showLive { self.line(done, at: now).fitted($0, name) }
    }

    private func line(_ done: Int, at now: ContinuousClock.Instant) -> LiveText {
        let seconds = start.duration(to: now) / .seconds(1)
        let rate = seconds > 0 ? Double(done) / seconds : 0
        // Too early, a rate means nothing.
        let speed = seconds > 0.5 && rate >= 1 ? "\(unit.show(Int(rate)))/s" : nil
        guard let total, total > 0 else { return LiveText([unit.show(done), speed]) }
        let left = seconds > 0.5 && rate > 0 ? (Double(max(0, total - done)) / rate).rounded(.up).asMinutes : nil
        return LiveText([
            "\(min(100, done.share(of: total))) % of \(unit.show(total))", left.map { "\($0) left" }, speed,
        ])
    }
}

/// The parts of a live line, the most important ones first.
struct LiveText {
    private let parts: [String]

    init(_ parts: [String?]) { self.parts = parts.compactMap { $0?.onOneLine } }

    /// As many parts as fit into a line of this many columns, and as much of the end of a name as there is room for. The last column stays
    /// free: writing there may begin the next line.
    func fitted(_ columns: Int, _ name: String = "") -> String {
        let gap = "  "
        let limit = columns - 1
        var text = (parts.first ?? "").cut(to: limit)
        for part in parts.dropFirst() {
            let longer = text + gap + part
            guard longer.columns <= limit else { break }
            text = longer
        }
        let room = limit - text.columns - gap.utf8.count
        // Too few letters of a name say nothing.
        guard !name.isEmpty, room >= min(8, name.columns) else { return text }
        return text + gap + name.onOneLine.cutInFront(to: room)
    }
}
