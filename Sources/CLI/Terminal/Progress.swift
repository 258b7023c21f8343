import Recipe
import Synchronization

/// How far long work has come, in one line that fits a terminal: how much, rate, time left, and what is at work. Silent elsewhere.
/// It is drawn at once, then ten times a second at most, and goes away with this.
final class Progress: Sendable {
    /// What is counted.
    enum Unit: Sendable {
        case bytes
        /// Their name in the singular.
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

    /// `total` is nil where it is not known.
    init(total: Int?, counts unit: Unit = .bytes) {
        self.total = total
        self.unit = unit
    }

    deinit { Terminal.eraseLive() }

    func advance(by count: Int, of name: String) { advance(name) { $0 + count } }

    /// So much is done in all, however much of it took work.
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
        // A rate of the first moment is none.
        let speed = seconds > 0.5 && rate >= 1 ? "\(unit.show(Int(rate)))/s" : nil
        guard let total, total > 0 else { return LiveText([unit.show(done), speed]) }
        let left = seconds > 0.5 && rate > 0 ? (Double(max(0, total - done)) / rate).rounded(.up).asMinutes : nil
        return LiveText([
            "\(min(100, done.share(of: total))) % of \(unit.show(total))", left.map { "\($0) left" }, speed,
        ])
    }
}

/// The parts of a live line, the most important one first.
struct LiveText {
    private let parts: [String]

    init(_ parts: [String?]) { self.parts = parts.compactMap { $0?.onOneLine } }

    /// As many of them as fit into a line of so many columns, and as much of a name's end as has room beside them. The last column
    /// stays free: in it a terminal may begin the next line.
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
        // Fewer letters of a name say nothing.
        guard !name.isEmpty, room >= min(8, name.columns) else { return text }
        return text + gap + name.onOneLine.cutInFront(to: room)
    }
}
