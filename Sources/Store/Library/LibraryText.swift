package import Recipe

/// The text of the search box: words, `"phrases"`, `-words`, `seed:42`, `model:dream*`, `since:2026-10`, `until:2026-11-05`.
package struct LibraryText: Sendable, Equatable {
    /// A word or a phrase. A word that ends in `*` matches all words that begin with it.
    package struct Term: Sendable, Equatable {
        /// Where it is searched.
        package enum Place: Sendable { case anywhere, seed, model }
        package var place: Place
        package var text: String
        package var isBeginning = false
        package var isExcluded = false
    }

    package private(set) var terms: [Term] = []
    /// Images made at this moment or later.
    package private(set) var since: Timestamp?
    /// Images made before this moment: `until:2026-10` includes that month.
    package private(set) var until: Timestamp?
    /// What could not be understood, a sentence each; the rest applies.
    package private(set) var problems: [String] = []

    package init(_ text: String) {
        for token in Self.tokens(text) { read(token) }
    }

    private struct Token {
        var text = ""
        /// The length of the part before the first quotation mark; nil if there is none.
        var plain: Int?
        var isEmpty: Bool { text.isEmpty && plain == nil }
    }

    /// Splits at blanks outside quotation marks. A quotation that is not closed extends to the end.
    private static func tokens(_ text: String) -> [Token] {
        var tokens: [Token] = []
        var token = Token()
        var isQuoted = false
        for character in text.prefix(limit) {
            if character == "\"" {
                if !isQuoted, token.plain == nil { token.plain = token.text.utf8.count }
                isQuoted.toggle()
            } else if character.isWhitespace || character == "\0", !isQuoted {
                if !token.isEmpty { tokens.append(token) }
                token = Token()
            } else {
                // SQLite takes a C string, which a NUL would end.
                token.text.append(character == "\0" ? " " : character)
            }
        }
        if !token.isEmpty { tokens.append(token) }
        return tokens
    }

    /// The longest text that is searched for. Characters.
    private static let limit = 1000

    private mutating func read(_ token: Token) {
        var rest = token.text.utf8[...]
        var plain = token.plain ?? rest.count
        var isExcluded = false
        if plain > 0, rest.first == UInt8(ascii: "-") {
            isExcluded = true
            rest = rest.dropFirst()
            plain -= 1
        }
        let letters = rest.prefix(plain).prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }
        let colon = UInt8(ascii: ":")
        guard !letters.isEmpty, letters.count < plain, rest.dropFirst(letters.count).first == colon else {
            return add(.anywhere, String(rest) ?? "", token, isExcluded)
        }
        let value = String(rest.dropFirst(letters.count + 1)) ?? ""
        read(key: String(letters) ?? "", value, token, isExcluded)
    }

    private mutating func read(key: String, _ value: String, _ token: Token, _ isExcluded: Bool) {
        guard ["seed", "model", "since", "until"].contains(key) else {
            problems.append(
                "'\(key):' is none of 'seed:', 'model:', 'since:' and 'until:'. In quotation marks it is searched for as text."
            )
            return
        }
        guard !value.isEmpty else {
            problems.append("'\(key):' has no value behind it.")
            return
        }
        switch key {
        case "model": add(.model, value, token, isExcluded)
        case "seed":
            guard value.utf8.allSatisfy(\.isASCIIDigit) else {
                problems.append("'\(value)' is not a seed, which has digits alone.")
                return
            }
            add(.seed, value, token, isExcluded)
        default:
            guard !isExcluded, let (first, end) = Self.span(value) else {
                problems.append(
                    isExcluded
                        ? "'-\(key):' is not possible: 'since:' and 'until:' are each other's opposite."
                        : "'\(value)' is not a date such as 2026, 2026-10 or 2026-10-05.")
                return
            }
            if key == "since" { since = max(first, since ?? first) } else { until = min(end, until ?? end) }
        }
    }

    private mutating func add(_ place: Term.Place, _ text: String, _ token: Token, _ isExcluded: Bool) {
        let isBeginning = token.plain == nil && text.utf8.last == UInt8(ascii: "*")
        let text = isBeginning ? String(text.dropLast()) : text
        // A text without letters and digits is not a word, and is in no index.
        guard text.unicodeScalars.contains(where: { $0.properties.isAlphabetic || $0.properties.numericType != nil })
        else {
            problems.append("'\(text)' has no letter and no digit to search for.")
            return
        }
        terms.append(Term(place: place, text: text, isBeginning: isBeginning, isExcluded: isExcluded))
    }

    /// When a year, a month or a day begins, and when it ends.
    private static func span(_ text: String) -> (Timestamp, Timestamp)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let year = Int(parts[0]), parts[0].utf8.count == 4 else { return nil }
        switch parts.count {
        case 1: return span(LibraryMonth("\(parts[0])-01"), LibraryMonth(number: (year + 1) * 12))
        case 2: return LibraryMonth(text).flatMap { span($0, $0.next) }
        default:
            guard let day = Timestamp(rfc3339: text), text.utf8.count == 10 else { return nil }
            return (day, Timestamp(seconds: day.seconds + 86_400, nanoseconds: 0))
        }
    }

    private static func span(_ first: LibraryMonth?, _ end: LibraryMonth) -> (Timestamp, Timestamp)? {
        guard let beginning = first?.beginning, let end = end.beginning else { return nil }
        return (beginning, end)
    }
}
