import Recipe

/// How a registry wants to be asked (RFC 9110, section 11): a scheme and what it says of it.
package struct Challenge: Sendable, Equatable {
    /// In lower case: `bearer`, `basic`.
    package let scheme: String
    /// By their names in lower case; of equal ones the first counts.
    package private(set) var parameters: [String: String] = [:]

    /// No header is read further. Bytes.
    private static let longest = 8192
    private static let most = 64

    /// All challenges in the `WWW-Authenticate` headers of an answer. Anything else in them is skipped.
    package static func all(in headers: [String]) -> [Challenge] {
        headers.prefix(8).flatMap { header in
            var reader = Reader(bytes: Array(header.utf8.prefix(longest)))
            return reader.challenges()
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func challenges() -> [Challenge] {
            var found: [Challenge] = []
            var parameters = 0
            while position < bytes.count, parameters < most {
                skip { $0 == UInt8(ascii: ",") || isSpace($0) }
                let word = take(isTokenByte)
                guard !word.isEmpty else {
                    // Something else: on to the next comma.
                    skip { $0 != UInt8(ascii: ",") }
                    continue
                }
                let end = position
                skip(isSpace)
                guard position < bytes.count, bytes[position] == UInt8(ascii: "="), !found.isEmpty else {
                    position = end
                    found.append(Challenge(scheme: word.lowercased()))
                    parameters += 1
                    continue
                }
                position += 1
                skip(isSpace)
                let value = value()
                let name = word.lowercased()
                if found[found.count - 1].parameters[name] == nil { found[found.count - 1].parameters[name] = value }
                parameters += 1
            }
            return found
        }

        private mutating func value() -> String {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                return take { $0 != UInt8(ascii: ",") && !isSpace($0) }
            }
            position += 1
            var text: [UInt8] = []
            while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
                text.append(bytes[position])
                position += 1
            }
            position += 1
            return String(decoding: text, as: UTF8.self)
        }

        private mutating func take(_ isPart: (UInt8) -> Bool) -> String {
            let start = position
            skip(isPart)
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        private mutating func skip(_ isPart: (UInt8) -> Bool) {
            while position < bytes.count, isPart(bytes[position]) { position += 1 }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
