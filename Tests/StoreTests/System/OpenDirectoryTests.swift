import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `A directory that is held open` {
    let directory: TemporaryDirectory
    let open: OpenDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write([1], to: "top/inner/file")
        try directory.write([9], to: "outside/file")
        open = try OpenDirectory(named: directory.appending("top"))
    }

    private func path(_ name: String) -> String { directory.appending(name).string }
    private func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: path(name)).map(Array.init) }
    private func bytes(_ file: OpenFile) throws -> [UInt8] {
        // What /proc shows of this process's descriptors is what is open.
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            let entry = "/proc/self/fd/" + name
            if (try? FileManager.default.destinationOfSymbolicLink(atPath: entry)) == file.path.string {
                return Array(try Data(contentsOf: URL(fileURLWithPath: entry)))
            }
        }
        return []
    }

    private func swap(_ name: String, forLinkTo target: String) throws {
        try FileManager.default.moveItem(atPath: path(name), toPath: path(name) + ".old")
        try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: path(target))
    }

    @Test func `is reached by a link that was named`() throws {
        try FileManager.default.createSymbolicLink(atPath: path("way"), withDestinationPath: path("top"))
        #expect(try OpenDirectory(named: directory.appending("way")).entries() == [Array("inner".utf8)])
    }

    @Test func `follows no link on the way to a file`() throws {
        #expect(try bytes(open.file(["inner", "file"])) == [1])
        try swap("top/inner", forLinkTo: "outside")
        #expect(throws: StoreError.self) { try open.file(["inner", "file"]) }
        #expect(throws: StoreError.self) { try open.directory(["inner"]) }
    }

    @Test func `follows no link in the place of a file`() throws {
        try swap("top/inner/file", forLinkTo: "outside/file")
        #expect(throws: StoreError.self) { try open.file(["inner", "file"]) }
    }

    @Test func `waits for no pipe and takes no device`() throws {
        try #require(mkfifo(path("top/pipe"), 0o600) == 0)
        #expect(throws: StoreError.self) { try open.file(["pipe"]) }
        try FileManager.default.createSymbolicLink(atPath: path("null"), withDestinationPath: "/dev/null")
        #expect(throws: StoreError.self) { try OpenFile(named: directory.appending("null")) }
    }

    @Test func `is the same directory when its path leads elsewhere`() throws {
        try swap("top", forLinkTo: "outside")
        #expect(bytes("top/file") == [9])
        try open.directory(["inner"]).remove("file")
        #expect(try open.directory(["inner"]).isEmpty && bytes("top/file") == [9])
    }

    @Test func `makes no file where one is, and none through a link`() throws {
        let inner = try open.directory(["inner"])
        #expect(throws: StoreError.self) { try inner.makeFile("file") }
        try FileManager.default.createSymbolicLink(
            atPath: path("top/inner/planted"), withDestinationPath: path("outside/new"))
        #expect(throws: StoreError.self) { try inner.makeFile("planted") }
        #expect(bytes("outside/new") == nil)
    }

    @Test func `takes no link for a directory that is to be made`() throws {
        try FileManager.default.createSymbolicLink(
            atPath: path("top/planted"), withDestinationPath: path("outside"))
        #expect(throws: StoreError.self) { try open.makeDirectory("planted") }
        #expect(try !open.makeDirectory("inner").isNew)
        #expect(try open.makeDirectory("new").isNew)
    }

    @Test func `never renames in the place of something`() throws {
        let inner = try open.directory(["inner"])
        try directory.write([2], to: "top/other")
        #expect(try !open.rename("other", to: inner, as: "file"))
        #expect(bytes("top/inner/file") == [1] && bytes("top/other") == [2])
        #expect(try open.rename("other", to: inner, as: "free"))
        #expect(bytes("top/inner/free") == [2])
    }

    @Test func `adds a file under a free name, and takes nobody's place`() throws {
        let inner = try open.directory(["inner"])
        #expect(try inner.add([2], as: "file", isPrivate: false) == "file-2")
        #expect(try inner.add([3], as: "a.b.png", isPrivate: true) == "a.b.png")
        #expect(try inner.add([4], as: "a.b.png", isPrivate: true) == "a.b-2.png")
        #expect(bytes("top/inner/file") == [1] && bytes("top/inner/file-2") == [2] && bytes("top/inner/a.b.png") == [3])
        #expect(try FileNumbers(path("top/inner/a.b-2.png")).mode == 0o600)
        #expect(try FileNumbers(path("top/inner/file-2")).mode & 0o044 == 0o044)
        #expect(try inner.entries().count == 4)
    }

    @Test func `gives an open file another name whatever has its name by now`() throws {
        let file = try open.file(["inner", "file"])
        try swap("top/inner/file", forLinkTo: "outside/file")
        #expect(try file.link(into: open, as: "linked"))
        #expect(bytes("top/linked") == [1])
        #expect(try !file.link(into: open, as: "linked"))
    }

    @Test func `sets modes, owners and times of the open file alone`() throws {
        let file = try open.file(["inner", "file"])
        let other = try FileManager.default.attributesOfItem(atPath: path("outside/file"))
        try swap("top/inner/file", forLinkTo: "outside/file")
        try file.setMode(0o400)
        try file.setTimes(accessed: nil, modified: Timestamp(nanoseconds: 1_000_000_000))
        if geteuid() == 0 { try file.setOwner(65534, 65534) }
        let now = try FileManager.default.attributesOfItem(atPath: path("outside/file"))
        for key in [FileAttributeKey.posixPermissions, .modificationDate, .ownerAccountID] {
            #expect("\(now[key] ?? "")" == "\(other[key] ?? "")")
        }
        let own = try FileManager.default.attributesOfItem(atPath: path("top/inner/file.old"))
        #expect(own[.posixPermissions] as? Int == 0o400)
        #expect(own[.modificationDate] as? Date == Date(timeIntervalSince1970: 1))
    }

    @Test func `lets an owner read a file that its mode keeps from everybody`() throws {
        try #require(chmod(path("top/inner/file"), 0) == 0)
        #expect(try bytes(open.ownFile(["inner", "file"])) == [1])
    }

    @Test func `keeps a directory that is not empty`() throws {
        #expect(try !open.removeDirectory("inner"))
        try open.directory(["inner"]).remove("file")
        #expect(try open.removeDirectory("inner"))
    }

    @Test func `never gives a new file a name that something has, and a private one is its owner's alone`() throws {
        try directory.write([1], to: "top/a.png")
        try FileManager.default.createSymbolicLink(atPath: path("top/a-2.png"), withDestinationPath: "nothing")
        let names = try [false, true].map { try open.add([2], as: "a.png", isPrivate: $0) }
        #expect(names == ["a-3.png", "a-4.png"])
        #expect(bytes("top/a.png") == [1] && bytes("top/a-3.png") == [2])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("top/a-2.png")) == "nothing")
        #expect(try names.map { try FileNumbers(path("top/\($0)")).mode } == [0o644, 0o600])
    }
}
