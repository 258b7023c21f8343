import Foundation
import Store
import Support
import SystemPackage
import Testing

@Suite struct `A process that opened a file` {
    @Test func `is there while any thread of it works, though the first one has ended`() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            "-c",
            """
            import ctypes, os, sys, threading
            threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0))).start()
            ctypes.CDLL(None).pthread_exit(None)
            """,
        ]
        let input = Pipe()
        process.standardInput = input
        try process.run()
        let path = "/proc/\(process.processIdentifier)/status"
        try eventually { ProcessFile.text(path)?.contains("State:\tZ") == true }
        #expect(Opener(process: process.processIdentifier)?.isAlive == true)
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(Opener(process: process.processIdentifier) == nil)
    }

    @Test func `is gone when it has ended, though its parent has not noticed`() throws {
        var pid: pid_t = 0
        let arguments = [strdup("/bin/cat"), nil]
        defer { free(arguments[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // It waits for its input, which ends when this end is closed.
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addclose(&actions, ends[1])
        try #require(posix_spawn(&pid, "/bin/cat", &actions, nil, arguments, environ) == 0)
        close(ends[0])
        let opener = try #require(Opener(process: pid))
        #expect(opener.isAlive)
        kill(pid, SIGKILL)
        close(ends[1])
        try eventually { !opener.isAlive }
        #expect(kill(pid, 0) == 0)
        #expect(waitpid(pid, nil, 0) == pid)
    }

    /// Files of two mounts have the same numbers.
    @Test func `writes a file of its mount, and no other one of that number`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write([1], to: "file")
        let number = UInt64(try FileNumbers(path.string).inode)
        let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
        #expect(Opener.writes(getpid(), into: number, on: nil))
        #expect(!Opener.writes(getpid(), into: number, on: "0:1048575"))
        try file.close()
        #expect(!Opener.writes(getpid(), into: number, on: nil))
    }
}
