import CFuse
import Glibc
package import Recipe
import Store
package import SystemPackage

/// The directory that a tree is mounted on: what is there before, and how it is unmounted.
package enum MountPoint {
    /// Makes sure that something can be mounted at `path`: a dead mount is removed, an absent directory is made.
    package static func prepare(_ path: FilePath, store: FilePath) throws(MountError) {
        // A mount over its own store would hide the bytes that it serves.
        if store.starts(with: path) { throw MountError("the store \(store) lies inside the mount point \(path)") }
        if path.starts(with: store) { throw MountError("the mount point \(path) lies inside the store \(store)") }
        var facts = stat()
        if inspect(path, &facts) == .socketNotConnected {
            // The process of an earlier mount died; its mount answers nothing but this error until it is removed.
            try detach(path)
        }
        switch inspect(path, &facts) {
        case nil: break
        case .noSuchFileOrDirectory:
            guard path.withPlatformString({ mkdir($0, 0o755) }) == 0 else {
                throw MountError("cannot make the mount point \(path): \(Errno(rawValue: errno))")
            }
            return
        case let problem?: throw MountError("cannot use the mount point \(path): \(problem)")
        }
        guard facts.st_mode & S_IFMT == S_IFDIR else { throw MountError("the mount point \(path) is no directory") }
        guard let mounted = mount(at: path), mounted.isReproFS else { return }
        switch isServed(path) {
        // It was killed a moment ago, and what the kernel keeps of it hides that.
        case false?: try detach(path)
        case true?: throw MountError("\(mounted.source) is mounted at \(path) already")
        case nil:
            throw MountError(
                "\(mounted.source) is mounted at \(path) already and gives no answer; 'reprofs unmount \(path)' ends it"
            )
        }
    }

    /// Throws where a mount at `path`, which was prepared, would hide files that are there.
    package static func requireEmpty(_ path: FilePath) throws {
        let names: [[UInt8]]
        do throws(StoreError) { names = try OpenDirectory(named: path).entries() } catch {
            guard case .system(_, _, let problem) = error else { throw error }
            throw MountError("cannot list the mount point \(path): \(problem)")
        }
        if !names.isEmpty {
            throw HiddenFiles(directory: path, names: names.map { String(decoding: $0, as: UTF8.self) })
        }
    }

    /// Whether a ReproFS is mounted at `path`.
    package static func isMounted(_ path: FilePath) -> Bool { mount(at: path)?.isReproFS == true }

    /// What a mount says of itself in `.reprofs/status`; nil where it does not answer within two seconds.
    package static func status(at path: String) -> JSON? {
        let asked = Asked<JSON?>()
        // A mount whose process hangs never answers, and who waits in the kernel for it cannot be called back.
        let thread = try? WorkerThread("status") {
            guard let file = try? FileDescriptor.open(FilePath(path).appending(".reprofs/status"), .readOnly) else {
                return asked.answer.withLock { $0 = .some(nil) }
            }
            defer { try? file.close() }
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let count = (try? buffer.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
            asked.answer.withLock { $0 = .some(try? JSONParser.parse(Array(buffer[..<count]))) }
        }
        guard let thread else { return nil }
        thread.detach()
        return asked.wait() ?? nil
    }

    /// Shared with a thread that asks.
    private final class Asked<Answer: Sendable>: Sendable {
        let answer = Lock(.report, Answer?.none)

        /// Nil where there is no answer within two seconds.
        func wait() -> Answer? {
            for _ in 0..<200 {
                if let answer = answer.withLock({ $0 }) { return answer }
                usleep(10_000)
            }
            return nil
        }
    }

    /// Unmounts what ReproFS has mounted at `path`. `busy` says so; nothing is detached behind open files.
    package static func unmount(_ path: FilePath) throws(MountError) {
        guard let mounted = mount(at: path), mounted.isReproFS else {
            throw MountError("no ReproFS is mounted at \(path)")
        }
        // The mount tells it as long as it is there.
        let connection = connection(at: path) ?? ""
        var servers = ServerProcess.serving(
            connection: connection, store: String(mounted.source.dropFirst("reprofs:".utf8.count)))
        let status = status(at: path.string)
        if status == nil {
            // Nobody answers, so nothing that is open there can be waited for.
            abort(path, connection: connection)
        } else {
            let problem: Refusal? = geteuid() == 0 ? unmountDirectly(path) : helper(["-u", path.string])
            if let problem {
                throw MountError(
                    "cannot unmount \(path): \(problem == .busy ? MountUsers(of: path).sentence : problem.description)")
            }
        }
        // One that serves other places too goes on.
        let others = (status?["places"]?.array ?? []).compactMap(\.string).filter { $0 != path.string }
        if servers.isEmpty, let process = status?["process"]?.number?.int.flatMap({ pid_t(exactly: $0) }) {
            servers = [ServerProcess(number: process)]
        }
        for server in servers where !others.contains(where: { isServed($0, by: server) }) {
            try server.waitForEnd(after: "\(path) is unmounted")
        }
    }

    /// Whether what is mounted at `path` is served by this process.
    private static func isServed(_ path: String, by server: ServerProcess) -> Bool {
        guard mount(at: FilePath(path))?.isReproFS == true else { return false }
        return self.status(at: path)?["process"]?.number?.int == Int(server.number)
    }

    /// A mount as the kernel lists it.
    private struct Mounted {
        let path: String
        let source: String
        let isReproFS: Bool
        /// As the kernel writes it: `0:52`.
        let device: String
    }

    /// The number of what is mounted at `path` among the kernel's connections, which is the minor number of its device.
    static func connection(at path: FilePath) -> String? {
        mount(at: path)?.device.utf8.split(separator: UInt8(ascii: ":")).last.map { String($0) ?? "" }
    }

    /// Ends a connection and takes its mount away, whoever uses it: every call into it fails from now on. What else may have been
    /// mounted at `path` since is left alone.
    static func abort(_ path: FilePath, connection number: String) {
        let end = try? FileDescriptor.open(
            FilePath("/sys/fs/fuse/connections").appending(number).appending("abort"), .writeOnly)
        if let end {
            _ = try? end.writeAll(Array("1".utf8))
            try? end.close()
        }
        guard connection(at: path) == number else { return }
        if end == nil { _ = path.withPlatformString { umount2($0, CInt(MNT_FORCE)) } }
        if path.withPlatformString({ umount2($0, CInt(MNT_DETACH | UMOUNT_NOFOLLOW)) }) != 0 {
            _ = helper(["-u", "-z", "-q", path.string])
        }
    }

    /// Whether a mount's process is there; nil where it gives no answer within two seconds. Nothing that the kernel keeps is asked.
    private static func isServed(_ path: FilePath) -> Bool? {
        let asked = Asked<Bool>()
        let thread = try? WorkerThread("look") {
            var facts = statvfs()
            asked.answer.withLock { $0 = path.withPlatformString { statvfs($0, &facts) } == 0 }
        }
        guard let thread else { return nil }
        thread.detach()
        return asked.wait()
    }

    /// Where the kernel lists mounts of the store at this path, whether their processes are there or not.
    package static func places(ofStore store: FilePath) -> [String] {
        mounts().filter { $0.isReproFS && $0.source == "reprofs:\(store)" }.map(\.path)
    }

    /// The uppermost mount at `path`.
    private static func mount(at path: FilePath) -> Mounted? { mounts().last { $0.path == path.string } }

    /// From the kernel's list: asking the mounts themselves could hang.
    private static func mounts() -> [Mounted] {
        guard let list = try? FileDescriptor.open("/proc/self/mountinfo", .readOnly) else { return [] }
        defer { try? list.close() }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while let count = try? buffer.withUnsafeMutableBytes({ try list.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 6, let mark = fields.firstIndex(of: "-"), mark + 2 < fields.count else { return nil }
            return Mounted(
                path: unescaped(fields[4]), source: unescaped(fields[mark + 2]),
                isReproFS: fields[mark + 1] == "fuse.reprofs", device: String(fields[2]))
        }
    }

    /// The kernel writes blanks and backslashes as octal escapes.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// KiB. With 1024 a cold file took a half longer, for nothing is read from the disk while so much is copied, and a warm one a
    /// fifth longer.
    private static let readAheadSize = 256

    /// Has the kernel read ahead as far as is fastest, where this process may say so.
    static func readAhead(at path: FilePath) {
        guard let device = mount(at: path)?.device,
            let setting = try? FileDescriptor.open(
                FilePath("/sys/class/bdi").appending(device).appending("read_ahead_kb"), .writeOnly)
        else { return }
        defer { try? setting.close() }
        _ = try? setting.writeAll(Array("\(readAheadSize)".utf8))
    }

    private static func inspect(_ path: FilePath, _ facts: inout stat) -> Errno? {
        path.withPlatformString { stat($0, &facts) } == 0 ? nil : Errno(rawValue: errno)
    }

    private static func detach(_ path: FilePath) throws(MountError) {
        let problem =
            path.withPlatformString { umount2($0, CInt(MNT_DETACH)) } == 0
            ? nil : helper(["-u", "-z", path.string])
        if let problem { throw MountError("a dead mount at \(path) cannot be removed: \(problem)") }
    }
}
