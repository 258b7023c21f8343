import Glibc
import Recipe
import SystemPackage

/// BLAKE3 of a file by the program b3sum, which uses all cores; Debian has no library of it.
///
/// It runs beside whatever its starter does, until ``finish()``. The file is handed over as its standard input, so that no
/// name of it is ever read.
struct BLAKE3Process {
    private static let program: FilePath? = {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { FilePath(String($0)).appending("b3sum") }.first { candidate in
            candidate.withPlatformString { access($0, X_OK) } == 0
        }
    }()
    static var isInstalled: Bool { program != nil }

    private let process: pid_t
    private let output: OwnedDescriptor

    /// Nil where b3sum is not installed or cannot be started.
    init?(_ path: FilePath) {
        guard let program = Self.program else { return nil }
        guard let ends = try? FileDescriptor.pipe() else { return nil }
        output = OwnedDescriptor(ends.readEnd)
        let writer = OwnedDescriptor(ends.writeEnd)
        for end in [output, writer] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        _ = path.withPlatformString { posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, $0, O_RDONLY, 0) }
        posix_spawn_file_actions_adddup2(&actions, writer.rawValue, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("b3sum"), strdup("--no-names"), nil]
        defer { for argument in arguments { free(argument) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process: pid_t = 0
        guard
            program.withPlatformString({ posix_spawn(&process, $0, &actions, nil, &arguments, &environment) }) == 0
        else { return nil }
        self.process = process
    }

    /// Waits for the process. Nil where it failed.
    func finish() -> Digest? {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 128)
        while true {
            let count = read(output.rawValue, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0, text.count < 1024 else { break }
            text += buffer[..<count]
            // Not the end of the file: a process that was started meanwhile may hold the other end.
            if text.contains(UInt8(ascii: "\n")) { break }
        }
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { return nil }
        return Digest(hex: String(decoding: text.prefix { $0 > 0x20 }, as: UTF8.self))
    }
}
