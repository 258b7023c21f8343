import CLinux
import Glibc

/// What a process may see of the file system. A report's writer gets to see no more through this process than it may see itself: a
/// ``Reader`` opens the files that it names.
package struct Rights: Sendable, Hashable {
    /// The identity by which files are opened.
    package let user, group: UInt32
    /// Supplementary groups.
    package let groups: [UInt32]
    /// Whether permission bits do not restrict it, as for root. They may still restrict root in a container.
    package let seesAll: Bool

    package init(user: UInt32, group: UInt32, groups: [UInt32], seesAll: Bool) {
        self.user = user
        self.group = group
        self.groups = groups
        self.seesAll = seesAll
    }

    /// The rights of a process that sent a request as this user and group. Its supplementary groups are those that /proc shows, or, if it
    /// shows none, those that the machine's group database gives the user.
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

    /// The rights of this process.
    package static var own: Rights {
        var groups = [gid_t](repeating: 0, count: 1024)
        let count = getgroups(CInt(groups.count), &groups)
        return Rights(
            user: geteuid(), group: getegid(), groups: Array(groups.prefix(Int(max(0, count)))),
            seesAll: reprofs_capabilities() & UInt64(readingAll) != 0)
    }

    /// Whether this process can take another user's rights: it has CAP_SETGID and CAP_SETUID.
    package static var canBeTaken: Bool { reprofs_capabilities() & 0b1100_0000 == 0b1100_0000 }

    /// Whether this process can open files with these rights.
    package var canBeTaken: Bool { user == geteuid() || Self.canBeTaken }

    /// CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
    static let readingAll: UInt32 = 0b110
}
