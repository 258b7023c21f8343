/// A piece of a page. It is made of literals of this program and of texts, which are escaped where they come in: whatever a prompt or a
/// file name says, it is shown and means nothing. This file and ``Address`` alone make markup out of text.
struct HTML: Sendable {
    private(set) var markup = ""

    /// Markup of the program itself; nothing that was read from anywhere can be a literal.
    init(literal: StaticString) { markup = literal.description }

    init(text: String) { Self.escape(text, to: &markup) }

    init(_ parts: [HTML]) { for part in parts { markup += part.markup } }

    fileprivate init(_ name: StaticString, _ attributes: [Attribute], content: HTML?) {
        markup = "<\(name)"
        for attribute in attributes { markup += attribute.markup }
        markup += ">"
        guard let content else { return }
        markup += content.markup
        markup += "</\(name)>"
    }

    /// Escapes the characters that would end a text or an attribute. Characters that no document may hold become U+FFFD.
    fileprivate static func escape(_ text: String, to markup: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": markup += "&amp;"
            case "<": markup += "&lt;"
            case ">": markup += "&gt;"
            case "\"": markup += "&quot;"
            case "'": markup += "&#39;"
            case "\t", "\n": markup.unicodeScalars.append(scalar)
            case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}": markup += "\u{FFFD}"
            // A text that runs from right to left ends with its element (`unicode-bidi: isolate`), but marks of direction within it could
            // turn a name around.
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": markup += "\u{FFFD}"
            default: markup.unicodeScalars.append(scalar)
            }
        }
    }
}

/// An attribute, escaped as its text comes in.
struct Attribute: Sendable {
    let markup: String

    /// The attributes that take a text. Addresses, styles and handlers are not among them: an address is an ``Address``, and the page's
    /// policy forbids the others.
    init(_ name: StaticString, _ value: String = "") {
        assert(!["href", "src", "action", "style", "srcset"].contains(name.description))
        assert(!name.description.hasPrefix("on"))
        self.init(name: name, value)
    }

    private init(name: StaticString, _ value: String) {
        var text = " \(name)"
        if !value.isEmpty {
            text += "=\""
            HTML.escape(value, to: &text)
            text += "\""
        }
        markup = text
    }

    static func `class`(_ names: StaticString) -> Attribute { Attribute("class", names.description) }
    static func id(_ name: StaticString) -> Attribute { Attribute("id", name.description) }
    static func role(_ name: StaticString) -> Attribute { Attribute("role", name.description) }
    static func label(_ text: String) -> Attribute { Attribute("aria-label", text) }
    static func type(_ name: StaticString) -> Attribute { Attribute("type", name.description) }
    static func name(_ name: StaticString) -> Attribute { Attribute("name", name.description) }
    static func href(_ address: Address) -> Attribute { Attribute(name: "href", address.text) }
    static func src(_ address: Address) -> Attribute { Attribute(name: "src", address.text) }
    static func action(_ address: Address) -> Attribute { Attribute(name: "action", address.text) }
}

/// An element with what is in it.
func tag(_ name: StaticString, _ attributes: Attribute..., @HTMLBuilder content: () -> HTML = { HTML([]) }) -> HTML {
    HTML(name, attributes, content: content())
}

/// The same with attributes that are there or not.
func tag(_ name: StaticString, _ attributes: [Attribute], @HTMLBuilder content: () -> HTML = { HTML([]) }) -> HTML {
    HTML(name, attributes, content: content())
}

/// An element that has no end, such as `img`.
func void(_ name: StaticString, _ attributes: Attribute...) -> HTML { HTML(name, attributes, content: nil) }
func void(_ name: StaticString, _ attributes: [Attribute]) -> HTML { HTML(name, attributes, content: nil) }

@resultBuilder
enum HTMLBuilder {
    static func buildExpression(_ text: String) -> HTML { HTML(text: text) }
    static func buildExpression(_ part: HTML) -> HTML { part }
    static func buildExpression(_ part: HTML?) -> HTML { part ?? HTML([]) }
    static func buildBlock(_ parts: HTML...) -> HTML { HTML(parts) }
    static func buildOptional(_ part: HTML?) -> HTML { part ?? HTML([]) }
    static func buildEither(first: HTML) -> HTML { first }
    static func buildEither(second: HTML) -> HTML { second }
    static func buildArray(_ parts: [HTML]) -> HTML { HTML(parts) }
}
