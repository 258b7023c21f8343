import CReader
import Glibc
import Recipe
package import SystemPackage

/// Opens files with the rights of another user: a child process that takes that user, group and groups, has no capabilities and no open
/// files of this process, and passes descriptors back.
///
/// It has to be a process, because a thread has the identity of its process in more than permission checks: `/proc/self` shows it
/// everything, FUSE file systems admit it by the real user of the process, and one that does not answer blocks it for ever. The child is
/// forked without exec, so it makes only system calls; it cannot be traced or dumped.
///
/// It opens regular files and directories of ordinary file systems: nothing that the kernel makes up, such as `/proc`, and nothing in a
/// FUSE file system of an ordinary user, who could block this process for ever while it reads.
///
/// Not thread-safe: one thread uses it.
package final class Reader {
    /// What a path leads to.
    package struct Found {
        enum Kind { case file, directory, other }

        let kind: Kind
        let device, inode: UInt64
        /// The file or directory, opened for reading; nil for anything else.
        let descriptor: OwnedDescriptor?
        package var isOpen: Bool { descriptor != nil }
    }

    /// After so many milliseconds a file system counts as one that does not answer.
    private static let patience: CInt = 10_000
    /// How many of one user's readers may hang in such file systems before that user's reports are refused.
    private static let waitingLimit = 4

    /// Readers that hang, with their users.
    private static let waiting = Lock<[CInt: UInt32]>(.rights, [:])

    private let user: UInt32
    private let process: CInt
    private let socket: OwnedDescriptor
    /// Whether it waits for a file system that does not answer.
    private var isWaiting = false

    /// Forks the child, which takes these rights before it opens anything.
    package convenience init(_ rights: Rights) throws(StoreError) {
        try self.init(rights, keeping: rights.seesAll ? UInt64(Rights.readingAll) : 0)
    }

    /// A reader with all rights of this process, for files that may never answer.
    static func own() throws(StoreError) -> Reader { try Reader(.own, keeping: .max) }

    private init(_ rights: Rights, keeping kept: UInt64) throws(StoreError) {
        let user = FilePath("user \(rights.user)")
        guard rights.canBeTaken else { throw .system("cannot read with the rights of", user, .notPermitted) }
        Self.reap()
        guard Self.waiting.withLock({ waiting in waiting.values.count { $0 == rights.user } }) < Self.waitingLimit
        else {
            throw .refusedReport("user \(rights.user) names files that never answer")
        }
        Activity.require(.wait)
        var process: CInt = 0
        let socket = rights.groups.withUnsafeBufferPointer { groups in
            // A process without the right to change groups keeps its own.
            var wanted = reprofs_rights(
                user: rights.user, group: rights.group, groups: groups.baseAddress, count: UInt(groups.count),
                kept: kept,
                is_other: Rights.canBeTaken ? 1 : 0)
            return reprofs_start_reader(&wanted, &process)
        }
        guard socket >= 0 else { throw .system("cannot read with the rights of", user, Errno(rawValue: errno)) }
        self.user = rights.user
        self.process = process
        self.socket = OwnedDescriptor(FileDescriptor(rawValue: socket))
    }

    deinit {
        let (process, user) = (process, user)
        if reprofs_end_reader(process) == 0 { Self.waiting.withLock { $0[process] = user } }
    }

    private static func reap() {
        for process in waiting.withLock({ Array($0.keys) }) where reprofs_end_reader(process) != 0 {
            waiting.withLock { $0[process] = nil }
        }
    }

    // MARK: -

    /// What a path leads to, with links followed; nil if there is nothing.
    package func find(_ path: FilePath) throws(StoreError) -> Found? {
        guard path.isAbsolute else { throw .refusedReport("'\(path)' is not an absolute path") }
        return try find(path.string, beneath: -1, path)
    }

    /// The same beneath an open directory and without following links; the directory itself if there are no names.
    func find(_ names: [EntryName], beneath directory: OwnedDescriptor, _ path: FilePath) throws(StoreError) -> Found? {
        try find(names.isEmpty ? "." : ViewPath(names).description, beneath: directory.rawValue, path)
    }

    private func find(_ name: String, beneath directory: CInt, _ path: FilePath) throws(StoreError) -> Found? {
        FaultPoint.pass("opens", path)
        Activity.require(.wait)
        guard !isWaiting else {
            throw .refusedReport("another file that the report names is in a file system that does not answer")
        }
        var found = reprofs_found()
        var problem: CInt = 0
        let how = directory < 0 ? reprofs_following_links : reprofs_beneath
        let descriptor = reprofs_ask_reader(
            socket.rawValue, directory, name, CInt(how), Self.patience, &found, &problem)
        let opened = descriptor >= 0 ? OwnedDescriptor(FileDescriptor(rawValue: descriptor)) : nil
        switch Errno(rawValue: problem) {
        case Errno(rawValue: 0): break
        case .noSuchFileOrDirectory, .notDirectory, .fileNameTooLong: return nil
        case .timedOut:
            isWaiting = true
            throw .refusedReport("the file system of '\(path)' does not answer")
        case .tooManySymbolicLinkLevels:
            throw .refusedReport("the links of '\(path)' lead nowhere, or to what a process has open")
        case let problem: throw .system("cannot open", path, problem)
        }
        guard found.is_kernels == 0 else {
            throw .refusedReport("'\(path)' is not in a file system of files: the kernel makes it up, as in /proc")
        }
        var isTrusted = true
        if found.file_system == Self.fuse { isTrusted = try Self.isTrusted("\(found.major):\(found.minor)") }
        guard isTrusted else {
            throw .refusedReport("'\(path)' lies in a file system that a user of the machine serves")
        }
        let kind: Found.Kind =
            switch mode_t(found.kind) {
            case S_IFREG: .file
            case S_IFDIR: .directory
            default: .other
            }
        return Found(kind: kind, device: found.device, inode: found.inode, descriptor: opened)
    }

    private static let fuse: UInt64 = 0x6573_5546

    /// Whether root or this user serves the FUSE file system with this device number.
    private static func isTrusted(_ device: String) throws(StoreError) -> Bool {
        let table: FilePath = "/proc/self/mountinfo"
        let lines = String(decoding: try Kernel.open(table, .readOnly).readAll(table), as: UTF8.self)
        for line in lines.utf8.split(separator: UInt8(ascii: "\n")) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            guard words.count > 5, words[2].utf8.elementsEqual(device.utf8) else { continue }
            let options = words.last?.split(separator: ",") ?? []
            return options.contains("user_id=0") || options.contains("user_id=\(geteuid())")
        }
        return false
    }
}
