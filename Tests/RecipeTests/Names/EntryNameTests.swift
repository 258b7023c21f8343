import Recipe
import Support
import Testing

@Suite struct `The name of an entry` {
    @Test(arguments: [
        "a", ".a", "..a", "...", " ", "a ", "-rf", "x:", #"a\b"#, "a\nb", "\t", "\u{301}", "\u{200D}x", "\u{FE0F}", "😀",
        String(repeating: "a", count: 255), String(repeating: "é", count: 127),
    ])
    func `is any that a directory can have`(text: String) throws {
        #expect(try Array(EntryName(text).utf8) == Array(text.utf8))
        #expect(try EntryName(bytes: Array(text.utf8)) == EntryName(text))
    }

    @Test(arguments: ["a/b", "/", "/\u{301}a", "a/\u{FE0F}b", "a/\u{200D}"])
    func `holds no slash, whatever follows it`(text: String) {
        #expect(throws: NameError.holdsSlash(text)) { try EntryName(text) }
    }

    @Test(arguments: [".", ".."]) func `is none that stands for a directory`(text: String) {
        #expect(throws: NameError.isReserved(text)) { try EntryName(text) }
    }

    @Test func `is not empty, has no NUL and at most 255 bytes`() {
        let (empty, nul, long) = ("", "a\0", String(repeating: "é", count: 128))
        #expect(throws: NameError.empty) { try EntryName(empty) }
        #expect(throws: NameError.holdsNUL(nul)) { try EntryName(nul) }
        #expect(throws: NameError.tooLong(long)) { try EntryName(long) }
    }

    @Test func `is UTF-8`() {
        #expect(throws: NameError.notUTF8("a\u{FFFD}")) { try EntryName(bytes: [0x61, 0xFF]) }
    }

    @Test(arguments: [
        ("caf\u{E9}", "cafe\u{301}"), ("\u{212A}", "K"), ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"),
        ("a\u{323}\u{307}", "a\u{307}\u{323}"),
    ])
    func `is its bytes, where Unicode calls two equal`(a: String, b: String) throws {
        #expect(a == b)
        let (one, other) = (try EntryName(a), try EntryName(b))
        #expect(one != other && (one < other) != (other < one))
        #expect(Set([one, other, one]).count == 2)
        #expect([one: 1, other: 2][other] == 2)
    }

    @Test func `is ordered by bytes`() {
        // As strings, the first two would be equal and the marks in another order.
        let names: [EntryName] = ["cafe", "cafe\u{301}", "caff", "caf\u{E9}", "caf\u{FFFD}", "caf😀"]
        #expect(names.shuffled().sorted() == names)
    }

    @Test func `has endings of bytes`() {
        let name: EntryName = "\u{301}.json"
        #expect(name.hasSuffix(".json") && name.hasPrefix("\u{301}") && !EntryName("a\u{301}").hasPrefix("a\u{301}b"))
        #expect(EntryName("a\u{301}").hasPrefix("a"))
        #expect(name.without(suffix: ".json") == "\u{301}")
        #expect(EntryName(".json").without(suffix: ".json") == nil)
        #expect(EntryName("cafe\u{301}").without(suffix: "\u{E9}") == nil)
    }

    @Test func `takes an ending where there is room`() throws {
        let long = try EntryName(String(repeating: "é", count: 127))
        #expect(long.appending("a")?.utf8.count == 255)
        #expect(long.appending("ab") == nil)
        #expect(long.appending("/") == nil)
        let short = long.shortened(for: ".partial")
        #expect(short.utf8.count == 254 && short.hasSuffix("é.partial"))
        #expect(EntryName("a").shortened(for: ".partial") == "a.partial")
    }
}

@Suite struct `A path in a view` {
    @Test(arguments: ["a", "a/b", "a/\u{301}b/\u{FE0F}c/\u{200D}d", "x:/y", " / ", "a\\b", "a\n/b"])
    func `is its names`(text: String) throws {
        let path = try #require(ViewPath(parsing: text))
        #expect(path.components.map { Array($0.utf8) } == text.utf8.split(separator: UInt8(ascii: "/")).map(Array.init))
        #expect(Array(path.description.utf8) == Array(text.utf8))
        #expect(path.name == path.components.last && path.parents.count == path.components.count - 1)
        #expect(ModelPath(path.components)?.description.utf8.elementsEqual(text.utf8) == true)
    }

    @Test func `reads slashes as the kernel does`() {
        #expect(ViewPath(parsing: "//a///b/") == "a/b")
        #expect(ViewPath(parsing: "/")?.components == [])
    }

    @Test(arguments: ["..", "a/../b", "./a", "a\0", String(repeating: "a", count: 256)])
    func `has only names in it`(text: String) {
        #expect(ViewPath(parsing: text) == nil)
    }

    @Test func `is reached by a link from anywhere`() {
        #expect(ViewPath("a/b").linked(fromDepth: 2) == "../../a/b")
        #expect(ViewPath("a").appending("\u{301}") == "a/\u{301}")
    }

    @Test func `is equal by bytes`() {
        #expect(ViewPath("a/caf\u{E9}") != "a/cafe\u{301}")
        #expect(ViewPath("a/b") < "a/b/c" && ViewPath("a-b") > "a/b")
    }
}

@Suite struct `The path of a model that is there` {
    @Test func `is as long as it is, and looks as it looks`() throws {
        let deep = Array(repeating: try EntryName(String(repeating: "d", count: 255)), count: 9)
        for components in [deep, ["x:"], ["x:", "y"], ["a:b"], [#"a\b"#]] {
            let path = try #require(ModelPath(components))
            #expect(path.components == components)
            #expect(ModelPath(parsing: path.description) == path)
        }
        #expect(ModelPath([EntryName]()) == nil)
    }

    @Test(arguments: [("a@v1", "a", 1), ("a@v1@v12", "a@v1", 12), ("a\u{301}@v3", "a\u{301}", 3)])
    func `is told from what follows its last mark`(text: String, before: String, number: Int) {
        let parts = text.splitAtLast("@v")
        #expect(parts?.before.utf8.elementsEqual(before.utf8) == true && parts?.after == "\(number)")
    }
}
