import Recipe
import Testing

@Suite struct `The JSON parser, given something else` {
    @Test(arguments: [
        "", " ", "{", "}", "[", "]", "[1,]", "[,1]", "[1 2]", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, "{1:2}",
        "'a'",
        "tru", "nul", "Nan", "Infinit", "+1", "-", "-a", ".5", "1.", "1.e5", "1e", "1e+", "0x10", "1 2", "1,", #""a"#,
        #""\"#,
        #""\x""#, #""\u12""#, #""\u12g4""#, "NaN1", "\u{FEFF}\u{FEFF}1", "hello", "a red cube, masterpiece",
    ])
    func `refuses it`(text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    /// Python refuses them too, and what is read is served again as JSON.
    @Test(arguments: ["01", "-01", "007", "00", "[1, 02]", "00.5"]) func `refuses a number with leading zeros`(
        text: String
    ) {
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    @Test func `says where it stopped`() {
        #expect(throws: JSONError.unexpected(at: 4)) { try JSONParser.parse("[1, x]") }
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")]) func `reads nesting up to its limit`(open: String, close: String)
        throws
    {
        let depth = JSONParser.maximumDepth - 1
        let text = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        var value = try JSONParser.parse(text)
        for _ in 0..<depth { value = try #require(value.array?.first ?? value["a"]) }
        #expect(value == 1)
    }

    @Test(arguments: ["[", #"{"a":"#, #"[{"a":"#]) func `refuses nesting beyond its limit`(open: String) {
        #expect(throws: JSONError.tooDeep) { try JSONParser.parse(String(repeating: open, count: 100_000)) }
    }

    @Test func `refuses an object cut short anywhere`() throws {
        let text = #"{"a": [1, -2.5e3, "x\ud83d\ude00\n"], "b": {"c": null, "d": NaN}, "e": -Infinity, "ü": true}"#
        let bytes = Array(text.utf8)
        _ = try JSONParser.parse(bytes)
        for count in 0..<bytes.count {
            #expect(throws: JSONError.self, "cut after \(count) bytes") { try JSONParser.parse(Array(bytes[..<count])) }
        }
    }

    @Test func `survives every byte in every place`() throws {
        let bytes = Array(#"{"a":[1.5e3,"\ud83d\ude00"],"b":NaN}"#.utf8)
        var understood = 0
        for place in bytes.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = bytes
                changed[place] = byte
                if let value = try? JSONParser.parse(changed), value.object != nil { understood += 1 }
            }
        }
        // At the least, each unchanged copy is.
        #expect(understood >= bytes.count)
        #expect(understood < bytes.count * 256)
    }
}
