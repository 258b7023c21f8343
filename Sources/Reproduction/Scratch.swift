import Comfy
import Foundation
import Store
import Synchronization
import SystemPackage

/// A directory for one launch: links into the view, and files that ComfyUI writes. It may contain a mount. A later launch removes it if this
/// process is killed.
final class Scratch: Sendable {
    private static let prefix = "reprofs-launch-"
    /// What a mount of its own may take to be there. Seconds.
    private static let patience = 60.0

    let path: String
    /// Held as long as it is used.
    private let lock: FileHandle
    private let mount = Mutex<ChildProcess?>(nil)

    init() throws {
        let parent = FileManager.default.temporaryDirectory
        Self.sweep(parent)
        let directory = parent.appendingPathComponent("\(Self.prefix)\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        path = directory.path
        guard let lock = Self.lock(path, O_CREAT) else { throw ReproductionError("\(path) cannot be locked") }
        self.lock = lock
    }

    /// Nil while another process has it.
    private static func lock(_ path: String, _ options: Int32) -> FileHandle? {
        let file = open(path + "/lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC | options, 0o600)
        guard file >= 0 else { return nil }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        return flock(file, LOCK_EX | LOCK_NB) == 0 ? handle : nil
    }

    /// Removes what launches left whose processes were killed.
    private static func sweep(_ parent: URL) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
        where name.hasPrefix(prefix) {
            let path = parent.appendingPathComponent(name).path
            var facts = stat()
            // In a directory of its own, nobody else exchanges anything meanwhile.
            guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR, facts.st_uid == geteuid(),
                let lock = lock(path, 0)
            else { continue }
            withExtendedLifetime(lock) { removeUnmounted(path) }
        }
    }

    /// Removes a directory, but never what a mount in it shows.
    private static func removeUnmounted(_ path: String) {
        guard rmdir(path + "/mount") == 0 || errno == ENOENT else { return }
        try? FileManager.default.removeItem(atPath: path)
    }

    private var mountPoint: String { path + "/mount" }

    /// A mount of the store: an existing one, or one for this launch only, which ends with this process.
    func mount(of store: Store) async throws -> String {
        if let mount = try store.mounts().first { return mount.path }
        let log = path + "/mount.log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        guard let output = FileHandle(forWritingAtPath: log) else { throw ReproductionError("cannot write \(log)") }
        var program = ChildProcess.Program(
            path: try Self.program, arguments: ["mount", "--foreground", "--store", store.path.string, mountPoint],
            directory: "/")
        // As a user's interrupt does, which leaves no dead mount.
        program.lastSignal = SIGTERM
        // A service manager that waits for this process is not told by that one.
        program.environment["NOTIFY_SOCKET"] = nil
        let child = try ChildProcess(program, output: output)
        mount.withLock { $0 = child }
        let deadline = ContinuousClock.now + .seconds(Self.patience)
        while try !store.mounts().contains(where: { $0.pid == child.pid })
            || !FileManager.default.fileExists(atPath: mountPoint + "/.reprofs/status")
        {
            guard child.isRunning, ContinuousClock.now < deadline else {
                let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                throw ReproductionError("the store cannot be mounted for ComfyUI: \(words)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return mountPoint
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    func makeDirectories(_ names: [String]) throws {
        for name in names {
            try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        }
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
    }

    /// Removes it. If its mount does not end in time, the directory stays until the next launch.
    func remove() async {
        // Killed, it would leave a dead mount.
        if let child = mount.withLock({ $0 }) { await child.stop(byForce: false) }
        Self.removeUnmounted(path)
    }

    private static var program: String {
        get throws { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") }
    }
}
