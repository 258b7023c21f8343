extension JSON {
    /// The text for people and programs: two blanks a level, order kept, numbers as written, `NaN` as null.
    ///
    /// Control characters and direction overrides are escaped, so that a hostile prompt cannot steer a terminal.
    package func formatted() -> String {
        var writer = JSONWriter(canonical: false)
        writer.write(self, level: 0)
        return writer.text + "\n"
    }

    /// The text on one line, otherwise as ``formatted()``.
    package func compact() -> String {
        var writer = JSONWriter(canonical: false, indents: false)
        writer.write(self, level: 0)
        return writer.text
    }

    /// The canonical form of RFC 8785, but with integers exact beyond 2^53: 64-bit seeds do not fit a double.
    package func canonical() -> String {
        var writer = JSONWriter(canonical: true, indents: false)
        writer.write(self, level: 0)
        return writer.text
    }
}

private struct JSONWriter {
    /// UTF-8: appending to an array takes a third of the time of appending to a String.
    private var bytes: [UInt8] = []
    private let canonical: Bool
    private let indents: Bool

    var text: String { String(decoding: bytes, as: UTF8.self) }

    init(canonical: Bool, indents: Bool = true) {
        self.canonical = canonical
        self.indents = indents
    }

    mutating func write(_ value: JSON, level: Int) {
        switch value {
        case .null: append("null")
        case .bool(let bool): append(bool ? "true" : "false")
        case .number(let number): append(canonical ? canonicalNumber(number) : plainNumber(number))
        case .string(let string): write(string)
        case .array(let elements): write(elements, in: ("[", "]"), level: level) { $0.write($1, level: level + 1) }
        case .object(let object):
            let members = canonical ? sorted(object.members) : object.members
            write(members, in: ("{", "}"), level: level) { writer, member in
                writer.write(member.key)
                writer.append(writer.indents ? ": " : ":")
                writer.write(member.value, level: level + 1)
            }
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func write<Element>(
        _ elements: [Element], in brackets: (String, String), level: Int, each: (inout JSONWriter, Element) -> Void
    ) {
        append(brackets.0)
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            newline(level + 1)
            each(&self, element)
        }
        if !elements.isEmpty { newline(level) }
        append(brackets.1)
    }

    private mutating func newline(_ level: Int) {
        guard indents else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }

    private mutating func write(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        // Most strings need no escape.
        let isPlain = { (text: UnsafeBufferPointer<UInt8>) in
            text.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        }
        if string.utf8.withContiguousStorageIfAvailable(isPlain) == true {
            append(string)
        } else {
            escape(string)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ string: String) {
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            case "\u{8}": append("\\b")
            case "\u{C}": append("\\f")
            case _ where scalar.value < 0x20 || (!canonical && scalar.steersTerminals):
                let hex = String(scalar.value, radix: 16)
                append("\\u" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex)
            default: bytes.append(contentsOf: Character(scalar).utf8)
            }
        }
    }

    /// RFC 8785 sorts by UTF-16 code units; of equal keys only the one that counts stays.
    private func sorted(_ members: [(key: String, value: JSON)]) -> [(key: String, value: JSON)] {
        // Not keyed by String: that takes two compositions of one accent for equal.
        var last: [[UInt16]: (key: String, value: JSON)] = [:]
        for member in members { last[Array(member.key.utf16)] = member }
        return last.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    private func plainNumber(_ number: JSON.Number) -> String {
        number.isInteger || number.double != nil ? number.literal : "null"
    }

    private func canonicalNumber(_ number: JSON.Number) -> String {
        if number.isInteger { return canonicalInteger(number.literal) }
        guard let double = number.double else { return "null" }
        return ecmaScript(double)
    }

    private func canonicalInteger(_ literal: String) -> String {
        let digits = literal.drop { $0 == "-" || $0 == "0" }
        if digits.isEmpty { return "0" }
        return (literal.hasPrefix("-") ? "-" : "") + digits
    }

    /// ECMAScript's Number::toString, from the shortest digits that round-trip, which Swift's description gives.
    private func ecmaScript(_ double: Double) -> String {
        if double == 0 { return "0" }
        let parts = double.magnitude.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var point = mantissa[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        let all = String(mantissa[0] + fraction)
        var digits = String(all.drop { $0 == "0" })
        point -= all.count - digits.count
        while digits.hasSuffix("0") { digits.removeLast() }
        let sign = double < 0 ? "-" : ""
        let count = digits.count
        switch point {
        case count...21 where count <= 21: return sign + digits + String(repeating: "0", count: point - count)
        case 1...21: return sign + digits.prefix(point) + "." + digits.dropFirst(point)
        case -5...0: return sign + "0." + String(repeating: "0", count: -point) + digits
        default:
            let exponent = point - 1
            let tail = digits.count > 1 ? "." + digits.dropFirst() : ""
            return sign + digits.prefix(1) + tail + "e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
        }
    }
}
