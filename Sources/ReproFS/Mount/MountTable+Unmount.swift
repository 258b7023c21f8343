import Glibc
import SystemPackage

extension MountTable {
    /// Unmounts with root's rights; nil if it succeeded.
    static func unmountDirectly(_ path: FilePath) -> Refusal? {
        if path.withPlatformString({ umount2($0, CInt(UMOUNT_NOFOLLOW)) }) == 0 { return nil }
        return errno == EBUSY ? .busy : .other("\(Errno(rawValue: errno))")
    }

    /// Why something was not unmounted.
    enum Refusal: Equatable, CustomStringConvertible {
        /// A program uses it.
        case busy
        case other(String)

        var description: String {
            switch self {
            case .busy: "it is in use"
            case .other(let why): why
            }
        }
    }

    /// Runs fusermount3, which unmounts for an ordinary user; nil if it succeeded.
    static func helper(_ arguments: [String]) -> Refusal? {
        // Its message is parsed, so it has to be in English.
        let words = (["env", "LC_ALL=C", "fusermount3"] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        guard let ends = try? FileDescriptor.pipe() else { return .other("there are too many open files") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends.writeEnd.rawValue, STDERR_FILENO)
        posix_spawn_file_actions_addclose(&actions, ends.readEnd.rawValue)
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, "env", &actions, nil, words + [nil], environ)
        try? ends.writeEnd.close()
        defer { try? ends.readEnd.close() }
        guard result == 0 else { return .other("fusermount3 cannot be started") }
        var said: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while let count = try? buffer.withUnsafeMutableBytes({ try ends.readEnd.read(into: $0) }), count > 0 {
            said += buffer[..<count]
        }
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        if status == 0 { return nil }
        // The exit code of env(1) if there is no such program.
        if status >> 8 & 0xFF == 127 { return .other("fusermount3 is not installed") }
        let text = String(decoding: said, as: UTF8.self)
        if text.contains("busy") { return .busy }
        let last = text.split(separator: "\n").last.map { $0.hasPrefix("fusermount3: ") ? $0.dropFirst(13) : $0 }
        return .other(last.map { "fusermount3 says: \($0)" } ?? "fusermount3 refuses")
    }
}
