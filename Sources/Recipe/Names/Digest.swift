/// The SHA-256 of some bytes: the name of a blob. 32 bytes.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// Always 32.
    package let bytes: [UInt8]

    /// Nil unless there are 32 bytes.
    package init?(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        guard self.bytes.count == 32 else { return nil }
    }

    /// Nil unless `hex` is 64 hexadecimal digits, in either case.
    package init?(hex: some StringProtocol) {
        guard let prefix = DigestPrefix(hex: hex), prefix.digits == 64 else { return nil }
        bytes = prefix.low
    }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { hexadecimal(bytes) }
    /// The first 10 hex digits, by which A1111 and Civitai know a file.
    package var autoV2: String { String(hex.prefix(10)) }
    package var description: String { hex }

    /// A line in the format of `sha256sum`: it begins with a backslash if a character of the path is escaped.
    package func line(for path: String) -> String {
        var escaped = ""
        for scalar in path.unicodeScalars {
            switch scalar {
            case "\\": escaped += #"\\"#
            case "\n": escaped += #"\n"#
            case "\r": escaped += #"\r"#
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        let mark = escaped.utf8.count == path.utf8.count ? "" : #"\"#
        return "\(mark)\(hex)  \(escaped)\n"
    }
}

/// The first digits of a digest, as people type them. Digests with this prefix are those from `low` to `high`.
package struct DigestPrefix: Hashable, Sendable {
    /// How many hexadecimal digits are known.
    package let digits: Int
    /// The prefix filled up with zeros: the lower bound for a look-up in order.
    package let low: [UInt8]
    /// The prefix filled up with ones: the upper bound.
    package let high: [UInt8]

    /// Nil unless `hex` is 1 to 64 hexadecimal digits.
    package init?(hex: some StringProtocol) {
        let ascii = Array(hex.utf8)
        guard (1...64).contains(ascii.count) else { return nil }
        var low = [UInt8](repeating: 0, count: 32)
        var high = [UInt8](repeating: 0xFF, count: 32)
        for (index, byte) in ascii.enumerated() {
            guard let digit = hexValue(byte) else { return nil }
            let shift = index % 2 == 0 ? 4 : 0
            low[index / 2] |= digit << shift
            high[index / 2] &= ~(0x0F << shift) | digit << shift
        }
        digits = ascii.count
        self.low = low
        self.high = high
    }
}

/// Lower-case hexadecimal digits of `bytes`.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// The value of one hexadecimal digit in ASCII, either case.
func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
}

/// The byte that two hexadecimal digits in ASCII stand for; nil if either is not one.
package func hexByte(_ high: UInt8, _ low: UInt8) -> UInt8? {
    guard let high = hexValue(high), let low = hexValue(low) else { return nil }
    return high << 4 | low
}
