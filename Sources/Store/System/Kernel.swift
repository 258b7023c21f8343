import CLinux
import Glibc
import Recipe
package import SystemPackage

/// An open file that is closed with the last reference to it.
package final class OwnedDescriptor: Sendable {
    /// The descriptor, which is closed with the last reference to this object.
    package let descriptor: FileDescriptor
    package init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }
    /// The number that system calls take.
    package var rawValue: CInt { descriptor.rawValue }
    deinit { try? descriptor.close() }
}

/// The only place where Store calls the kernel: each function is one call, and its errno becomes a ``StoreError``.
enum Kernel {
    /// Opening for reading never waits for a writer: a pipe in the place of a file reads as empty.
    static func open(
        _ path: FilePath, _ mode: FileDescriptor.AccessMode, options: FileDescriptor.OpenOptions = [],
        permissions: FilePermissions? = nil
    ) throws(StoreError) -> OwnedDescriptor {
        if options.contains(.create) { try FaultPoint.reach("cannot create", path) }
        var options = options.union(.closeOnExec)
        if mode == .readOnly { options.insert(.nonBlocking) }
        return try call("cannot open", path) {
            OwnedDescriptor(try FileDescriptor.open(path, mode, options: options, permissions: permissions))
        }
    }

    /// Opens a path only as a reference to it (`O_PATH`): to identify it, and to look names up in it.
    static func look(at path: FilePath) throws(StoreError) -> OwnedDescriptor {
        // O_PATH, which glibc hides.
        try open(path, .readOnly, options: .init(rawValue: 0o10_000_000))
    }

    static func makeDirectory(_ path: FilePath, permissions: mode_t) throws(StoreError) {
        try check("cannot create", path) { mkdir($0, permissions) }
    }

