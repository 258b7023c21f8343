import Recipe
import Testing

@Suite struct `Text that is shown` {
    @Test func `ends no line, steers no terminal and turns no direction where it stands on one`() {
        #expect("plain, é😀 \\n".onOneLine == "plain, é😀 \\n")
        #expect(
            "a\u{1B}[2J\r\nb\tc\u{202E}d\u{7F}\u{9B}\u{200F}\u{2028}\u{2066}é".onOneLine
                == #"a\u{1B}[2J\r\nb\tc\u{202E}d\u{7F}\u{9B}\u{200F}\u{2028}\u{2066}é"#)
        for value in Array(0..<0x20) + Array(0x7F...0x9F) + [0x061C, 0x2028, 0x2029] + Array(0x202A...0x202E) {
            let scalar = Unicode.Scalar(UInt32(value))
            let shown = "a\(scalar.map(Character.init) ?? "a")b".onOneLine
            #expect(shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F }, "\(value)")
            #expect(shown == shown.onOneLine)
        }
    }

    @Test func `keeps its lines, whatever ends them, where it is to be read as it was written`() {
        #expect("a\nb\r\nc\rd\u{2028}e\u{85}f\u{C}g".shownLines == ["a", "b", "c", "d", "e", "f", "g"])
        #expect("".shownLines == [""])
        #expect("\u{1B}[1mx\n\n".shownLines == [#"\u{1B}[1mx"#, "", ""])
    }

    @Test func `is a line of its own for each line that is said`() {
        #expect(["a\nb", "c"].shown == "a\\nb\nc\n")
        #expect(["a", "", "c"].shown.lines == ["a", "", "c"])
    }
}
