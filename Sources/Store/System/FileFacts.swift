import Glibc
package import Recipe
import SystemPackage

/// What the kernel says of a file: enough to tell whether its bytes are still the same.
struct FileFacts: Equatable {
    enum Kind { case file, directory, link, other }

    let device: UInt64
    let inode: UInt64
    let kind: Kind
    /// Bytes.
    let size: Int
    let modified: Timestamp
    /// When content, name or attributes last changed; unlike the modification time, no program can set it back.
    let changed: Timestamp
    /// The twelve bits that `chmod` sets.
    let mode: UInt32
    let user, group: UInt32
    /// How many names it has.
    let names: Int

    /// Whether its mode lets everybody read it.
    var isReadableByAll: Bool { mode & 0o004 != 0 }

    init(_ facts: stat) {
        device = UInt64(facts.st_dev)
        inode = UInt64(facts.st_ino)
        switch facts.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .directory
        case S_IFLNK: kind = .link
        default: kind = .other
        }
        size = Int(facts.st_size)
        modified = Timestamp(seconds: facts.st_mtim.tv_sec, nanoseconds: facts.st_mtim.tv_nsec)
        changed = Timestamp(seconds: facts.st_ctim.tv_sec, nanoseconds: facts.st_ctim.tv_nsec)
        mode = UInt32(facts.st_mode & 0o7777)
        user = facts.st_uid
        group = facts.st_gid
        names = Int(facts.st_nlink)
    }

    /// Whether both are facts of one file.
    func isSameFile(as other: FileFacts) -> Bool { device == other.device && inode == other.inode }

    /// Whether nobody wrote between the two; names and modes may have changed.
    func hasSameBytes(as other: FileFacts) -> Bool {
        device == other.device && inode == other.inode && size == other.size && modified == other.modified
    }

    /// Nil if there is nothing at `path`. A link is followed unless `followLinks` is false.
    static func at(_ path: FilePath, followLinks: Bool = true) throws(StoreError) -> FileFacts? {
        var facts = stat()
        let flags = followLinks ? 0 : AT_SYMLINK_NOFOLLOW
        if path.withPlatformString({ fstatat(AT_FDCWD, $0, &facts, flags) }) == 0 { return FileFacts(facts) }
        let problem = Errno(rawValue: errno)
        if [.noSuchFileOrDirectory, .notDirectory, .fileNameTooLong].contains(problem) { return nil }
        throw .system("cannot inspect", path, problem)
    }

    /// The same without asking the server of a network or FUSE file system, which might never answer: times and sizes may be old.
    static func knownAt(_ path: FilePath) -> FileFacts? {
        var facts = stat()
        return path.withPlatformString({ fstatat(AT_FDCWD, $0, &facts, Self.asksNobody) }) == 0 ? FileFacts(facts) : nil
    }

    /// AT_STATX_DONT_SYNC, which glibc hides.
    static let asksNobody: CInt = 0x4000

    static func of(_ file: OwnedDescriptor, _ path: FilePath) throws(StoreError) -> FileFacts {
        var facts = stat()
        guard fstat(file.rawValue, &facts) == 0 else {
            throw .system("cannot inspect", path, Errno(rawValue: errno))
        }
        return FileFacts(facts)
    }
}

extension Timestamp {
    /// The wall clock.
    package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }
}
