import Glibc

/// What standard output or standard error is connected to, which decides how text is shown.
struct Screen: Sendable {
    /// Nil if it is not a terminal.
    let columns: Int?
    /// Whether it shows colours. Source: https://no-color.org
    let hasColour: Bool

    static var output: Screen { Screen(STDOUT_FILENO) }
    static var errors: Screen { Screen(STDERR_FILENO) }

    /// The width of a terminal that does not report it.
    private static let usualColumns = 80

    private init(_ descriptor: CInt) {
        guard isatty(descriptor) == 1 else {
            (columns, hasColour) = (nil, false)
            return
        }
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        columns = isKnown ? Int(size.ws_col) : Self.usualColumns
        hasColour = Self.value("NO_COLOR") == nil && Self.value("TERM") != nil && Self.value("TERM") != "dumb"
    }

    private static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension String {
    /// How many columns it takes on a terminal: none for a combining mark, two for a wide letter. Source: UAX #11.
    var columns: Int {
        if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
        return unicodeScalars.reduce(0) { $0 + $1.columns }
    }

    /// The beginning that fits into this many columns, with a mark if something is left out.
    func cut(to limit: Int) -> String {
        guard columns > limit else { return self }
        var (kept, width) = ("", 0)
        for letter in self {
            width += String(letter).columns
            guard width < limit else { break }
            kept.append(letter)
        }
        return limit > 0 ? kept + "…" : ""
    }

    /// The same for the end, which is the telling part of a path.
    func cutInFront(to limit: Int) -> String {
        guard columns > limit else { return self }
        var (kept, width) = ([Character](), 0)
        for letter in reversed() {
            width += String(letter).columns
            guard width < limit else { break }
            kept.append(letter)
        }
        return limit > 0 ? "…" + String(kept.reversed()) : ""
    }
}

extension Unicode.Scalar {
    fileprivate var columns: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        return switch value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
