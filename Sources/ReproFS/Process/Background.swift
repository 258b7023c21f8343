import CLinux
import Glibc
package import SystemPackage

/// Runs the mount in a process of its own, which outlives the command.
///
/// It is this program, started anew with the same arguments. A fork would not do: Swift's locks identify their owner by a cached thread
/// number, which a fork copies, so two threads that meet at one lock could wait for ever or end the process.
package enum Background {
    /// Holds the process number of the command that waits.
    private static let variable = "REPROFS_MOUNT_READY"
    /// The pipe to the command. No descriptor above it is open: a program that started the command may wait for the end of a pipe that
    /// would be inherited.
    private static let inherited: CInt = 3

    /// Reports to the waiting command, once.
    package struct Messenger: Sendable {
        fileprivate let pipe: FileDescriptor

        /// Reports that the mount is ready; the command then succeeds.
        package func ready() { send("R") }
        /// Reports why there is no mount; the command then fails with that.
        package func failed(_ error: any Error) { send("E\(error)") }

        private func send(_ message: String) {
            _ = try? pipe.writeAll(Array(message.utf8))
            try? pipe.close()
        }
    }

    /// The messenger to the waiting command, in the process that ``start(log:)`` started; nil in any other, and the second time.
    package static func messenger() -> Messenger? {
        guard let value = getenv(variable) else { return nil }
        let said = String(cString: value)
        unsetenv(variable)
        let pipe = FileDescriptor(rawValue: inherited)
        // The variable may have come from another program that was started with it.
        guard said == "\(getppid())", (try? pipe.stat().type) == .fifo else { return nil }
        // Otherwise the kernel would name the process after the last component of /proc/self/exe.
        reprofs_name_process("reprofs")
        // The end of the pipe must not depend on programs that this process starts.
        _ = fcntl(inherited, F_SETFD, FD_CLOEXEC)
        return Messenger(pipe: pipe)
    }

    /// Starts this program anew, with standard error in `log`, and returns when the mount is ready. This process must have only one thread.
    package static func start(log: FilePath) throws(MountError) {
        let ends: (readEnd: FileDescriptor, writeEnd: FileDescriptor)
        // If this process was started with one of the first descriptors closed, nothing else may get that number.
        while true {
            let number = Glibc.open("/dev/null", O_RDWR)
            guard number >= 0 else { throw MountError("cannot open /dev/null: \(Errno(rawValue: errno))") }
            guard number > inherited else { continue }
            Glibc.close(number)
            break
        }
        do { ends = try FileDescriptor.pipe() } catch { throw MountError("cannot make a pipe: \(error)") }
        defer { try? ends.readEnd.close() }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_RDWR, 0)
        let text: FileDescriptor
        let size: Int64
        do { (text, size) = try open(log) } catch { throw MountError("cannot open the log \(log): \(error)") }
        defer { try? text.close() }
        posix_spawn_file_actions_adddup2(&actions, text.rawValue, STDERR_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends.writeEnd.rawValue, inherited)
        posix_spawn_file_actions_addclosefrom_np(&actions, inherited + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        let newSession: Int16 = 0x80
        posix_spawnattr_setflags(&attributes, newSession)
        setenv(variable, "\(getpid())", 1)
        defer { unsetenv(variable) }
        var process: pid_t = 0
        let problem = posix_spawn(
            &process, "/proc/self/exe", &actions, &attributes, CommandLine.unsafeArgv, environ)
        try? ends.writeEnd.close()
        guard problem == 0 else { throw MountError("cannot start a process: \(Errno(rawValue: problem))") }
        try outcome(ends.readEnd, of: process, log: log, from: size).get()
    }

    /// Opens a log for appending; also returns its size in bytes.
    private static func open(_ log: FilePath) throws -> (FileDescriptor, Int64) {
        let text = try FileDescriptor.open(
            log, .writeOnly, options: [.create, .append, .closeOnExec], permissions: [.ownerReadWrite])
        var size = try text.seek(offset: 0, from: .end)
        // A log that nobody reads must not fill the disk.
        if size > 8 << 20 {
            try text.resize(to: 0)
            size = 0
        }
        return (text, size)
    }

    /// How the start of the mount's process went: what it sent, or how it ended and what it wrote to its log from `start` on. Bytes.
    package static func outcome(
        _ pipe: FileDescriptor, of child: CInt, log: FilePath, from start: Int64
    ) -> Result<Void, MountError> {
        let message = read(pipe)
        switch message.first {
        case UInt8(ascii: "R"): return .success(())
        case UInt8(ascii: "E"): return .failure(MountError(String(decoding: message.dropFirst(), as: UTF8.self)))
        default:
            // Its last words are in the log, which a running mount may share.
            let words = tail(of: log, from: start)
            return .failure(
                MountError(
                    "the mount's process \(end(of: child)) before it was ready; "
                        + (words.isEmpty ? "its log \(log) says nothing of it" : "its log \(log) says:\n\(words)")))
        }
    }

    private static func read(_ file: FileDescriptor) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while let count = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// How a process that closed its pipe ended, in words.
    private static func end(of child: pid_t) -> String {
        var status: CInt = 0
        var result: pid_t
        repeat { result = waitpid(child, &status, 0) } while result < 0 && errno == EINTR
        let signal = status & 0x7f
        return result == child && signal != 0 ? "was ended by signal \(signal)" : "ended"
    }

    /// What was added to the log since it had this size; at most the last 4 KiB.
    private static func tail(of log: FilePath, from start: Int64) -> String {
        guard let file = try? FileDescriptor.open(log, .readOnly, options: .closeOnExec) else { return "" }
        defer { try? file.close() }
        guard let size = try? file.seek(offset: 0, from: .end) else { return "" }
        // A log that was truncated is new from its beginning.
        let beginning = max(size < start ? 0 : start, size - 4096)
        guard (try? file.seek(offset: beginning, from: .start)) != nil else { return "" }
        var text = Substring(decoding: read(file), as: UTF8.self)
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
