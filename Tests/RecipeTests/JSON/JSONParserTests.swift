import Recipe
import Testing

@Suite struct `The JSON parser` {
    @Test(arguments: ["18446744073709551615", "-9223372036854775808", "9007199254740993", "0"])
    func `keeps an integer exact`(literal: String) throws {
        let value = try JSONParser.parse(#"{"seed": \#(literal)}"#)
        #expect(value["seed"]?.number?.literal == literal)
        #expect(value["seed"]?.number?.isInteger == true)
    }

    @Test func `gives a 64-bit seed as an unsigned integer`() throws {
        let number = try #require(try JSONParser.parse("18446744073709551615").number)
        #expect(number.unsigned == .max)
        #expect(number.int == nil)
    }

    @Test(arguments: ["1.0", "-0.5", "2e-3", "1E+30", "4.50"]) func `keeps a fraction as it was written`(
        literal: String
    ) throws {
        let number = try #require(try JSONParser.parse(literal).number)
        #expect(number.literal == literal)
        #expect(!number.isInteger)
        #expect(number.int == nil)
        #expect(number.double == Double(literal))
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity", "1e999"])
    func `reads what Python writes for numbers that are none`(literal: String) throws {
        let value = try JSONParser.parse("[\(literal)]")
        #expect(value.array?.first?.number?.literal == literal)
        #expect(value.array?.first?.number?.double == nil)
    }

    @Test func `lets the last of equal keys count`() throws {
        let value = try JSONParser.parse(#"{"a": 1, "b": 2, "a": 3}"#)
        #expect(value["a"] == 3)
        #expect(value["b"] == 2)
    }

    @Test func `keeps the order of members`() throws {
        let value = try JSONParser.parse(#"{"9": 0, "10": 0, "b": 0, "a": 0}"#)
        #expect(value.object?.members.map(\.key) == ["9", "10", "b", "a"])
    }

    @Test func `tells keys apart that differ only in how an accent is composed`() throws {
        let value = try JSONParser.parse(#"{"\u00e9": 1, "e\u0301": 2}"#)
        #expect(value.object?.members.count == 2)
        #expect(value.canonical() == "{\"e\u{301}\":2,\"\u{E9}\":1}")
    }

    @Test(arguments: [
        (#""\ud83d\ude00""#, "😀"), (#""\uD834\uDD1E""#, "𝄞"), (#""\u00fc\n\t\r\b\f\/\\\"""#, "ü\n\t\r\u{8}\u{C}/\\\""),
        (#""😀""#, "😀"), (#""""#, ""), (#""\u0000""#, "\0"),
    ])
    func `reads a string`(literal: String, text: String) throws {
        #expect(try JSONParser.parse(literal).string == text)
    }

    @Test(arguments: [
        (#""a\ud83d""#, "a\u{FFFD}"), (#""\ude00b""#, "\u{FFFD}b"), (#""\ud83dx""#, "\u{FFFD}x"),
        (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
    ])
    func `repairs a lone surrogate and keeps what follows`(literal: String, text: String) throws {
        #expect(try JSONParser.parse(literal).string == text)
    }

    @Test func `repairs bytes in a string that are not UTF-8`() throws {
        let value = try JSONParser.parse([0x22, 0x61, 0xFF, 0x62, 0x22])
        #expect(value.string == "a\u{FFFD}b")
    }

    @Test(arguments: ["true": JSON.bool(true), "false": .bool(false), "null": .null, "[]": [], "{}": [:]])
    func `reads the short values`(text: String, value: JSON) throws {
        #expect(try JSONParser.parse(text) == value)
    }

    @Test func `skips a byte order mark`() throws {
        #expect(try JSONParser.parse([0xEF, 0xBB, 0xBF, 0x31]) == 1)
    }

    @Test(arguments: [" 1", "1\n", "\r\n\t1 \n", "1\0\0", "1 \0"]) func `allows blanks around and NULs after`(
        text: String
    ) throws {
        #expect(try JSONParser.parse(text) == 1)
    }
}
