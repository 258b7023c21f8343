import Foundation
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// A file system of FUSE that a few lines of Python serve: one file `a.png`, or nothing at all.
private final class ServedDirectory {
    enum Manner: String { case answers, silent }

    let path: FilePath
    private let process = Process()

    init(_ path: FilePath, user: UInt32, _ manner: Manner) throws {
        self.path = path
        guard access("/dev/fuse", R_OK | W_OK) == 0, FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
        else { try Test.cancel("skipped: no python3, or /dev/fuse is not there to use") }
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        let ready = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", Self.server, path.string, "\(user)", manner.rawValue]
        process.standardOutput = ready
        try process.run()
        let said = String(decoding: ready.fileHandleForReading.availableData, as: UTF8.self)
        guard said.hasPrefix("mounted") else {
            try Test.cancel("skipped: a file system of FUSE cannot be mounted: \(said)")
        }
    }

    /// Whoever waits for it has an error then.
    func end() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        umount2(path.string, CInt(MNT_DETACH))
    }

    deinit { end() }

    private static let server = #"""
        import ctypes, os, struct, sys
        place, user, manner = sys.argv[1:]
        device = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={device},rootmode=40000,user_id={user},group_id={user},allow_other"
        if ctypes.CDLL(None).mount(b"served", place.encode(), b"fuse", 6, options.encode()):
            sys.exit(print("refused", flush=True))
        print("mounted", flush=True)
        def attributes(node):
            mode = 0o40755 if node == 1 else 0o100644
            return struct.pack("<6Q3I7I", node, 3, 1, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)
        while True:
            request = os.read(device, 1 << 20)
            _, operation, unique, node = struct.unpack_from("<IIQQ", request)
            if operation == 26:
                answer = struct.pack("<4I2H2I2H8I", 7, 31, 0, 0, 0, 0, 65536, 1, 0, 0, *[0] * 8)
            elif manner == "silent" or operation in (2, 36, 42):
                continue
            elif operation == 1:
                answer = struct.pack("<4Q2I", 2, 0, 0, 0, 0, 0) + attributes(2) if request[40:] == b"a.png\0" else None
            elif operation == 3:
                answer = struct.pack("<Q2I", 0, 0, 0) + attributes(node)
            elif operation in (14, 27):
                answer = struct.pack("<Q2I", 0, 0, 0)
            elif operation == 15:
                answer = b"abc"
            elif operation == 17:
                answer = struct.pack("<5Q10I", 9, 9, 9, 9, 9, 4096, 255, 4096, *[0] * 7)
            elif operation in (18, 25, 29):
                answer = b""
            else:
                answer = None
            problem = 0 if answer is not None else -2 if operation == 1 else -38
            answer = answer or b""
            os.write(device, struct.pack("<IiQ", 16 + len(answer), problem, unique) + answer)
        """#
}

/// Who serves a file system decides what reading from it does, and when.
@Suite(.serialized, .timeLimit(.minutes(20)), .enabled(if: getuid() == 0, "skipped: not root"))
struct `A file that a FUSE file system serves` {
    let directory: TemporaryDirectory
    /// Whom no other test reads for.
    private let stranger = Rights(user: 54321, group: 54321, groups: [], seesAll: false)

    init() throws {
        directory = try TemporaryDirectory()
        try #require(chmod(directory.path.string, 0o755) == 0)
    }

    /// Why it was not opened; empty where it was.
    private func refusal(_ path: FilePath, _ reader: Reader) -> String {
        do throws(StoreError) { return try reader.find(path)?.isOpen == true ? "" : "it is not there" } catch {
            return error.description
        }
    }

    @Test func `is believed where root serves it, and nobody's where an ordinary user does`() throws {
        let served = try [0, 12345].map { user in
            try ServedDirectory(directory.appending("\(user)"), user: user, .answers)
        }
        defer { for place in served { place.end() } }
        for rights in [stranger, .own] {
            #expect(try refusal(served[0].path.appending("a.png"), Reader(rights)) == "")
            let said = try refusal(served[1].path.appending("a.png"), Reader(rights))
            #expect(said.contains("lies in a file system that a user of the machine serves"), "\(said)")
            let link = directory.appending("link").string
            unlink(link)
            try #require(symlink(served[1].path.appending("a.png").string, link) == 0)
            #expect(try refusal(directory.appending("link"), Reader(rights)).contains("a user of the machine serves"))
        }
    }

    /// It takes as long as a reader has patience: ten seconds.
    @Test func `that never answers is given up, and too many such are no longer waited for`() throws {
        let silent = try ServedDirectory(directory.appending("silent"), user: 0, .silent)
        defer { silent.end() }
        let other = try directory.write([1], to: "other")
        let path = silent.path.appending("a.png")
        let refusals = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            do {
                let reader = try Reader(stranger)
                let first = refusal(path, reader)
                // What else it would be asked for it cannot tell any more.
                let second = refusal(other, reader)
                refusals.withLock { $0 += [first, second] }
            } catch { refusals.withLock { $0.append("\(error)") } }
        }
        let said = refusals.withLock { $0 }
        #expect(said.count { $0.contains("the file system of '\(path)' does not answer") } == 4, "\(said)")
        #expect(said.count { $0.contains("the file system of another file that it names does not answer") } == 4)
        // Their readers still wait in the kernel.
        let refused = #expect(throws: StoreError.self) { _ = try Reader(stranger) }
        #expect(refused?.description.contains("user 54321 names files that never answer") == true)
        #expect(try refusal(other, Reader(.own)) == "")
        silent.end()
        try eventually { (try? refusal(other, Reader(stranger))) == "" }
    }
}
