import Glibc
import Recipe

/// What commands print. Results go to standard output, everything else to standard error.
///
/// Names and texts come from anywhere, so each line is shown as one line that steers nothing. Nothing else prints.
enum Terminal {
    static func say(_ line: String) { say([line]) }
    static func say(_ lines: [String]) { print(lines.shown, terminator: "") }
    static func say(_ json: JSON) { print(json.formatted(), terminator: "") }
    /// A text whose lines were laid out where it was made, such as a card.
    static func say(text: String) { say(text.lines) }
    /// A part of a listing in JSON.
    static func say(part: String) { print(part, terminator: "") }

    static func complain(_ line: String) { complain([line]) }
    static func complain(_ lines: [String]) { write(lines.shown, to: STDERR_FILENO) }
    /// An error, and what it is about.
    static func complain(_ error: any Error, of what: String? = nil) {
        let lines = (error as? any SeveralLines)?.lines ?? ["\(error)"]
        complain(["reprofs: " + (what.map { $0 + ": " } ?? "") + lines[0]] + lines.dropFirst())
    }

    private static func write(_ text: String, to descriptor: CInt) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Bytes for people: `32.2 MB`.
    static func size(_ bytes: Int) -> String {
        var value = Double(bytes)
        var unit = 0
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? "\(bytes) B" : "\((value * 10).rounded() / 10) \(units[unit])"
    }
}

/// One line on a terminal that shows how far long work has come: how much, rate, time left. Silent elsewhere.
struct ProgressLine {
    /// What is counted.
    enum Unit {
        case bytes
        case things(String)

        func show(_ count: Int) -> String {
            switch self {
            case .bytes: Terminal.size(count)
            case .things(let name): "\(count) \(name)"
            }
        }
    }

    private let total: Int
    private let unit: Unit
    private let line = Terminal.LiveLine()
    private let start = ContinuousClock.now
    private var shown = ContinuousClock.now
    private var done = 0

    /// `total` is 0 where it is not known.
    init(total: Int, counts unit: Unit = .bytes) {
        self.total = total
        self.unit = unit
    }

    mutating func advance(by count: Int, of name: String) {
        done += count
        guard line.isShown, shown.duration(to: .now) > .milliseconds(100) else { return }
        shown = .now
        let seconds = max(0.001, start.duration(to: .now) / .seconds(1))
        let rate = Double(done) / seconds
        let left = rate > 0 ? Int((Double(total - done) / rate).rounded(.up)) : 0
        guard total > 0 else {
            return line.show("\(unit.show(done))  \(unit.show(Int(rate)))/s  \(name.suffix(40))")
        }
        let percent = min(100, 100 * done / total)
        line.show(
            "\(percent) %  \(unit.show(done)) of \(unit.show(total))  \(unit.show(Int(rate)))/s  "
                + "\(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left  \(name.suffix(40))")
    }

    /// Makes room for another line.
    func clear() { line.clear() }
}

extension Terminal {
    /// A line on a terminal that the next one takes the place of. Silent elsewhere.
    struct LiveLine {
        let isShown = isatty(STDERR_FILENO) == 1

        func show(_ line: String) {
            if isShown { Terminal.write("\r\u{1B}[K" + line.onOneLine, to: STDERR_FILENO) }
        }

        func clear() { show("") }
    }
}
