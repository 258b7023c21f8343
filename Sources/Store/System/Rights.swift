import CLinux
import Glibc

/// What a process may see of the file system. Whoever tells of files sees no more through this process than it may see itself: a
/// ``Reader`` opens them.
package struct Rights: Sendable, Hashable {
    /// The identity by which files are opened.
    package let user, group: UInt32
    /// Supplementary groups.
    package let groups: [UInt32]
    /// Whether modes do not bind it, as they do not bind root. Root in a container may be bound all the same.
    package let seesAll: Bool

    package init(user: UInt32, group: UInt32, groups: [UInt32], seesAll: Bool) {
        self.user = user
        self.group = group
        self.groups = groups
        self.seesAll = seesAll
    }

    /// Those of a process that asked for something as this user and group. Its groups are what the kernel says of it, or, where
    /// that does not, what the machine's list of groups says of the user.
    package init(user: UInt32, group: UInt32, process: Int32?) {
        let told = process.flatMap { Opener.status(of: $0) } ?? [:]
        let groups = told["Groups"]?.split(separator: " ").compactMap { UInt32($0) }
        let capabilities = told["CapEff"].flatMap { UInt64($0, radix: 16) } ?? 0
        self.init(
            user: user, group: group, groups: groups ?? Self.listedGroups(of: user, group),
            seesAll: user == 0 && capabilities & UInt64(Self.readingAll) != 0)
    }

    private static func listedGroups(of user: UInt32, _ group: UInt32) -> [UInt32] {
        guard let name = getpwuid(user).flatMap({ $0.pointee.pw_name }) else { return [] }
        var count: CInt = 256
        var groups = [gid_t](repeating: 0, count: Int(count))
        guard getgrouplist(name, group, &groups, &count) >= 0 else { return [] }
        return Array(groups.prefix(Int(count)))
    }

    /// Those of this process.
    package static var own: Rights {
        var groups = [gid_t](repeating: 0, count: 1024)
        let count = getgroups(CInt(groups.count), &groups)
        return Rights(
            user: geteuid(), group: getegid(), groups: Array(groups.prefix(Int(max(0, count)))),
            seesAll: reprofs_capabilities() & UInt64(readingAll) != 0)
    }

    /// Whether this process can take the rights of another user: CAP_SETGID and CAP_SETUID.
    package static var canBeTaken: Bool { reprofs_capabilities() & 0b1100_0000 == 0b1100_0000 }

    /// Whether this process can open files with these rights.
    package var canBeTaken: Bool { user == geteuid() || Self.canBeTaken }

    /// CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
    static let readingAll: UInt32 = 0b110
}
