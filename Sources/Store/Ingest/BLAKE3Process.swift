import CLinux
import Glibc
import Recipe
import SystemPackage

/// Computes BLAKE3 with the program b3sum, since Debian has no library for it.
enum BLAKE3Process {
    private static let program: FilePath? = {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { FilePath(String($0)).appending("b3sum") }.first { candidate in
            candidate.withPlatformString { access($0, X_OK) } == 0
        }
    }()
    static var isInstalled: Bool { program != nil }

    /// The digest of each of the files in `directory`, in their order; nil if b3sum failed for any of them, or is not installed.
    ///
    /// Uses one processor, so that background work leaves the others free.
    static func digests(
        of names: [String], in directory: FilePath, _ ending: Ending
    ) throws(StoreError) -> [Digest]? {
        guard let program else { return nil }
        var ends: [CInt] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { return nil }
        let output = OwnedDescriptor(FileDescriptor(rawValue: ends[0]))
        let paths = names.map { directory.appending($0).string }
        guard let process = start(program, ["b3sum", "--no-names", "--num-threads", "1", "--"] + paths, ends[1]) else {
            return nil
        }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var ready = pollfd(fd: output.rawValue, events: Int16(POLLIN), revents: 0)
            if poll(&ready, 1, 100) == 0 {
                guard ending.hasCome else { continue }
                kill(process, SIGKILL)
                break
            }
            let count = read(output.rawValue, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0, text.count <= names.count * 128 else { break }
            text += buffer[..<count]
        }
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        try ending.check()
        let digests = text.split(separator: UInt8(ascii: "\n")).compactMap {
            Digest(hex: String(decoding: $0, as: UTF8.self))
        }
        return status == 0 && digests.count == names.count ? digests : nil
    }

    /// Starts the program with `output` as its standard output, which is closed here.
    private static func start(_ program: FilePath, _ arguments: [String], _ output: CInt) -> pid_t? {
        defer { close(output) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process: pid_t = 0
        let problem = program.withPlatformString { posix_spawn(&process, $0, &actions, nil, &words, &environment) }
        return problem == 0 ? process : nil
    }
}
