import Foundation
import ReproFS
import Store
import Support
import Testing

@Suite struct `A mount's process that does not end` {
    @Test func `is said to be stopped although its first thread has ended`() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        // The system call `exit` ends only the thread that makes it.
        process.arguments = [
            "-c",
            """
            import ctypes, platform, threading, time
            threading.Thread(target=time.sleep, args=(600,)).start()
            ctypes.CDLL(None).syscall(60 if platform.machine() == "x86_64" else 93, 0)
            """,
        ]
        try process.run()
        let number = process.processIdentifier
        defer {
            kill(number, SIGKILL)
            process.waitUntilExit()
        }
        try eventually { ProcessFile.text("/proc/\(number)/status")?.contains("State:\tZ") == true }
        kill(number, SIGSTOP)
        let problem = #expect(throws: MountError.self) {
            try ServerProcess(number: number).waitForEnd(after: "it was unmounted")
        }
        #expect(problem?.description.contains("which served it, is stopped and cannot end") == true)
    }
}
