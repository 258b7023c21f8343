import Glibc
import Recipe
import Store

/// Where a mount still is although it was unmounted, as far as /proc shows it. As long as the kernel has it anywhere, the process that serves
/// it goes on. A bind mount is a mount of its own; and a mount namespace, such as a container's, has copies of the mounts that there were
/// when it was made, which unmounting reaches only where they propagate.
struct MountCopies {
    private struct Copy {
        let process: pid_t
        let path: String
    }

    private let connection: String
    /// In the mount namespace of this process.
    private let here: [String]
    /// One of each other mount namespace, seen by the process with the lowest number there.
    private let elsewhere: [Copy]

    /// `connection`: the number of the mount among the kernel's FUSE connections.
    init(ofConnection connection: String) {
        func paths(_ process: String) -> [String] {
            MountTable.mounts(seenBy: process).filter { $0.isReproFS && $0.device == "0:\(connection)" }.map(\.path)
        }
        self.connection = connection
        let own = paths("self")
        here = own
        var seen = Set([Opener.link("/proc/self/ns/mnt")])
        elsewhere = ProcessFile.names(in: "/proc").compactMap { pid_t($0) }.sorted().compactMap { process in
            guard let path = paths("\(process)").first else { return nil }
            // Everybody may read where a process has mounts, but not which namespace it is in: all of those count as one. One of this
            // namespace has the mount only if this process has.
            let namespace = ProcessFile.told(of: process, { Opener.link("/proc/\(process)/ns/mnt") }) ?? "unknown"
            return seen.insert(namespace).inserted ? Copy(process: process, path: path) : nil
        }
    }

    /// Who has the mount, and how that is ended; nil if nobody does.
    var sentence: String? {
        if let place = here.first {
            return "it is also mounted at \(place); end that with: \(ShellCommand.reprofs("unmount", place))"
        }
        if let copy = elsewhere.first {
            let others = elsewhere.count - 1
            return """
                \(MountUsers.program(copy.process)) (process \(copy.process)) has a copy of it in another mount namespace, such as a \
                container's\(others > 0 ? ", and \(others.of("more namespace")) too" : ""); end that process, or as root: \
                \(ShellCommand.line("nsenter -m -t \(copy.process) umount", copy.path))
                """
        }
        guard access("/sys/fs/fuse/connections/\(connection)", F_OK) == 0 else { return nil }
        return """
            another mount namespace, such as a container's, has a copy of it, in which no process is seen from here; root finds its processes \
            with: grep -lF ' 0:\(connection) ' /proc/[0-9]*/mountinfo
            """
    }
}
