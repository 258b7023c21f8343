import CReader
import Glibc
import Recipe
package import SystemPackage

/// Opens files with the rights of somebody else: a child process that has taken their user, group and groups, has no capability and
/// nothing of this process's open, and hands over descriptors.
///
/// It is a process, since a thread of this one is this process to more than the kernel's checks of modes: `/proc/self` shows it
/// everything, file systems of FUSE admit it by the user that the process really has, and one that does not answer holds it up for
/// ever. It is forked and not started anew, and so only calls of the kernel happen there; it cannot be traced or dumped.
///
/// What it opens are regular files and directories of file systems that hold such: nothing that the kernel makes up, as in `/proc`,
/// and nothing of a file system that an ordinary user serves, who could have this process wait for ever while it reads.
///
/// One thread uses it.
package final class Reader {
    /// What a name stands for.
    package struct Found {
        enum Kind { case file, directory, other }

        let kind: Kind
        let device, inode: UInt64
        /// Of a file or a directory, for reading.
        let descriptor: OwnedDescriptor?
        package var isOpen: Bool { descriptor != nil }
    }

    /// Milliseconds until a file system counts as one that does not answer.
    private static let patience: CInt = 10_000
    /// Readers of one user that do not end since a file system does not answer, before they are no longer believed.
    private static let waitingLimit = 4

    /// Which user's readers did not end yet.
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

    /// One that has all rights of this process, for what may not answer.
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
            // Own groups cannot be changed by who may not change those of others; then they are this process's.
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

    /// What has this path, with links followed; nil where nothing has.
    package func find(_ path: FilePath) throws(StoreError) -> Found? {
        guard path.isAbsolute else { throw .refusedReport("'\(path)' is not an absolute path") }
        return try find(path.string, beneath: -1, path)
    }

    /// The same beneath an open directory and without links; the directory itself where there are no names.
    func find(_ names: [EntryName], beneath directory: OwnedDescriptor, _ path: FilePath) throws(StoreError) -> Found? {
        try find(names.isEmpty ? "." : ViewPath(names).description, beneath: directory.rawValue, path)
    }

    private func find(_ name: String, beneath directory: CInt, _ path: FilePath) throws(StoreError) -> Found? {
        FaultPoint.pass("opens", path)
        Activity.require(.wait)
        guard !isWaiting else { throw .refusedReport("the file system of another file that it names does not answer") }
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
            throw .refusedReport("'\(path)' is not a file but what the kernel says of itself or of a process")
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
