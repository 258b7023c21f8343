import Recipe
import Testing

@Suite struct `The path of a model` {
    @Test(arguments: [
        ("a.safetensors", ["a.safetensors"]), ("style/ink.safetensors", ["style", "ink.safetensors"]),
        (#"sub\x.safetensors"#, ["sub", "x.safetensors"]), (#"a\b/c"#, ["a", "b", "c"]), ("a//b", ["a", "b"]),
        ("./a/./b", ["a", "b"]), ("a/", ["a"]), ("...", ["..."]), ("..a", ["..a"]), ("a..", ["a.."]),
        (".hidden", [".hidden"]),
        ("墨.safetensors", ["墨.safetensors"]), ("e\u{301}.pt", ["e\u{301}.pt"]), ("a b (1).pt", ["a b (1).pt"]),
        ("C", ["C"]),
        ("a:b", ["a:b"]), ("-rf", ["-rf"]), ("a\nb", ["a\nb"]),
    ])
    func `has the components of its name`(name: String, components: [String]) throws {
        #expect(try ModelPath(name).components.map { Array($0.utf8) } == components.map { Array($0.utf8) })
    }

    @Test(arguments: ["", ".", "./", "./.", ".\\."]) func `is refused where nothing is named`(name: String) {
        #expect(throws: NameError.empty) { try ModelPath(name) }
    }

    @Test(arguments: ["/", "/a", "//a", #"\a"#, #"\\server\share"#, "C:/a", #"C:\a"#, "c:/a", "/../a"])
    func `is refused when absolute`(name: String) {
        #expect(throws: NameError.absolute(name)) { try ModelPath(name) }
    }

    @Test(arguments: ["..", "../a", "a/..", "a/../b", #"..\a"#, #"a\..\..\b"#, "./.."])
    func `is refused when it leads out`(name: String) {
        #expect(throws: NameError.leavesTheFolder(name)) { try ModelPath(name) }
    }

    /// A mark that combines with a slash makes one character with it, but the kernel sees the slash.
    @Test(arguments: ["../\u{301}a", "a/..\\\u{301}/b", "a/../\u{FE0F}b"])
    func `is refused when it leads out behind a combining mark`(name: String) {
        #expect(throws: NameError.leavesTheFolder(name)) { try ModelPath(name) }
    }

    @Test(arguments: ["/\u{301}etc/passwd", "\\\u{301}a"]) func `is refused when absolute behind a combining mark`(
        name: String
    ) {
        #expect(throws: NameError.absolute(name)) { try ModelPath(name) }
    }

    @Test(arguments: ["\0", "a\0b", "a/\0", "\0../a"]) func `is refused when it holds a NUL`(name: String) {
        #expect(throws: NameError.holdsNUL(name)) { try ModelPath(name) }
    }

    @Test(arguments: [
        String(repeating: "a", count: 256), "a/" + String(repeating: "é", count: 128),
        String(repeating: "a/", count: 513),
        String(repeating: "b", count: 1025),
    ])
    func `is refused when too long`(name: String) {
        #expect(throws: NameError.tooLong(name)) { try ModelPath(name) }
    }

    @Test(arguments: [
        String(repeating: "a", count: 255), String(repeating: "é", count: 127), String(repeating: "a/", count: 512),
    ])
    func `may be as long as a file system takes`(name: String) throws {
        #expect(try !ModelPath(name).components.isEmpty)
    }

    @Test(arguments: ["a/\u{301}b", "x/\r\n/y", "a\\\u{200D}b/c"]) func `never has a separator in a component`(
        name: String
    ) throws {
        for component in try ModelPath(name).components {
            #expect(!component.utf8.contains(UInt8(ascii: "/")) && !component.utf8.contains(UInt8(ascii: "\\")))
        }
    }

    @Test func `knows its name and its parents`() throws {
        let path = try ModelPath("a/b/c.pt")
        #expect(path.name == "c.pt")
        #expect(Array(path.parents) == ["a", "b"])
        #expect(path.description == "a/b/c.pt")
    }

    @Test func `goes on with another`() throws {
        #expect(try ModelPath("a/b").appending(ModelPath("c/d")) == ModelPath("a/b/c/d"))
    }

    @Test func `is ordered by its components`() throws {
        let paths = try ["b", "a/c", "a", "a-b"].map { try ModelPath($0) }
        #expect(paths.sorted().map(\.description) == ["a", "a/c", "a-b", "b"])
    }
}

@Suite struct `Why a name is refused` {
    @Test(arguments: [
        NameError.empty, .absolute("/a\u{1B}[2J"), .leavesTheFolder("../\u{202E}"), .holdsNUL("a\0"),
        .tooLong(String(repeating: "\u{7F}x", count: 2000)), .notUTF8("\u{9B}"),
    ])
    func `is said without what could steer a terminal`(error: NameError) {
        #expect(!error.description.isEmpty)
        #expect(error.description == error.description.onOneLine)
        #expect(error.description.count < 200)
    }
}
