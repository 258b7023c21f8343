import Recipe
import Testing

@Suite struct `Canonical JSON` {
    /// The example of RFC 8785, section 3.2.2, and the vectors of its appendix B.
    @Test(arguments: [
        ("333333333.33333329", "333333333.3333333"), ("1e30", "1e+30"), ("4.50", "4.5"), ("2e-3", "0.002"),
        ("0.000000000000000000000000001", "1e-27"), ("5e-324", "5e-324"), ("-5e-324", "-5e-324"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"), ("-1.7976931348623157e308", "-1.7976931348623157e+308"),
        ("295147905179352830000.0", "295147905179352830000"), ("999999999999999700000.0", "999999999999999700000"),
        ("999999999999999900000.0", "999999999999999900000"), ("1e21", "1e+21"),
        ("9.999999999999997e22", "9.999999999999997e+22"),
        ("1e23", "1e+23"), ("1.0000000000000001e23", "1.0000000000000001e+23"),
        ("333333333.3333332", "333333333.3333332"),
        ("333333333.33333325", "333333333.33333325"), ("333333333.3333334", "333333333.3333334"),
        ("333333333.33333343", "333333333.33333343"), ("-0.0000033333333333333333", "-0.0000033333333333333333"),
        ("1424953923781206.2", "1424953923781206.2"), ("0.000001", "0.000001"), ("0.0000001", "1e-7"),
        ("9.999999999999997e-7", "9.999999999999997e-7"),
    ])
    func `writes a fraction as ECMAScript does`(literal: String, canonical: String) throws {
        #expect(try JSONParser.parse(literal).canonical() == canonical)
    }

    @Test(arguments: [
        ("4.0", "4"), ("-0", "0"), ("-0.0", "0"), ("0e10", "0"), ("1e2", "100"), ("1E16", "10000000000000000"),
        ("1e-400", "0"),
        ("-12.50", "-12.5"), ("100.0", "100"), ("0.1", "0.1"),
    ])
    func `gives equal numbers one form`(literal: String, canonical: String) throws {
        #expect(try JSONParser.parse(literal).canonical() == canonical)
    }

    @Test(arguments: [
        "18446744073709551615", "9007199254740993", "-9223372036854775808", "1000000000000000000000000000001", "7",
        "-1",
    ])
    func `writes an integer exactly`(literal: String) throws {
        #expect(try JSONParser.parse(literal).canonical() == literal)
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity", "1e999"]) func `has null for what is not a number`(
        literal: String
    )
        throws
    {
        #expect(try JSONParser.parse(literal).canonical() == "null")
    }

    /// The example of RFC 8785, section 3.2.3.
    @Test func `sorts keys by their UTF-16 code units`() throws {
        let text = #"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#
        let value = try JSONParser.parse(text)
        #expect(value.canonical() == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{FB33}\":3}")
    }

    @Test func `keeps the one of equal keys that counts`() throws {
        #expect(try JSONParser.parse(#"{"b":1,"a":2,"b":3}"#).canonical() == #"{"a":2,"b":3}"#)
    }

    @Test func `escapes what must be escaped and nothing else`() {
        let text = JSON.string("€$\u{F}\nA'B\"\\\\\"/\u{7F}\u{202E}\u{8}\u{C}\t\r")
        #expect(text.canonical() == "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7F}\u{202E}\\b\\f\\t\\r\"")
    }

    @Test func `has no blanks`() throws {
        let value = try JSONParser.parse(#" { "b" : [ 1 , { } , [ ] ] , "a" : null } "#)
        #expect(value.canonical() == #"{"a":null,"b":[1,{},[]]}"#)
    }

    @Test func `is its own canonical form`() throws {
        let value = try JSONParser.parse(#"{"z":[1.50,"\u000f€",{"b":18446744073709551615,"a":1e30}],"a":-0}"#)
        #expect(try JSONParser.parse(value.canonical()).canonical() == value.canonical())
    }
}
