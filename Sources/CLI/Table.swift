import Glibc
import Recipe

/// A listing as it is printed: JSON objects one by one in an array, or lines for people.
struct Table {
    private let asJSON: Bool
    private var isEmpty = true

    init(asJSON: Bool) { self.asJSON = asJSON }

    mutating func row(_ line: String, _ json: JSON) { row(asJSON ? json.compact() : line) }

    /// A row that is written already: JSON or a line, as the table is.
    mutating func row(_ text: String) {
        if asJSON {
            Terminal.say(part: (isEmpty ? "[\n  " : ",\n  ") + text)
        } else {
            Terminal.say(text)
        }
        isEmpty = false
    }

    func finish(empty message: String) {
        if asJSON { Terminal.say(part: isEmpty ? "[]\n" : "\n]\n") } else if isEmpty { Terminal.complain(message) }
    }
}
