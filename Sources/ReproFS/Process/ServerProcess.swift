import CLinux
import Glibc
import Store
import SystemPackage

/// A process that serves a mount, as other processes see it.
package struct ServerProcess: Sendable {
    let number: pid_t

    package init(number: Int32) { self.number = number }

    /// How long a process may take to end after it was told to. Milliseconds: hashing and copying stop within a second, and the rest is a
    /// write to the disk.
    private static let patience: CInt = 10_000
    /// The same for a process that cannot end until somebody does something: one that is stopped, or still serves copies of the mount.
    private static let patienceWhereHeld: CInt = 500

    /// The processes that serve the connection of this number, as far as /proc shows them; including one that served an earlier connection
    /// of this number and is about to end. The mount is not accessed: it may hang.
    static func serving(connection: String, store: String) -> [ServerProcess] {
        let processes = ProcessFile.names(in: "/proc").compactMap { pid_t($0) }
        var isTold = false
        let found = processes.filter { process in
            ProcessFile.names(in: "/proc/\(process)/fdinfo").contains { descriptor in
                let number = field("fuse_connection:", in: "/proc/\(process)/fdinfo/\(descriptor)")
                if number != nil { isTold = true }
                return number.map { $0 == connection } ?? false
            }
        }
        if isTold { return found.map { ServerProcess(number: $0) } }
        // Older kernels do not show the numbers.
        let others = processes.filter { process in
            ProcessFile.told(of: process) {
                let directory = "/proc/\(process)/fd"
                let targets = ProcessFile.names(in: directory).compactMap { Opener.link("\(directory)/\($0)") }
                return targets.contains("/dev/fuse") && targets.contains(store + "/lock")
            } ?? false
        }
        return others.count == 1 ? others.map { ServerProcess(number: $0) } : []
    }

    /// Returns when it has ended. Throws if it does not: until then it has the store, and perhaps the lease to write it. `copies`: who still has
    /// the mount that it served, in words.
    package func waitForEnd(after what: String, copies: () -> String? = { nil }) throws(MountError) {
        let descriptor = reprofs_process(number)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        func hasEnded(within patience: CInt) -> Bool {
            var end = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            return poll(&end, 1, patience) == 1
        }
        if hasEnded(within: Self.patienceWhereHeld) { return }
        var held = isStopped ? nil : copies()
        // Many a program has a mount namespace of its own for a moment, which ends by itself.
        for _ in 0..<5 where held != nil {
            if hasEnded(within: Self.patienceWhereHeld) { return }
            held = copies()
        }
        let isHeld = isStopped || held != nil
        if hasEnded(within: isHeld ? 0 : Self.patience - Self.patienceWhereHeld) { return }
        let end = "other mounts of its store show models/ read-only; 'kill -KILL \(number)' ends it"
        if let held {
            throw MountError("\(what), but process \(number) still serves it: \(held). Until then \(end)")
        }
        throw MountError(
            "\(what), but process \(number), which served it, "
                + (isHeld ? "is stopped and cannot end" : "has not ended \(waiting)") + "; until it has, \(end)")
    }

    /// The states of its threads. Its first thread may have ended before the others, and any of them can keep it from ending.
    private var states: Set<String> {
        let threads = "/proc/\(number)/task"
        return Set(
            ProcessFile.names(in: threads).compactMap {
                Self.field("State:", in: "\(threads)/\($0)/status").map { String($0.prefix(1)) }
            })
    }
    private var isStopped: Bool { !states.isDisjoint(with: ["T", "t"]) }
    private var waiting: String {
        let seconds = Self.patience / 1000
        return states.contains("D") ? "within \(seconds) s, because it waits for a disk" : "within \(seconds) s"
    }

    /// The numbers of the FUSE connections that it serves, as far as /proc shows them.
    var connections: [String] {
        let directory = "/proc/\(number)/fdinfo"
        return Set(
            ProcessFile.names(in: directory).compactMap { Self.field("fuse_connection:", in: "\(directory)/\($0)") }
        ).sorted()
    }

    private static func field(_ name: String, in path: String) -> String? {
        let line = ProcessFile.text(path)?.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.dropFirst(name.count).split(whereSeparator: { $0 == "\t" || $0 == " " }).first.map { String($0) }
    }
}
