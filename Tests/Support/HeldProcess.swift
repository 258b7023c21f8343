import Foundation
package import Store
package import SystemPackage
import Testing

/// A process in `execve`, which closes there what a file system never says is closed: the kernel tells little of it. It becomes
/// `sleep`.
package final class HeldProcess {
    package let number: Int32
    /// What the kernel told of it before.
    package let before: Opener
    private let process = Process()
    private let served: ServedDirectory

    /// `directory` is for what it needs; it has these files open too.
    package init(in directory: TemporaryDirectory, having files: [FilePath] = []) throws {
        try #require(chmod(directory.path.string, 0o755) == 0)
        served = try ServedDirectory(directory.appending("never-closes"), user: 0, .neverCloses)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            "-c",
            """
            import os, sys
            sys.stdin.readline()
            for path in sys.argv[2:]: os.set_inheritable(os.open(path, os.O_RDONLY), True)
            os.open(sys.argv[1], os.O_RDONLY)
            os.execv("/bin/sleep", ["sleep", "600"])
            """, served.path.appending("a.png").string,
        ]
        process.arguments? += files.map(\.string)
        process.standardOutput = FileHandle.nullDevice
        let start = Pipe()
        process.standardInput = start
        try process.run()
        number = process.processIdentifier
        before = try #require(Opener(process: number))
        try start.fileHandleForWriting.close()
        try served.waitForClose(by: number)
    }

    /// It has become what it was to be.
    package func goOn() { served.end() }

    package func end() {
        served.end()
        kill(number, SIGKILL)
        process.waitUntilExit()
    }

    deinit { end() }
}
