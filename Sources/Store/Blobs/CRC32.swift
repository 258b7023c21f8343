import CZlib

/// zlib's CRC-32 of bytes that arrive in pieces.
struct CRC32 {
    private var sum: uLong = 0

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        sum = crc32_z(sum, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
    }

    /// 8 upper-case hex digits.
    var value: String {
        let digits = String(UInt32(truncatingIfNeeded: sum), radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
