import Glibc
import Recipe
import Synchronization
import SystemPackage

/// All output of commands: results go to standard output, everything else to standard error. Nothing else in the program prints.
///
/// Names and texts come from anywhere, so each line is printed as one line without control characters. On a terminal the last line may be a
/// live one, which the next live line or any other output replaces.
enum Terminal {
    private struct State {
        /// Printed, but not yet written to standard output.
        var pending: [UInt8] = []
        /// Why standard output accepts no more.
        var problem: Errno?
        var isLive = false
    }

    private static let state = Mutex(State())
    /// How much of a listing is written at once. Bytes.
    private static let block = 32 << 10

    static func say(_ line: String) { say([line]) }
    static func say(_ line: Line) { output(line.shown(on: .output) + "\n") }
    static func say(_ lines: [String]) { output(lines.shown) }
    static func say(_ json: JSON) { output(json.formatted()) }
    /// A text with its own layout of lines, such as a card.
    static func say(text: String) { say(text.lines) }
    /// A part of a listing; ``flush()`` ends it.
    static func say(part: String) { output(part, isPart: true) }

    static func complain(_ line: String) { complain([line]) }
    static func complain(_ lines: [String]) { complain(shown: lines.shown) }
    /// An error, and the item that it is about.
    static func complain(_ error: any Error, of what: String? = nil) {
        let lines = FailureReport(error).lines
        let about = what.map { $0 + ": " } ?? ""
        let first: Line = "\("reprofs:", .bad) \(about + lines[0])"
        complain(shown: first.shown(on: .errors) + "\n" + Array(lines.dropFirst()).shown)
    }

    private static func complain(shown text: String) {
        state.withLock { state in
            // Earlier output must appear first.
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

    /// Returns when all output is written.
    static func flush() { state.withLock { write(&$0) } }

    /// Ends the output. Returns why standard output did not accept all of it.
    static func finish() -> Errno? {
        state.withLock { state in
            write(&state)
            erase(&state)
            return state.problem
        }
    }

    /// Shows a live line on a terminal, cut to its width. Does nothing if there is no terminal.
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
