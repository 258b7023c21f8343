import Recipe
import Testing

@Suite struct `A digest` {
    static let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    @Test func `is what its hexadecimal digits say`() throws {
        let digest = try #require(Digest(hex: Self.hex))
        #expect(digest.bytes.count == 32)
        #expect(digest.bytes.prefix(4) == [0xE3, 0xB0, 0xC4, 0x42])
        #expect(digest.hex == Self.hex)
        #expect(digest.description == Self.hex)
    }

    @Test func `is written in lower case, whatever case it was read in`() throws {
        #expect(Digest(hex: Self.hex.uppercased())?.hex == Self.hex)
    }

    @Test func `has its first ten digits as AutoV2`() throws {
        #expect(Digest(hex: Self.hex)?.autoV2 == "e3b0c44298")
    }

    @Test(arguments: [
        ("models/a b.pt", "", "models/a b.pt"), ("a\nb", #"\"#, #"a\nb"#), (#"a\b"#, #"\"#, #"a\\b"#),
        ("\r\nq", #"\"#, #"\r\nq"#),
    ])
    func `is listed for a file as sha256sum does`(path: String, mark: String, shown: String) {
        let digest = SHA256.digest(of: [0x78])
        #expect(digest.line(for: path) == "\(mark)\(digest.hex)  \(shown)\n")
    }

    @Test(arguments: [0, 1, 31, 33, 64]) func `is not made from another number of bytes`(count: Int) {
        #expect(Digest(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }

    @Test(arguments: [
        "", String(hex.dropLast()), hex + "0", "g" + hex.dropFirst(), " " + hex.dropLast(), "0x" + hex.dropLast(2),
    ])
    func `is not made from other text`(text: String) {
        #expect(Digest(hex: text) == nil)
    }
}

@Suite struct `A prefix of a digest` {
    @Test(
        arguments: [
            ("a", [0xA0, 0x00], [0xAF, 0xFF]), ("ab", [0xAB, 0x00], [0xAB, 0xFF]),
            ("ABC", [0xAB, 0xC0], [0xAB, 0xCF]),
            ("0", [0x00, 0x00], [0x0F, 0xFF]), ("ffff", [0xFF, 0xFF], [0xFF, 0xFF]),
        ] as [(String, [UInt8], [UInt8])]
    )
    func `bounds the digests that have it`(text: String, low: [UInt8], high: [UInt8]) throws {
        let prefix = try #require(DigestPrefix(hex: text))
        #expect(prefix.digits == text.count)
        #expect(Array(prefix.low.prefix(2)) == low)
        #expect(Array(prefix.high.prefix(2)) == high)
        #expect(prefix.low.dropFirst(2).allSatisfy { $0 == 0 } && prefix.low.count == 32)
        #expect(prefix.high.dropFirst(2).allSatisfy { $0 == 0xFF } && prefix.high.count == 32)
    }

    @Test func `of all digits has that digest as both bounds`() throws {
        let prefix = try #require(DigestPrefix(hex: `A digest`.hex))
        #expect(prefix.low == prefix.high)
        #expect(prefix.low == Digest(hex: `A digest`.hex)?.bytes)
    }

    @Test(arguments: ["", "x", "abg", "ab c", "-1", "é", String(repeating: "0", count: 65)])
    func `is not made from other text`(text: String) {
        #expect(DigestPrefix(hex: text) == nil)
    }
}
