/// ComfyUI's own nodes that compute words from words alone, in the same way each time.
struct ComfyStrings: Sendable {
    /// The inputs that are used.
    let texts: [String]
    /// The longest text that is computed. Bytes.
    static let limit = 1 << 20
    /// All texts of one graph that are computed from others: a few nodes can repeat a text without end. Bytes.
    static let allTexts = 16 << 20
    /// The class that compares two texts.
    static let comparison = "StringCompare"
    /// Nil if the result is not computed here.
    let result: @Sendable (ComfyGraph.Node, [String]) -> String?

    /// Source: ComfyUI 0.33's `comfy_extras/nodes_string.py`, `nodes_preview_any.py`.
    static let known: [String: ComfyStrings] = [
        "StringConcatenate": ComfyStrings(texts: ["string_a", "string_b", "delimiter"]) { _, parts in
            parts[0] + parts[2] + parts[1]
        },
        "StringReplace": ComfyStrings(texts: ["string", "find", "replace"]) { _, parts in
            parts[1].isEmpty ? nil : parts[0].bytesReplaced(parts[1], with: parts[2], limit: limit)
        },
        "StringTrim": ComfyStrings(texts: ["string"]) { node, parts in
            let text = parts[0].unicodeScalars
            let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
            let mode = node.inputs["mode"]?.string
            let start = mode == "Right" ? text[...] : text.drop(while: isBlank)
            if mode == "Left" { return String(start) }
            guard let end = start.lastIndex(where: { !isBlank($0) }) else { return "" }
            return String(start[...end])
        },
        "StringSubstring": ComfyStrings(texts: ["string"]) { node, parts in
            // By code points; negative numbers count from the end.
            guard let start = node.inputs["start"]?.number?.int, let end = node.inputs["end"]?.number?.int else {
                return nil
            }
            let text = Array(parts[0].unicodeScalars)
            let place = { (index: Int) in min(max(index < 0 ? text.count + index : index, 0), text.count) }
            guard place(start) < place(end) else { return "" }
            var cut = String.UnicodeScalarView()
            cut.append(contentsOf: text[place(start)..<place(end)])
            return String(cut)
        },
        "CaseConverter": ComfyStrings(texts: ["string"]) { node, parts in
            switch node.inputs["mode"]?.string {
            case "UPPERCASE": parts[0].uppercased()
            case "lowercase": parts[0].lowercased()
            default: nil
            }
        },
        "TextToLowercase": ComfyStrings(texts: ["texts"]) { _, parts in parts[0].lowercased() },
        "TextToUppercase": ComfyStrings(texts: ["texts"]) { _, parts in parts[0].uppercased() },
        "AddTextPrefix": ComfyStrings(texts: ["texts", "prefix"]) { _, parts in parts[1] + parts[0] },
        "AddTextSuffix": ComfyStrings(texts: ["texts", "suffix"]) { _, parts in parts[0] + parts[1] },
        "JsonExtractString": ComfyStrings(texts: ["json_string", "key"]) { _, parts in
            guard let object = (try? JSONParser.parse(parts[0]))?.object else { return "" }
            return object[parts[1]].flatMap { $0 == .null ? nil : pythonText($0) } ?? ""
        },
        "PreviewAny": ComfyStrings(texts: ["source"]) { _, parts in parts[0] },
    ]
}

/// A value as Python's `str` writes it; nil if it would have to be written differently from the JSON.
private func pythonText(_ value: JSON, isInside: Bool = false) -> String? {
    switch value {
    case .null: return "None"
    case .bool(let value): return value ? "True" : "False"
    case .number(let number):
        return number.isInteger || Double(number.literal)?.description == number.literal ? number.literal : nil
    case .string(let text):
        guard isInside else { return text }
        return text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "'" && $0 != "\\" && $0.value < 0x7F }
            ? "'\(text)'" : nil
    case .array(let elements):
        let parts = elements.compactMap { pythonText($0, isInside: true) }
        return parts.count == elements.count ? "[" + parts.joined(separator: ", ") + "]" : nil
    case .object(let object):
        let parts = object.members.compactMap { member in
            pythonText(.string(member.key), isInside: true).flatMap { key in
                pythonText(member.value, isInside: true).map { "\(key): \($0)" }
            }
        }
        return parts.count == object.members.count ? "{" + parts.joined(separator: ", ") + "}" : nil
    }
}

extension String {
    /// Nil if it would be longer than `limit` bytes: with a few such nodes, a text can grow without bound.
    fileprivate func bytesReplaced(_ part: String, with other: String, limit: Int) -> String? {
        let places = places(of: part)
        guard places.count * other.utf8.count <= limit else { return nil }
        var result = ""
        var rest = startIndex
        for range in places {
            result += self[rest..<range.lowerBound] + other
            rest = range.upperBound
        }
        return result + self[rest...]
    }
}