    /// Makes a directory that only this user can enter, among the machine's temporary files.
    static func makeTemporaryDirectory() throws(StoreError) -> FilePath {
        let parent = FilePath(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")
        var template = Array(parent.appending("reprofs-XXXXXX").string.utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .system("cannot make a directory in", parent, Errno(rawValue: errno))
        }
        return FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    static func rename(_ from: FilePath, to: FilePath) throws(StoreError) {
        try check("cannot rename to", to) { target in from.withPlatformString { Glibc.rename($0, target) } }
    }

    /// Renames `from` to `to` unless that exists; returns whether it did. Uses a hard link, which never replaces a file.
    static func renameNew(_ from: FilePath, to: FilePath) throws(StoreError) -> Bool {
        guard try linkNew(from, to: to) else { return false }
        try unlink(from)
        return true
    }

    /// Gives a file a second name; false if that exists.
    static func linkNew(_ from: FilePath, to: FilePath) throws(StoreError) -> Bool {
        try FaultPoint.reach("cannot name", to)
        if from.withPlatformString({ from in to.withPlatformString { link(from, $0) } }) == 0 { return true }
        let problem = Errno(rawValue: errno)
        guard problem == .fileExists else { throw .system("cannot name", to, problem) }
        return false
    }

    /// Returns when everything that was written to the file system of `path` is on disk.
    static func syncFileSystem(_ path: FilePath) throws(StoreError) {
        try FaultPoint.reach("cannot sync", path)
        let directory = try open(path, .readOnly, options: .directory)
        guard Activity.perform(.bytes, { syncfs(directory.rawValue) }) == 0 else {
            throw .system("cannot sync", path, Errno(rawValue: errno))
        }
    }

    /// Sets times; nil leaves a time as it is.
    static func setTimes(_ path: FilePath, accessed: Timestamp?, modified: Timestamp?) throws(StoreError) {
        let times = [time(accessed), time(modified)]
        try check("cannot set the times of", path) { utimensat(AT_FDCWD, $0, times, AT_SYMLINK_NOFOLLOW) }
    }

    /// The space that a file takes on its disk, which is less than its size where it has holes. Bytes.
    static func allocated(_ path: FilePath) throws(StoreError) -> Int {
        var facts = stat()
        guard path.withPlatformString({ fstatat(AT_FDCWD, $0, &facts, AT_SYMLINK_NOFOLLOW) }) == 0 else {
            throw .system("cannot inspect", path, Errno(rawValue: errno))
        }
        return Int(facts.st_blocks) * 512
    }

    static func setMode(_ path: FilePath, _ mode: mode_t) throws(StoreError) {
        try check("cannot protect", path) { chmod($0, mode) }
    }

    /// A time to be set; nil leaves it as it is.
    static func time(_ time: Timestamp?) -> timespec {
        time.map { timespec(tv_sec: $0.seconds, tv_nsec: $0.fraction) } ?? timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2)
    }

    static func unlink(_ path: FilePath) throws(StoreError) { try check("cannot remove", path) { Glibc.unlink($0) } }

    static func syncDirectory(_ path: FilePath) throws(StoreError) {
        let directory = try open(path, .readOnly, options: .directory)
        try sync(directory, path)
    }

    static func sync(_ file: OwnedDescriptor, _ path: FilePath) throws(StoreError) {
        try FaultPoint.reach("cannot sync", path)
        guard Activity.perform(.bytes, { fsync(file.rawValue) }) == 0 else {
            throw .system("cannot sync", path, Errno(rawValue: errno))
        }
    }

    /// Shares the blocks of `source` with the empty file `target`; false if the file system cannot.
    static func reflink(_ source: OwnedDescriptor, to target: OwnedDescriptor) -> Bool {
        let ficlone: UInt = 0x4004_9409
        Activity.require(.bytes)
        return ioctl(target.rawValue, ficlone, source.rawValue) == 0
    }

    /// The space of the file system of `path`.
    static func space(of path: FilePath) throws(StoreError) -> DiskSpace { DiskSpace(try fileSystem(of: path)) }

    /// The file system of `path`, as statvfs(3) tells it.
    static func fileSystem(of path: FilePath) throws(StoreError) -> statvfs {
        var facts = statvfs()
        guard path.withPlatformString({ statvfs($0, &facts) }) == 0 else {
            throw .system("cannot inspect", path, Errno(rawValue: errno))
        }
        return facts
    }

    /// How much this user may still write on the file system of `path`. Bytes.
    static func available(_ path: FilePath) throws(StoreError) -> Int {
        try available(try open(path, .readOnly, options: .directory), path)
    }

    /// The same for the file system of an open file.
    static func available(_ file: OwnedDescriptor, _ path: FilePath) throws(StoreError) -> Int {
        var facts = statvfs()
        guard fstatvfs(file.rawValue, &facts) == 0 else {
            throw .system("cannot inspect", path, Errno(rawValue: errno))
        }
        return DiskSpace(facts).availableBytes
    }

    /// Whether the file system of a directory has room for another file, however small. Some file systems do not say.
    static func canHoldFiles(_ directory: FilePath) throws(StoreError) -> Bool {
        let file = try open(directory, .readOnly, options: .directory)
        var facts = statvfs()
        guard fstatvfs(file.rawValue, &facts) == 0 else {
            throw .system("cannot inspect", directory, Errno(rawValue: errno))
        }
        return facts.f_files == 0 || facts.f_ffree > 0
    }

    /// Throws if `count` more bytes would leave less than the reserve free on the file system: deleting needs room, too.
    static func requireReserve(_ file: OwnedDescriptor, _ path: FilePath, for count: Int = 0) throws(StoreError) {
        var facts = statvfs()
        guard fstatvfs(file.rawValue, &facts) == 0 else { return }
        try requireReserve(DiskSpace(facts), path, for: count)
    }

    static func requireReserve(_ path: FilePath, for count: Int = 0) throws(StoreError) {
        guard let space = try? space(of: path) else { return }
        try requireReserve(space, path, for: count)
    }

    private static func requireReserve(_ space: DiskSpace, _ path: FilePath, for count: Int) throws(StoreError) {
        guard space.availableBeforeReserve > count else {
            guard count > 0 else { throw .system("cannot write", path, .noSpace) }
            throw .noSpace(path, needed: count, available: space.availableBeforeReserve)
        }
    }

    /// Descriptors kept for the catalogue and for publishing, however many files programs have open.
    private static let spareDescriptors: CInt = 32

    /// Throws if a file that was opened for a program leaves too few descriptors. The kernel always gives the lowest free number.
    static func requireSpare(_ file: OwnedDescriptor, _ path: FilePath) throws(StoreError) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(7), &limit) == 0, limit.rlim_cur < 1 << 30 else { return }
        guard file.rawValue < CInt(limit.rlim_cur) - spareDescriptors else {
            throw .system("cannot open", path, .tooManyOpenFiles)
        }
    }

    enum Lock { case exclusive, shared }

    /// Takes a lock that ends with this process; false if another process holds it and `waits` is false.
    static func lock(_ file: OwnedDescriptor, _ lock: Lock, waits: Bool) -> Bool {
        while true {
            if flock(file.rawValue, (lock == .exclusive ? LOCK_EX : LOCK_SH) | (waits ? 0 : LOCK_NB)) == 0 {
                return true
            }
            if errno != EINTR { return false }
        }
    }

    static func unlock(_ file: OwnedDescriptor) { flock(file.rawValue, LOCK_UN) }

    /// Takes a lock on bytes of a file for this descriptor and its copies; false if another one has any of them. It ends with them.
    static func claim(_ file: OwnedDescriptor, _ bytes: Range<Int>) -> Bool {
        reprofs_lock_bytes(file.rawValue, off_t(bytes.lowerBound), off_t(bytes.count), 1) == 0
    }

    static func release(_ file: OwnedDescriptor, _ bytes: Range<Int>) {
        _ = reprofs_lock_bytes(file.rawValue, off_t(bytes.lowerBound), off_t(bytes.count), 0)
    }

    static func cut(_ file: OwnedDescriptor, to size: Int, _ path: FilePath) throws(StoreError) {
        guard ftruncate(file.rawValue, off_t(size)) == 0 else {
            throw .system("cannot cut", path, Errno(rawValue: errno))
        }
    }

    /// Runs `body` while a lock on the directory is held.
    static func holding<Result>(
        _ directory: FilePath, _ lock: Lock, _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let gate = try open(directory, .readOnly, options: .directory)
        guard self.lock(gate, lock, waits: true) else {
            throw .system("cannot lock", directory, .resourceTemporarilyUnavailable)
        }
        // Keeps the descriptor open until here; otherwise it could be closed after its last use above.
        defer { withExtendedLifetime(gate) {} }
        return try body()
    }

    private static func check(
        _ operation: String, _ path: FilePath, _ body: (UnsafePointer<CChar>) -> CInt
    ) throws(StoreError) {
        try FaultPoint.reach(operation, path)
        guard path.withPlatformString(body) == 0 else { throw .system(operation, path, Errno(rawValue: errno)) }
    }

    private static func call<Result>(
        _ operation: String, _ path: FilePath, _ body: () throws -> Result
    ) throws(StoreError) -> Result {
        do { return try body() } catch { throw .system(operation, path, (error as? Errno) ?? .ioError) }
    }
}
