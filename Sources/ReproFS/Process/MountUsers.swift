import Glibc
import Store
import SystemPackage

/// The processes that use a mount, as far as /proc shows them. The mount itself is not accessed: it may hang.
struct MountUsers {
    struct User {
        let number: pid_t
        let program: String
        /// What the process uses, as paths below the mount point; empty for the mount point itself.
        let paths: [String]

        fileprivate var sentence: String {
            let named = paths.prefix(MountUsers.shown).map { $0.isEmpty ? "the directory itself" : $0 }
            let rest = paths.count - named.count
            return "\(program) (process \(number)) has \(named.joined(separator: ", "))"
                + (rest > 0 ? " and \(rest) more" : "")
        }
    }

    /// Further paths and processes are counted, not named.
    private static let shown = 3

    let users: [User]

    init(of mountPoint: FilePath) {
        let prefix = mountPoint.string
        users = ProcessFile.names(in: "/proc").compactMap { name in
            guard let process = pid_t(name) else { return nil }
            let found = Set(Self.files(of: process).compactMap { Self.inner($0, of: prefix) })
            guard !found.isEmpty else { return nil }
            return User(number: process, program: Self.program(process), paths: found.sorted())
        }.sorted { $0.number < $1.number }
    }

    /// Who uses the mount, and which files.
    var sentence: String {
        guard !users.isEmpty else {
            return "it is in use, by a process that cannot be seen from here; as root, 'fuser -vm' may tell more"
        }
        let rest = users.count - Self.shown
        return "it is in use: " + users.prefix(Self.shown).map(\.sentence).joined(separator: "; ")
            + (rest > 0 ? "; and \(rest) more processes" : "")
    }

    /// The working directory, program, open files and mapped files of a process.
    private static func files(of process: pid_t) -> [String] {
        ProcessFile.told(of: process) {
            let directory = "/proc/\(process)"
            let open = ProcessFile.names(in: directory + "/fd").map { "fd/\($0)" }
            return (["cwd", "root", "exe"] + open).compactMap { Opener.link("\(directory)/\($0)") } + mapped(process)
        } ?? []
    }

    private static func mapped(_ process: pid_t) -> [String] {
        guard let bytes = ProcessFile.bytes("/proc/\(process)/maps") else { return [] }
        // The fields are address, rights, offset, device, number, path.
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            line.firstIndex(of: UInt8(ascii: "/")).map { String(decoding: line[$0...], as: UTF8.self) }
        }
    }

    /// The part of a path below the mount point; nil if the path is elsewhere.
    private static func inner(_ path: String, of mountPoint: String) -> String? {
        let (bytes, prefix) = (Array(path.utf8), Array(mountPoint.utf8))
        guard bytes.starts(with: prefix) else { return nil }
        let rest = bytes.dropFirst(prefix.count)
        guard let slash = rest.first else { return "" }
        return slash == UInt8(ascii: "/") ? String(decoding: rest.dropFirst(), as: UTF8.self) : nil
    }

    static func program(_ process: pid_t) -> String {
        ProcessFile.text("/proc/\(process)/comm").map { String($0.dropLast()) } ?? "a program"
    }
}
