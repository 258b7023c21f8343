import COpenSSL

/// The bytes of a base64 text; nil if it is not one.
package func base64(_ text: some StringProtocol) -> [UInt8]? {
    let input = Array(text.utf8.filter { $0 > 0x20 })
    guard !input.isEmpty, input.count % 4 == 0, input.count <= Int32.max else { return nil }
    var output = [UInt8](repeating: 0, count: input.count / 4 * 3)
    let count = EVP_DecodeBlock(&output, input, Int32(input.count))
    guard count >= 0 else { return nil }
    // libcrypto counts a byte for each `=`.
    return Array(output.prefix(Int(count) - input.suffix(2).count { $0 == UInt8(ascii: "=") }))
}
