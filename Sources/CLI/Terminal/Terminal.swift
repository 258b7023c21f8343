import Glibc
import Recipe
import Synchronization
import SystemPackage

/// What commands print. Results go to standard output, everything else to standard error. Nothing else prints.
///
/// Names and texts come from anywhere, so each line is shown as one line that steers nothing. One line on a terminal may be live:
/// the next one takes its place, and so does whatever is printed.
enum Terminal {
    private struct State {
        /// Printed, and not yet written to standard output.
        var pending: [UInt8] = []
        /// Why standard output took no more.
        var problem: Errno?
        var isLive = false
    }

    private static let state = Mutex(State())
    /// Bytes of a listing that are written at once.
    private static let block = 32 << 10

    static func say(_ line: String) { say([line]) }
    static func say(_ line: Line) { output(line.shown(on: .output) + "\n") }
    static func say(_ lines: [String]) { output(lines.shown) }
    static func say(_ json: JSON) { output(json.formatted()) }
    /// A text whose lines were laid out where it was made, such as a card.
    static func say(text: String) { say(text.lines) }
    /// A part of a listing, which ends with ``flush()``.
    static func say(part: String) { output(part, isPart: true) }

    static func complain(_ line: String) { complain([line]) }
    static func complain(_ lines: [String]) { complain(shown: lines.shown) }
    /// An error, and what it is about.
    static func complain(_ error: any Error, of what: String? = nil) {
        let lines = FailureReport(error).lines
        let about = what.map { $0 + ": " } ?? ""
        let first: Line = "\("reprofs:", .bad) \(about + lines[0])"
        complain(shown: first.shown(on: .errors) + "\n" + Array(lines.dropFirst()).shown)
    }

    private static func complain(shown text: String) {
        state.withLock { state in
            // What was said before is to be read before.
            write(&state)
            erase(&state)
            _ = write(Array(text.utf8)[...], to: STDERR_FILENO)
        }
    }

    private static func output(_ text: String, isPart: Bool = false) {
        state.withLock { state in
            erase(&state)
            state.pending += text.utf8
            if !isPart || state.pending.count >= block { write(&state) }
        }
    }

    /// Everything that was said is written when this returns.
    static func flush() { state.withLock { write(&$0) } }

    /// Ends what is printed. Returns why standard output did not take all of it.
    static func finish() -> Errno? {
        state.withLock { state in
            write(&state)
            erase(&state)
            return state.problem
        }
    }

    /// Shows a line on a terminal that the next one takes the place of, as far as it fits. Nothing is shown elsewhere.
    static func showLive(_ text: (_ columns: Int) -> String) {
        guard let columns = Screen.errors.columns else { return }
        state.withLock { state in
            state.isLive = true
            _ = write(Array("\r\u{1B}[K\(text(columns))".utf8)[...], to: STDERR_FILENO)
        }
    }

    static func eraseLive() { state.withLock { erase(&$0) } }

    private static func erase(_ state: inout State) {
        guard state.isLive else { return }
        state.isLive = false
        _ = write(Array("\r\u{1B}[K".utf8)[...], to: STDERR_FILENO)
    }

    private static func write(_ state: inout State) {
        guard !state.pending.isEmpty else { return }
        defer { state.pending = [] }
        guard state.problem == nil else { return }
        state.problem = write(state.pending[...], to: STDOUT_FILENO)
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: CInt) -> Errno? {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                let problem = Errno(rawValue: errno)
                if problem == .interrupted { continue }
                return problem
            }
            rest = rest.dropFirst(count)
        }
        return nil
    }
}
