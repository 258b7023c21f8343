/// Removes secrets from what leaves the store: values of inputs whose names say that they are keys, and texts that look like keys.
package enum Redaction {
    /// Replaces a secret.
    package static let mark = "[redacted]"

    private static let words = [
        "apikey", "token", "secret", "passw", "credential", "authorization", "bearer", "cookie",
    ]
    /// Inputs that count tokens.
    private static let harmless = [
        "maxtoken", "numtoken", "mintoken", "contexttoken", "tokencount", "tokenlimit", "tokeniz", "tokennorm",
        "tokens",
    ]
    /// The prefixes of well-known services' keys, and how many characters follow at least.
    private static let keys: [(prefix: String, length: Int)] = [
        ("sk-", 16), ("hf_", 16), ("ghp_", 20), ("gho_", 20), ("ghs_", 20), ("ghu_", 20), ("github_pat_", 20),
        ("AKIA", 16),
        ("xoxb-", 10), ("xoxp-", 10), ("eyJ", 40),
    ]

    /// Whether an input or an argument of this name holds a secret.
    package static func isSecret(_ name: String) -> Bool {
        let plain = String(name.lowercased().filter { $0.isLetter || $0.isNumber })
        return words.contains { plain.holds($0) } && !harmless.contains { plain.holds($0) }
    }

    /// A graph, canvas or other document without the secrets that `graph` names, and without texts that look like secrets.
    package static func clean(_ document: JSON, secretsOf graph: JSON?) -> JSON {
        var secrets: Set<String> = []
        for (_, node) in graph?.object?.members ?? [] {
            for (input, value) in node["inputs"]?.object?.members ?? [] where isSecret(input) {
                if let text = value.string, text.count >= 4 { secrets.insert(text) }
            }
        }
        return clean(document, secrets.sorted { $0.count > $1.count })
    }

    private static func clean(_ value: JSON, _ secrets: [String]) -> JSON {
        switch value {
        case .string(let text): return .string(clean(text, secrets))
        case .array(let values): return .array(values.map { clean($0, secrets) })
        case .object(let object):
            var cleaned = JSON.Object()
            for (key, value) in object.members {
                let isHidden = isSecret(key) && value.string.map { $0.count >= 4 } == true
                cleaned.append(key, isHidden ? .string(mark) : clean(value, secrets))
            }
            return .object(cleaned)
        default: return value
        }
    }

    /// A command line without the values of arguments whose names say that they are secret.
    package static func arguments(_ arguments: [String]) -> [String] {
        var hidesNext = false
        return arguments.map { argument in
            if hidesNext, !argument.hasPrefix("-") {
                hidesNext = false
                return mark
            }
            let name = String(argument.prefix { $0 != "=" })
            let isSecret = argument.hasPrefix("-") && isSecret(name)
            hidesNext = isSecret && name == argument
            return isSecret && name != argument ? "\(name)=\(mark)" : clean(argument)
        }
    }

    /// A text without these secrets, and without texts that look like keys.
    package static func clean(_ text: String, _ secrets: [String] = []) -> String {
        var text = text
        for secret in secrets where text.holds(secret) { text = replaced(text, text.places(of: secret)) }
        for (prefix, length) in keys where text.holds(prefix) {
            let places = text.places(of: prefix).compactMap { place -> Range<String.Index>? in
                // A key is a word of its own, not a part of another word.
                if place.lowerBound > text.startIndex {
                    let before = text[text.index(before: place.lowerBound)]
                    if before.isLetter || before.isNumber || before == "_" || before == "-" { return nil }
                }
                let rest = text[place.upperBound...].prefix {
                    ($0.isASCII && ($0.isLetter || $0.isNumber)) || "_-.".contains($0)
                }
                return rest.count >= length ? place.lowerBound..<rest.endIndex : nil
            }
            text = replaced(text, places)
        }
        return text
    }

    private static func replaced(_ text: String, _ places: [Range<String.Index>]) -> String {
        var result = ""
        var last = text.startIndex
        for place in places where place.lowerBound >= last {
            result += text[last..<place.lowerBound] + mark
            last = place.upperBound
        }
        return result + text[last...]
    }
}
