extension JSON {
    /// The text of Python's `json.dumps`: blanks after commas and colons, everything but ASCII escaped, `NaN` unchanged. Signatures of
    /// records are made over these bytes.
    package func python() -> String {
        switch self {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .number(let number): number.literal
        case .string(let text): Self.quoted(text)
        case .array(let elements): "[" + elements.map { $0.python() }.joined(separator: ", ") + "]"
        case .object(let object):
            "{" + object.members.map { Self.quoted($0.key) + ": " + $0.value.python() }.joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            case 0x08: result += "\\b"
            case 0x0C: result += "\\f"
            case 0x20...0x7E: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let hex = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            }
        }
        return result + "\""
    }
}
