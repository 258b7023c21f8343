import Recipe
import Testing

@Suite struct `JSON for people` {
    @Test func `is indented by two blanks a level and ends its last line`() {
        let value: JSON = ["b": [1, "x"], "a": ["c": true], "none": [], "empty": [:]]
        let text = """
            {
              "b": [
                1,
                "x"
              ],
              "a": {
                "c": true
              },
              "none": [],
              "empty": {}
            }

            """
        #expect(value.formatted() == text)
    }

    @Test func `fits one line when compact`() throws {
        #expect(try JSONParser.parse(#"{ "b": [1, 2.50], "a": null }"#).compact() == #"{"b":[1,2.50],"a":null}"#)
    }

    @Test(arguments: [
        "18446744073709551615", "4.50", "1e30", "-0",
        "100000000000000000000000000000000000000000000000000000000000000001",
        String(repeating: "9", count: 400),
    ])
    func `leaves a number as it was written`(literal: String) throws {
        #expect(try JSONParser.parse(literal).formatted() == literal + "\n")
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity", "1e999"]) func `has null for what is not a number`(
        literal: String
    )
        throws
    {
        #expect(try JSONParser.parse(literal).formatted() == "null\n")
    }

    @Test(arguments: [0, 0x1B, 0x7F, 0x9B, 0x200E, 0x200F, 0x202A, 0x202E, 0x2066, 0x2069] as [UInt32])
    func `escapes what could steer a terminal`(code: UInt32) throws {
        let character = String(Character(try #require(Unicode.Scalar(code))))
        let value: JSON = [character: .string("a" + character)]
        let text = value.formatted()
        #expect(!text.contains(character))
        #expect(text.unicodeScalars.allSatisfy { $0.isASCII })
        #expect(try JSONParser.parse(text) == value)
    }

    @Test func `leaves other languages as they are`() {
        #expect(JSON.string("Grüße, 赤い立方体 😀").formatted() == "\"Grüße, 赤い立方体 😀\"\n")
    }

    @Test func `is read back as the same value`() throws {
        let value: JSON = ["a\"\\/\n\r\t": ["x": [1, true, .null, "\u{8}\u{C}"]]]
        #expect(try JSONParser.parse(value.formatted()) == value)
        #expect(try JSONParser.parse(value.compact()) == value)
    }
}

@Suite struct `A JSON object` {
    @Test func `replaces the member that counts`() {
        var object = JSON.Object([("a", 1), ("b", 2), ("a", 3)])
        object["a"] = 4
        #expect(object.members.map(\.value) == [1, 2, 4])
    }

    @Test func `appends a new member at the end`() {
        var object = JSON.Object([("b", 1)])
        object["a"] = 2
        object.append("0", 3)
        #expect(object.members.map(\.key) == ["b", "a", "0"])
    }

    @Test func `loses every member of a key that is set to nil`() {
        var object = JSON.Object([("a", 1), ("b", 2), ("a", 3)])
        object["a"] = nil
        #expect(object.members.map(\.key) == ["b"])
    }

    @Test func `differs from one in another order`() throws {
        #expect(try JSONParser.parse(#"{"a":1,"b":2}"#) != JSONParser.parse(#"{"b":2,"a":1}"#))
    }
}
