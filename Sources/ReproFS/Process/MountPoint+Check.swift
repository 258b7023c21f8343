import CLinux
import Glibc
import Store
package import SystemPackage

extension MountPoint {
    /// Throws if nothing can be mounted at `path`, as far as that is known without mounting. Commands call it before they move files away
    /// for a mount.
    package static func requireMountable(_ path: FilePath, store: FilePath) throws(MountError) {
        try prepare(path, store: store)
        let device = "/dev/fuse"
        let file = Glibc.open(device, O_RDWR | O_CLOEXEC)
        guard file >= 0 else {
            throw MountError(
                "cannot mount: \(device) cannot be opened (\(Errno(rawValue: errno))); load FUSE, or let this container use it"
            )
        }
        close(file)
        let mayMount = reprofs_capabilities() & 1 << 21 != 0
        guard !mayMount else { return }
        guard let helper = helperPath() else {
            throw MountError(
                "cannot mount: that needs root's rights here, or the program fusermount3, which is not installed")
        }
        let facts = try? FilePath(helper).stat()
        guard let facts, facts.permissions.contains(.setUserID), facts.userID.rawValue == 0 else {
            throw MountError("cannot mount: \(helper) does not have root's rights (setuid)")
        }
        // It mounts for the directory's owner, or for users who may write there.
        guard path.withPlatformString({ access($0, W_OK) }) == 0 else {
            throw MountError("cannot mount: \(path) is not yours to write to")
        }
    }

    /// Throws if this user may not let others into a mount. Source: mount.fuse3(8).
    package static func requireOthersAllowed() throws(MountError) {
        guard reprofs_capabilities() & 1 << 21 == 0 else { return }
        let settings = (try? FileDescriptor.open("/etc/fuse.conf", .readOnly, options: .closeOnExec)).map {
            file -> String in
            defer { try? file.close() }
            var bytes = [UInt8](repeating: 0, count: 64 << 10)
            let count = (try? bytes.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
            return String(decoding: bytes[..<count], as: UTF8.self)
        }
        let isAllowed = settings?.split(separator: "\n").contains { line in
            line.split(whereSeparator: { $0 == " " || $0 == "\t" }) == ["user_allow_other"]
        }
        guard isAllowed != true else { return }
        throw MountError(
            """
            --allow-other is root's to permit: the file /etc/fuse.conf needs the line user_allow_other; add it, or mount as root \
            or without --allow-other; nothing was mounted
            """)
    }

    private static func helperPath() -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return path.utf8.split(separator: UInt8(ascii: ":")).map {
            String(decoding: $0, as: UTF8.self) + "/fusermount3"
        }
        .first { access($0, X_OK) == 0 }
    }
}
