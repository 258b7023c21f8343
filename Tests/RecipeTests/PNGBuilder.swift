import Testing

/// Bytes with a name for the log.
struct Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    /// What should be read from them, where that matters.
    let text: [UInt8]

    init(_ name: String, _ bytes: [UInt8], _ text: [UInt8] = []) {
        testDescription = name
        self.bytes = bytes
        self.text = text
    }
}

/// Builds PNGs chunk by chunk, with right checksums unless a test spoils them; the pixels are never looked at.
enum PNGBuilder {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    static let end = chunk("IEND", [])
    static let pixels = chunk("IDAT", zlibStored([0, 0]))

    static func png(_ chunks: [UInt8]..., width: UInt32 = 64, height: UInt32 = 64) -> [UInt8] {
        signature + header(width: width, height: height) + chunks.flatMap { $0 } + end
    }

    static func header(width: UInt32, height: UInt32) -> [UInt8] {
        chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0])
    }

    static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
    }

    static func tEXt(_ key: String, _ text: [UInt8]) -> [UInt8] { chunk("tEXt", Array(key.utf8) + [0] + text) }
    static func tEXt(_ key: String, _ text: String) -> [UInt8] { tEXt(key, Array(text.utf8)) }
    static func comf(_ key: String, _ text: String) -> [UInt8] {
        chunk("comf", Array(key.utf8) + [0] + Array(text.utf8))
    }
    static func zTXt(_ key: String, zlib: [UInt8]) -> [UInt8] { chunk("zTXt", Array(key.utf8) + [0, 0] + zlib) }

    /// With a language and a translated key, which a reader has to step over.
    static func iTXt(_ key: String, _ text: [UInt8], isCompressed: Bool = false) -> [UInt8] {
        let flags: [UInt8] = [0, isCompressed ? 1 : 0, 0]
        return chunk("iTXt", Array(key.utf8) + flags + Array("de\0Schlüssel\0".utf8) + text)
    }

    static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }

    /// A zlib stream whose one block is stored as it is; up to 65,535 bytes.
    static func zlibStored(_ bytes: [UInt8]) -> [UInt8] {
        let count = UInt16(bytes.count)
        let lengths = [count, ~count].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        var (a, b) = (UInt32(1), UInt32(0))
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return [0x78, 0x01, 0x01] + lengths + bytes + bigEndian(b << 16 | a)
    }

    /// A short zlib stream that inflates to `1 + 258 * repeats` times the letter `a`.
    static func zlibRun(repeats: Int) -> [UInt8] {
        var bits = BitWriter()
        bits.append(0b011, count: 3)  // the last block, fixed codes
        bits.appendCode(0x30 + 0x61, count: 8)  // the literal
        for _ in 0..<repeats {
            bits.appendCode(0b1100_0101, count: 8)  // a copy of 258 bytes…
            bits.appendCode(0, count: 5)  // …from one byte back
        }
        bits.appendCode(0, count: 7)  // the end of the block
        let count = 1 + 258 * repeats
        // The sums of Adler-32 for one letter repeated, in closed form.
        let a = (1 + count * 0x61) % 65_521
        let b = (count + 0x61 * (count * (count + 1) / 2 % 65_521)) % 65_521
        return [0x78, 0x01] + bits.bytes + bigEndian(UInt32(b << 16 | a))
    }
}

/// Bits as deflate packs them: from the low end of each byte.
private struct BitWriter {
    var bytes: [UInt8] = []
    private var used = 8

    mutating func append(_ value: Int, count: Int) {
        for bit in 0..<count {
            if used == 8 {
                bytes.append(0)
                used = 0
            }
            bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << UInt8(used)
            used += 1
        }
    }

    /// Huffman codes go in with their highest bit first.
    mutating func appendCode(_ code: Int, count: Int) {
        for bit in (0..<count).reversed() { append(code >> bit & 1, count: 1) }
    }
}
