/// Texts that came from elsewhere, names among them, as people are shown them: whatever is printed to a terminal, a log or a card
/// goes through here, a line at a time, so that no text ends the line that it stands in or steers what shows it.
extension String {
    /// The text on one line: what would end the line, steer a terminal or turn the direction of writing stands as it does in
    /// Swift, `\n` or `\u{1B}`. To do it again changes nothing.
    package var onOneLine: String {
        // Nearly every text is plain.
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return self }
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.steersTerminals: result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The lines of a text, each as ``onOneLine``: for a text that is to be read as it was written, such as a prompt, and is
    /// indented where it is shown.
    package var shownLines: [String] {
        var lines = [""]
        var last: Unicode.Scalar?
        for scalar in unicodeScalars {
            switch scalar {
            case "\n" where last == "\r": break
            case "\n", "\r", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}": lines.append("")
            default: lines[lines.count - 1].unicodeScalars.append(scalar)
            }
            last = scalar
        }
        return lines.map(\.onOneLine)
    }
}

extension String {
    /// The lines of a text that was laid out by ``Swift/Array/shown``.
    package var lines: [String] {
        var lines = split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

extension [String] {
    /// Lines of the program's own making as one text, with a line end after each.
    package var shown: String { map { $0.onOneLine + "\n" }.joined() }
}

extension Unicode.Scalar {
    /// Control characters, direction overrides and separators of lines: they could hide or fake what a terminal shows.
    var steersTerminals: Bool {
        switch value {
        case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

/// An error that says more than one sentence: a list stands below it.
package protocol SeveralLines: Error, CustomStringConvertible {
    var lines: [String] { get }
}

extension SeveralLines {
    package var description: String { lines.joined(separator: "\n") }
}
