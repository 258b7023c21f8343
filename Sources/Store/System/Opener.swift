import Glibc
package import Recipe
import SystemPackage

/// The process that opened a file. Two values are equal if they are the same process.
package struct Opener: Sendable, Hashable {
    /// Boot id, number and start time: no other process ever has the same.
    package let identity: String
    /// The number of the process as this process sees it; numbers are reused.
    package let pid: Int32
    /// When the process started, which distinguishes it from others with its number.
    package let started: Timestamp
    /// The path of its program; nil if it may not be read.
    package let executable: String?
    /// The thread that opened the file, by its number within its own process; nil if that is not known.
    package private(set) var thread: Int32?

    package static func == (a: Opener, b: Opener) -> Bool { a.identity == b.identity }
    package func hash(into hasher: inout Hasher) { hasher.combine(identity) }

    package init(identity: String, pid: Int32, started: Timestamp, executable: String?, thread: Int32? = nil) {
        self.thread = thread
        self.identity = identity
        self.pid = pid
        self.started = started
        self.executable = executable
    }
}

extension Opener {
    /// The process with this number; nil if /proc does not show it, or shows a zombie: that holds nothing any longer, and in a container
    /// without an init it stays for ever. Also nil for a process that hangs in `execve`: its former memory and program are already gone.
    package init?(process: Int32) {
        let found =
            process == getpid()
            ? Opener(present: process) : ProcessFile.told(of: process) { Opener(present: process) }
        guard let found else { return nil }
        self = found
    }

    /// Waits while the process is in `execve`.
    private init?(present process: Int32) {
        // The program's name is in parentheses and may itself contain parentheses.
        guard
            let (line, executable) = Activity.perform(
                .kernel,
                {
                    ProcessFile.text("/proc/\(process)/stat").map { ($0, Self.link("/proc/\(process)/exe")) }
                }), let end = line.lastIndex(of: ")")
        else { return nil }
        let fields = line[end...].split(separator: " ")
        guard fields.count > 20, let ticks = Int64(fields[20]) else { return nil }
        // The state is that of the first thread, which may end before the others.
        guard !["Z", "X"].contains(fields[1]) || Int(fields[18]) ?? 0 > 1 else { return nil }
        self.init(
            identity: "\(Self.boot)-\(process)-\(ticks)", pid: process, started: Self.started(ticks),
            executable: executable)
    }

    /// The process of a thread that waits for this process to open or change something, and so is not in `execve`; nil if /proc does not
    /// show it.
    package init?(thread: Int32) {
        guard let (process, own) = Self.numbers(ofThread: thread) else { return nil }
        self.init(present: process)
        self.thread = own
    }

    /// The number of that process.
    package static func process(ofThread thread: Int32) -> Int32? { numbers(ofThread: thread)?.process }

    /// The process of a thread, and the number of the thread within it: a container has numbers of its own. Source: proc(5), NSpid.
    private static func numbers(ofThread thread: Int32) -> (process: Int32, own: Int32)? {
        guard thread > 0, let status = ProcessFile.text("/proc/\(thread)/status") else { return nil }
        let last = { (name: String) in
            status.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: "\t").last.flatMap {
                Int32($0)
            }
        }
        return last("Tgid:").map { ($0, last("NSpid:") ?? thread) }
    }

    /// The lines of /proc/PID/status by their names; nil if it cannot be read.
    static func status(of process: Int32) -> [String: String]? {
        guard let text = ProcessFile.text("/proc/\(process)/status") else { return nil }
        var lines: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 1)
            guard parts.count == 2, parts[0].last == ":" else { continue }
            lines[String(parts[0].dropLast())] = String(parts[1])
        }
        return lines
    }

    /// Whether a process has a file with this inode number open for writing, as far as /proc says: before Linux 5.14 it does not say the
    /// numbers. Each mount may have a file of that number, so only those on `device` count: `0:52`, as the kernel writes it.
    ///
    /// It reads only `fdinfo`, which the kernel shows whatever the process is doing (``ProcessFile/told(of:_:)``): in `execve` the process
    /// closes files that are closed on exec, and waits here for that. Any thread can stand for the process; the first one shows no files
    /// any longer once it has ended.
    package static func writes(_ thread: Int32, into file: UInt64, on device: String?) -> Bool {
        let directory = "/proc/\(thread)/fdinfo"
        return ProcessFile.names(in: directory).contains { name in
            guard let lines = ProcessFile.bytes("\(directory)/\(name)")?.split(separator: UInt8(ascii: "\n")) else {
                return false
            }
            func value(of key: String) -> ArraySlice<UInt8>? {
                lines.first { $0.starts(with: key.utf8) }?.dropFirst(key.utf8.count)
            }
            guard value(of: "ino:\t")?.elementsEqual(String(file).utf8) == true,
                let flags = value(of: "flags:\t").flatMap({ Int32(String(decoding: $0, as: UTF8.self), radix: 8) }),
                flags & O_ACCMODE != O_RDONLY
            else { return false }
            guard let device, let mount = value(of: "mnt_id:\t"),
                let found = Self.device(ofMount: mount, seenBy: thread)
            else { return true }
            return found == device
        }
    }

    /// The device of a mount by its number; nil if the process does not see the mount.
    private static func device(ofMount number: ArraySlice<UInt8>, seenBy thread: Int32) -> String? {
        guard let bytes = ProcessFile.bytes("/proc/\(thread)/mountinfo") else { return nil }
        let blank = UInt8(ascii: " ")
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: blank, maxSplits: 3)
            guard fields.count > 2, fields[0].elementsEqual(number) else { continue }
            return String(decoding: fields[2], as: UTF8.self)
        }
        return nil
    }

    /// Whether the process still exists.
    package var isAlive: Bool { Opener(process: pid)?.identity == identity }

    /// The first digits of this boot's id: process numbers begin anew with each boot.
    static let boot = String((ProcessFile.text("/proc/sys/kernel/random/boot_id") ?? "").prefix(8))

    /// When a process started, in clock ticks after the boot.
    private static func started(_ ticks: Int64) -> Timestamp {
        var uptime = timespec()
        clock_gettime(CLOCK_BOOTTIME, &uptime)
        let since = Int64(uptime.tv_sec) * 1_000_000_000 + Int64(uptime.tv_nsec)
        let tick = 1_000_000_000 / Int64(max(1, sysconf(CInt(_SC_CLK_TCK))))
        return Timestamp(nanoseconds: Timestamp.now().nanoseconds - since + ticks * tick)
    }

    /// The target of a link in /proc; nil if it is not shown.
    package static func link(_ path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), buffer.count) } ?? -1
        }
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
