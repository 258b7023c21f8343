import Glibc
import Recipe

/// What commands print. Results go to standard output, everything else to standard error.
enum Terminal {
    /// Without what would steer a terminal: names and texts come from anywhere.
    static func complain(_ text: String) { write(text.withoutControls + "\n", to: STDERR_FILENO) }

    static func write(_ text: String, to descriptor: CInt) {
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
    private let isShown = isatty(STDERR_FILENO) == 1
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
        guard isShown, shown.duration(to: .now) > .milliseconds(100) else { return }
        shown = .now
        let seconds = max(0.001, start.duration(to: .now) / .seconds(1))
        let rate = Double(done) / seconds
        let left = rate > 0 ? Int((Double(total - done) / rate).rounded(.up)) : 0
        guard total > 0 else {
            return Terminal.write(
                "\r\u{1B}[K\(unit.show(done))  \(unit.show(Int(rate)))/s  \(name.suffix(40))", to: STDERR_FILENO)
        }
        let percent = min(100, 100 * done / total)
        Terminal.write(
            "\r\u{1B}[K\(percent) %  \(unit.show(done)) of \(unit.show(total))  \(unit.show(Int(rate)))/s  "
                + "\(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left  \(name.suffix(40))", to: STDERR_FILENO)
    }

    /// Makes room for another line.
    func clear() {
        if isShown { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
    }
}
