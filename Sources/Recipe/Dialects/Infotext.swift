/// The text that A1111 and its family write under `parameters`: the prompt, the negative prompt, and a last line of
/// `Key: value` pairs. Source: A1111's `infotext_utils.py`.
struct Infotext {
    private(set) var positive: String
    private(set) var negative: String
    /// The pairs of the last line, in their order.
    private(set) var pairs: [(key: String, value: String)]

    /// Nil if no line of the text has at least three pairs.
    init?(_ text: String) {
        // By Unicode scalars: as a character, `\r\n` is not `\n`, and other line ends belong to the prompt.
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.last == "\r" ? line.dropLast() : line)
        }
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        guard let last = lines.popLast() else { return nil }
        var tail = last
        // Some tools put everything on one line.
        if let steps = last.places(of: "Steps: ").last, steps.lowerBound > last.startIndex {
            tail = String(last[steps.lowerBound...])
            lines.append(String(last[..<steps.lowerBound]))
        }
        pairs = Self.pairs(tail)
        guard pairs.count >= 3 else { return nil }
        let words = lines.joined(separator: "\n")
        if let mark = words.places(of: "Negative prompt:").first {
            positive = Self.trimmed(words[..<mark.lowerBound])
            negative = Self.trimmed(words[mark.upperBound...])
        } else {
            positive = Self.trimmed(words[...])
            negative = ""
        }
    }

    /// The value of a key, ignoring case: `CFG scale`, `CFG Scale`.
    subscript(key: String) -> String? {
        (pairs.first { $0.key == key } ?? pairs.first { NamedValues.plain($0.key) == NamedValues.plain(key) })?.value
    }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank = { (character: Character) in character.isWhitespace || character == "," }
        let start = text.drop(while: isBlank)
        return String(start.reversed().drop(while: isBlank).reversed())
    }

    /// Reads `Key: value, Key: "quoted, value", Key: {"json": …}`; what is not a pair is skipped to the next comma.
    private static func pairs(_ line: String) -> [(key: String, value: String)] {
        var found: [(key: String, value: String)] = []
        var rest = line[...]
        while !rest.isEmpty {
            rest = rest.drop { $0.isWhitespace || $0 == "," }
            let key = rest.prefix { $0.isLetter || $0.isNumber || " _-/".contains($0) }
            guard !key.isEmpty, rest.dropFirst(key.count).first == ":" else {
                let part = rest.prefix { $0 != "," }
                rest = rest.dropFirst(part.count)
                // SD.Next separates hashes by commas.
                if found.last?.key == "LoRA hashes", part.allSatisfy({ $0.isHexDigit || $0 == " " }) {
                    found[found.count - 1].value += ", " + part
                }
                continue
            }
            rest = rest.dropFirst(key.count + 1).drop { $0 == " " }
            let value = take(&rest)
            found.append((String(key), value))
        }
        return found
    }

    private static func take(_ rest: inout Substring) -> String {
        switch rest.first {
        case "\"":
            let quoted = quotedLength(rest)
            defer { rest = rest.dropFirst(quoted) }
            let text = String(rest.prefix(quoted))
            return (try? JSONParser.parse(text))?.string ?? text
        case "{", "[":
            let length = balancedLength(rest)
            defer { rest = rest.dropFirst(length) }
            return String(rest.prefix(length))
        default:
            let plain = rest.prefix(plainLength(rest))
            rest = rest.dropFirst(plain.count)
            return trimmed(plain)
        }
    }

    /// The characters up to the comma that ends a value without quotes. A comma in brackets does not end it if the brackets close before
    /// the next key: `model [v1, overfit](hash)`.
    private static func plainLength(_ text: Substring) -> Int {
        let first = text.prefix { $0 != "," }.count
        var depth = 0
        var count = 0
        for character in text {
            if character == "," && depth == 0 { return count }
            if character == ":" && count > first { return first }
            if character == "[" || character == "(" { depth += 1 }
            if character == "]" || character == ")" { depth = max(0, depth - 1) }
            count += 1
        }
        return depth == 0 ? count : first
    }

    /// The characters up to the closing quote, and the quote.
    private static func quotedLength(_ text: Substring) -> Int {
        var isEscaped = false
        var count = 1
        for character in text.dropFirst() {
            count += 1
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                return count
            }
        }
        return count
    }

    /// The characters up to the bracket that closes the first one, and that bracket; commas and quotes inside do not count.
    private static func balancedLength(_ text: Substring) -> Int {
        var depth = 0
        var count = 0
        var isQuoted = false
        var isEscaped = false
        for character in text {
            count += 1
            if isEscaped {
                isEscaped = false
            } else if isQuoted {
                if character == "\\" { isEscaped = true } else if character == "\"" { isQuoted = false }
            } else if character == "\"" {
                isQuoted = true
            } else if character == "{" || character == "[" {
                depth += 1
            } else if character == "}" || character == "]" {
                depth -= 1
                if depth == 0 { return count }
            }
        }
        return count
    }
}
