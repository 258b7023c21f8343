import Foundation
import Reproduction
import Support
import SystemPackage
import Testing

/// Whoever looks through all processes passes over one of which the kernel does not tell.
@Suite(.serialized, .timeLimit(.minutes(20)), .enabled(if: getuid() == 0, "skipped: not root"))
struct `Beside a process that does not get through execve` {
    let line: CommandLineFixture
    let held: HeldProcess

    init() throws {
        line = try CommandLineFixture()
        held = try HeldProcess(in: line.directory)
    }

    @Test func `unmount says who uses the mount`() throws {
        defer { held.end() }
        try #require(try line.run("init").status == 0)
        try line.mount()
        let file = try FileDescriptor.open(
            line.mountPoint.appending(".reprofs/status"), .readOnly, options: .closeOnExec)
        let outcome = try line.run("unmount", line.mountPoint.string)
        try file.close()
        #expect(outcome.status == 1 && outcome.complaint.contains("(process \(getpid())) has .reprofs/status"))
        let again = try line.run("unmount", line.mountPoint.string)
        #expect(again.status == 0, "\(again.complaint)")
    }

    @Test func `the process that listens at an address is found`() throws {
        defer { held.end() }
        let (listener, port) = try Loopback.listen()
        defer { close(listener) }
        #expect(ListeningProcess.at("http://127.0.0.1:\(port)") == getpid())
    }

    /// The kernel gives its table by the page.
    @Test func `the process that listens at an address is found where many others listen`() throws {
        defer { held.end() }
        let listeners = try (0..<64).map { _ in try Loopback.listen() }
        defer { for listener in listeners { close(listener.descriptor) } }
        for listener in listeners { #expect(ListeningProcess.at("http://127.0.0.1:\(listener.port)") == getpid()) }
    }
}
