import Recipe
import Store

/// A line with coloured parts. The parts may come from anywhere: each is shown in one line, without control characters.
struct Line: ExpressibleByStringInterpolation, Sendable {
    /// The role of a part, which decides its colour on a terminal.
    enum Style: Sendable {
        case plain, good, doubtful, bad, faint

        /// Select Graphic Rendition. Source: ECMA-48, 8.3.117.
        fileprivate var code: Int? {
            switch self {
            case .plain: nil
            case .good: 32
            case .doubtful: 33
            case .bad: 31
            case .faint: 2
            }
        }
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [(text: String, style: Style)] = []

        init(literalCapacity: Int, interpolationCount: Int) {}
        mutating func appendLiteral(_ literal: String) { parts.append((literal, .plain)) }
        mutating func appendInterpolation(_ value: some CustomStringConvertible, _ style: Style = .plain) {
            parts.append((value.description, style))
        }
        mutating func appendInterpolation(_ grade: Grade) { parts.append((grade.rawValue, .init(grade))) }
    }

    private let parts: [(text: String, style: Style)]

    init(_ text: String, _ style: Style = .plain) { parts = [(text.onOneLine, style)] }
    init(stringLiteral text: String) { self.init(text) }
    init(stringInterpolation: StringInterpolation) {
        parts = stringInterpolation.parts.map { ($0.text.onOneLine, $0.style) }
    }

    var isEmpty: Bool { parts.allSatisfy(\.text.isEmpty) }
    var columns: Int { parts.total { $0.text.columns } }

    func shown(on screen: Screen) -> String {
        parts.map { part in
            guard screen.hasColour, let code = part.style.code, !part.text.isEmpty else { return part.text }
            return "\u{1B}[\(code)m\(part.text)\u{1B}[0m"
        }.joined()
    }
}

extension Line.Style {
    init(_ grade: Grade) {
        switch grade {
        case .full: self = .good
        case .approximate: self = .doubtful
        case .partial: self = .bad
        }
    }
}
