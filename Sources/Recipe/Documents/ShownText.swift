/// How texts from elsewhere, including names, are shown to people: everything that is printed to a terminal, a log or a card goes through
/// here, line by line, so that no text can end its line or control a terminal.
extension String {
    /// The text on one line: characters that would end the line, control a terminal or change the direction of writing are escaped as in
    /// Swift, `\n` or `\u{1B}`. Applying it again changes nothing.
    package var onOneLine: String {
        // Most texts need no change.
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

    /// The lines of a text, each as ``onOneLine``: for texts with lines of their own, such as prompts, which are indented when they are
    /// shown.
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
    /// The lines of a text that was made by ``Swift/Array/shown``.
    package var lines: [String] {
        var lines = split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

extension [String] {
    /// Lines that the program made, as one text with a line end after each.
    package var shown: String { map { $0.onOneLine + "\n" }.joined() }
}

extension Unicode.Scalar {
    /// Control characters, direction overrides and line separators, which could hide or fake what a terminal shows.
    var steersTerminals: Bool {
        switch value {
        case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

/// An error with more than one line: a list follows the sentence.
package protocol SeveralLines: Error, CustomStringConvertible {
    var lines: [String] { get }
}

extension SeveralLines {
    package var description: String { lines.joined(separator: "\n") }
}
