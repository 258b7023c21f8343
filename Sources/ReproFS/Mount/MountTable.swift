import Glibc
import Store
import SystemPackage

/// The kernel's list of mounts, and operations on one of them. Nothing here accesses a mount, which could hang.
enum MountTable {
    /// A mount as the kernel lists it.
    struct Mounted {
        let path: String
        let source: String
        let isReproFS: Bool
        /// The device number as the kernel writes it: `0:52`.
        let device: String
    }

    /// The number of the mount at `path` among the kernel's FUSE connections: the minor number of its device.
    static func connection(at path: FilePath) -> String? {
        mount(at: path)?.device.utf8.split(separator: UInt8(ascii: ":")).last.map { String($0) ?? "" }
    }

    /// Ends a connection and removes its mount, whoever uses it: every call into it fails from now on. A different mount that may have come
    /// to `path` since is left alone.
    static func abort(_ path: FilePath, connection number: String) {
        let end = try? FileDescriptor.open(
            FilePath("/sys/fs/fuse/connections").appending(number).appending("abort"), .writeOnly, options: .closeOnExec
        )
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

    /// The topmost mount at `path`.
    static func mount(at path: FilePath) -> Mounted? { mounts().last { $0.path == path.string } }

    /// Read from the kernel's list: accessing the mounts themselves could hang. `process`: whose mount namespace; nothing if this user may not
    /// see it.
    static func mounts(seenBy process: String = "self") -> [Mounted] {
        guard let bytes = ProcessFile.bytes("/proc/\(process)/mountinfo") else { return [] }
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

    /// KiB. With 1024, reading a cold file took half as long again, since the disk reads nothing while so much is copied, and reading a
    /// warm file took a fifth longer.
    private static let readAheadSize = 256

    /// Sets how far the kernel reads ahead to the fastest value, if this process may.
    static func readAhead(at path: FilePath) {
        guard let device = mount(at: path)?.device,
            let setting = try? FileDescriptor.open(
                FilePath("/sys/class/bdi").appending(device).appending("read_ahead_kb"), .writeOnly,
                options: .closeOnExec)
        else { return }
        defer { try? setting.close() }
        _ = try? setting.writeAll(Array("\(readAheadSize)".utf8))
    }
}
