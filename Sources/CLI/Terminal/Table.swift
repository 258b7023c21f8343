import Glibc
import Recipe

/// A printed listing: JSON objects one by one in an array, or aligned columns for people.
///
/// A listing may have very many rows, so they are printed in batches. Each batch is aligned by itself, with columns at least as wide as
/// those of the batch before. The last column is usually a name, which people copy, so it is never cut: if a row is wider than the
/// terminal, its last column goes on a line of its own.
struct Table {
    /// A finished row, in the table's format.
    enum Row: Sendable {
        case json(String)
        case cells([Line])
    }

    /// How a column is aligned; numbers to the right.
    enum Alignment { case left, right }

    private static let gap = "  "

    private let asJSON: Bool
    private let schema: DocumentSchema?
    private let batch: Int
    private let alignments: [Alignment]
    private let screen = Screen.output
    private var isEmpty = true
    private var waiting: [[Line]] = []
    private var widths: [Int]

    /// `columns` are all but the last, which is not padded. As JSON, each row is a document of `schema`. `atOnce`: rows are printed without
    /// waiting for others.
    init(_ columns: [Alignment], asJSON: Bool = false, of schema: DocumentSchema? = nil, atOnce: Bool = false) {
        self.asJSON = asJSON
        self.schema = schema
        batch = atOnce ? 1 : 256
        alignments = columns
        widths = columns.map { _ in 0 }
    }

    mutating func row(_ cells: Line..., json: JSON) {
        row(asJSON ? .json((schema?.document(json) ?? json).compact()) : .cells(cells))
    }

    mutating func row(_ row: Row) {
        switch row {
        case .json(let text): Terminal.say(part: (isEmpty ? "[\n  " : ",\n  ") + text)
        case .cells(let cells):
            waiting.append(cells)
            if waiting.count == batch { write() }
        }
        isEmpty = false
    }

    /// Ends the listing; if it was empty, prints `message` on standard error.
    mutating func finish(empty message: String? = nil) {
        write()
        if asJSON { Terminal.say(part: isEmpty ? "[]\n" : "\n]\n") }
        Terminal.flush()
        if isEmpty, !asJSON, let message { Terminal.complain(message) }
    }

    private mutating func write() {
        for row in waiting {
            for (index, cell) in row.dropLast().enumerated() where index < widths.count {
                widths[index] = max(widths[index], cell.columns)
            }
        }
        for row in waiting { Terminal.say(part: text(row)) }
        waiting = []
        if batch == 1 { Terminal.flush() }
    }

    private func text(_ row: [Line]) -> String {
        guard let last = row.last else { return "\n" }
        var parts: [String] = []
        var width = 0
        for (index, cell) in row.dropLast().enumerated() where index < widths.count && widths[index] > 0 {
            let room = String(repeating: " ", count: widths[index] - cell.columns)
            let shown = cell.shown(on: screen)
            parts.append(alignments[index] == .right ? room + shown : shown + room)
            width += widths[index] + Self.gap.utf8.count
        }
        if let columns = screen.columns, width + last.columns > columns, !parts.isEmpty {
            return trimmed(parts.joined(separator: Self.gap)) + "\n" + Self.gap + last.shown(on: screen) + "\n"
        }
        return trimmed((parts + [last.shown(on: screen)]).joined(separator: Self.gap)) + "\n"
    }

    private func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
