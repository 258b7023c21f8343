import Foundation
import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// The kernel has a mount for as long as it is anywhere, and its process serves it.
@Suite(.timeLimit(.minutes(20)), .enabled(if: getuid() == 0, "skipped: not root"))
struct `A mount that is unmounted but still exists elsewhere` {
    let line: CommandLineFixture
    let server: pid_t
    init() throws {
        line = try CommandLineFixture.mountedWithModel()
        server = pid_t(try #require(try line.json(".reprofs/status")["process"]?.number?.int))
    }

    private var hasEnded: Bool { kill(server, 0) == -1 && errno == ESRCH }

    @Test func `is said to be in another mount namespace, in which a command ends it`() throws {
        let container = Process()
        container.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        // Without the mounts of other tests, which would not end.
        let script = """
            awk '/ - fuse.reprofs /{print $5}' /proc/self/mountinfo | while read -r place; do
                place=$(printf %b "$place")
                [ "$place" = "$1" ] || umount -l "$place" 2>/dev/null
            done
            exec sleep 600
            """
        container.arguments = ["-m", "--propagation", "private", "sh", "-c", script, "sh", line.mountPoint.string]
        try withoutBlockedSignals { try container.run() }
        let number = container.processIdentifier
        defer {
            kill(number, SIGKILL)
            container.waitUntilExit()
        }
        try eventually { ProcessFile.text("/proc/\(number)/comm") == "sleep\n" }
        let command = "nsenter -m -t \(number) umount '\(line.mountPoint)'"
        let text =
            "sleep (process \(number)) has a copy of it in another mount namespace, such as a container's; "
            + "end that process, or as root: \(command)"

        let outcome = try line.run("unmount", line.mountPoint.string)
        #expect(outcome.status == 1 && !line.isMounted)
        #expect(
            outcome.complaint.contains("is unmounted, but process \(server) still serves it: \(text)"),
            "\(outcome.complaint)")
        let status = try line.run("status").output
        #expect(status.contains("it is unmounted, but its process still serves it: \(text)"), "\(status)")
        #expect(!hasEnded)
        #expect(try line.run(tool: "/bin/sh", ["-c", command]).status == 0)
        try eventually { hasEnded }
        #expect(try line.run("status").output.contains("Mounts     none"))
    }

    @Test func `is said to be bound elsewhere, where it can be unmounted, too`() throws {
        let other = line.directory.appending("other").string
        try #require(mkdir(other, 0o755) == 0)
        try #require(mount(line.mountPoint.string, other, nil, UInt(MS_BIND), nil) == 0)
        defer { umount2(other, CInt(MNT_DETACH)) }
        let text = "it is also mounted at \(other); end that with: reprofs unmount \(other)"
        let outcome = try line.run("unmount", line.mountPoint.string)
        #expect(outcome.status == 1 && outcome.complaint.contains(text), "\(outcome.complaint)")
        #expect(try line.run("status").output.contains(text))
        #expect(try line.run("unmount", other).status == 0)
        try eventually { hasEnded }
    }

    @Test func `is said to be where its owner may not enter it`() throws {
        let outcome = try CommandLineFixture().run(
            whereUsersMayMount: """
                as 65534 "$1" init >/dev/null && as 65534 "$1" mount "$2/m" || exit 1
                server=$(as 65534 grep -o '"process": *[0-9]*' "$2/m/.reprofs/status" | grep -o '[0-9]*$')
                unshare -m --propagation private sleep 600 & other=$!
                until grep -qx sleep /proc/$other/comm; do sleep 0.05; done
                as 65534 "$1" unmount "$2/m" 2>&1
                echo "status $?"
                kill $other; wait $other 2>/dev/null
                timeout 20 sh -c 'while kill -0 "$1" 2>/dev/null; do sleep 0.05; done' sh "$server"
                """)
        #expect(
            outcome.output.contains("has a copy of it in another mount namespace, such as a container's")
                && outcome.output.hasSuffix("status 1\n"), "\(outcome.output) \(outcome.complaint)")
    }
}
