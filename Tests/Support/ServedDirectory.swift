import Foundation
package import SystemPackage
import Testing

/// A file system of FUSE that a few lines of Python serve: one file `a.png`, or nothing at all.
package final class ServedDirectory {
    /// What it does: answers, or never; or answers all but a close.
    package enum Manner: String { case answers, silent, neverCloses }

    package let path: FilePath
    private let process = Process()
    private let said = Pipe()

    package init(_ path: FilePath, user: UInt32, _ manner: Manner) throws {
        self.path = path
        guard access("/dev/fuse", R_OK | W_OK) == 0, FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
        else { try Test.cancel("skipped: no python3, or /dev/fuse is not there to use") }
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", Self.server, path.string, "\(user)", manner.rawValue]
        process.standardOutput = said
        try process.run()
        let said = String(decoding: said.fileHandleForReading.availableData, as: UTF8.self)
        guard said.hasPrefix("mounted") else {
            try Test.cancel("skipped: a file system of FUSE cannot be mounted: \(said)")
        }
    }

    /// Returns when a process waits for the answer to a close that ``Manner/neverCloses`` does not give.
    package func waitForClose(by process: Int32) throws {
        var text = ""
        while !text.split(separator: "\n").contains("closing \(process)") {
            let more = said.fileHandleForReading.availableData
            try #require(!more.isEmpty, "the file system has ended: \(text)")
            text += String(decoding: more, as: UTF8.self)
        }
    }

    /// Whoever waits for it has an error then.
    package func end() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        umount2(path.string, CInt(MNT_DETACH))
    }

    deinit { end() }

    private static let server = #"""
        import ctypes, os, struct, sys
        place, user, manner = sys.argv[1:]
        # It ends with the tests, however they end: who waits for it in execve would hold up every ps.
        ctypes.CDLL(None).prctl(1, 9)
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
            elif manner == "neverCloses" and operation == 25:
                print("closing", *struct.unpack_from("<I", request, 32), flush=True)
                continue
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
