import Foundation
import GRDB
import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// A mount that ends while its clients wait for it wakes them, whatever it waited for itself.
@Suite(.timeLimit(.minutes(20))) struct `A mount that ends under its clients` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
    }

    @Test(arguments: [SIGTERM, SIGKILL]) func `gives them their errors at once`(signal: CInt) throws {
        try line.mount()
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.makeDirectory("loras")
        let server = pid_t(try #require(try line.json(".reprofs/status")["process"]?.number?.int))
        // Somebody else has the catalogue, so that every change waits.
        let other = try DatabaseQueue(path: line.store.appending("catalogue.sqlite").string)
        try other.inDatabase { db in
            try db.beginTransaction(.immediate)
            defer { try? db.rollback() }
            var clients: [Process] = []
            for number in 0..<6 {
                let client = Process()
                client.executableURL = URL(fileURLWithPath: "/bin/mkdir")
                client.arguments = [models.path("loras/d\(number)")]
                client.standardError = FileHandle.nullDevice
                try client.run()
                clients.append(client)
            }
            usleep(300_000)
            #expect(clients.allSatisfy { $0.isRunning })
            kill(server, signal)
            try eventually { !clients.contains { $0.isRunning } }
            #expect(clients.allSatisfy { $0.terminationStatus != 0 })
            if signal == SIGTERM { try eventually { !line.isMounted } }
        }
        try eventually { try line.run("mount", line.mountPoint.string).status == 0 }
        #expect(try models.names() == ["loras"])
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
    }

    /// The moments are those at which a debug build makes its session, starts its threads and answers first requests.
    @Test(arguments: Array(stride(from: 0, through: 300, by: 20)))
    func `ends in order at whatever moment of its start it is told to`(milliseconds: Int) throws {
        let mount = Process()
        mount.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
        mount.arguments = ["mount", "--foreground", line.mountPoint.string]
        mount.environment = ProcessInfo.processInfo.environment.merging(["REPROFS_STORE": line.store.string]) { $1 }
        mount.standardError = FileHandle.nullDevice
        try withoutBlockedSignals { try mount.run() }
        usleep(UInt32(milliseconds) * 1000)
        mount.terminate()
        mount.waitUntilExit()
        // Before it holds signals back it ends by the signal itself.
        let isEnded =
            mount.terminationReason == .exit ? mount.terminationStatus == 0 : mount.terminationStatus == SIGTERM
        #expect(isEnded, "\(mount.terminationReason) \(mount.terminationStatus)")
        #expect(!line.isMounted)
    }

    @Test(arguments: ["<&-", ">&-", "<&- >&-", "<&- >&- 2>&-"])
    func `begins also where the command has none of the usual files open`(closed: String) throws {
        let line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        let command = "exec '\(CommandLineFixture.executable)' mount '\(line.mountPoint)' \(closed)"
        let mounted = try line.run(
            tool: "/bin/sh", ["-c", command], environment: ["REPROFS_STORE": line.store.string])
        #expect(mounted.status == 0, "\(mounted.complaint)")
        #expect(line.isMounted)
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
    }

    @Test func `leaves a place that is busy alone when another of its places is unmounted`() throws {
        let other = line.directory.appending("other")
        try line.mount("--models-at", other.string)
        try line.directory.write([], to: "unused")
        let held = try FileDescriptor.open(
            line.file("models/notes.txt"), .writeOnly, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
        #expect(try line.run("unmount", other.string).status == 0)
        #expect(line.isMounted)
        #expect(try held.writeAll([1, 2, 3]) == 3)
        try held.close()
        #expect(try line.read("models/notes.txt") == [1, 2, 3])
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
    }

    @Test func `is gone with its process when unmount returns, though it was hashing`() throws {
        try line.mount()
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.makeDirectory("checkpoints")
        try models.write([1], to: "checkpoints/large.part")
        try models.truncate("checkpoints/large.part", to: 40 << 30)
        try models.rename("checkpoints/large.part", to: "checkpoints/large.bin")
        for _ in 0..<2 {
            try expectGone { try line.run("unmount", line.mountPoint.string) }
            try line.mount()
        }
        try models.write([2], to: "checkpoints/small.bin")
        try eventually { try line.run("list", "versions", "--json").json?.array?.count == 1 }
        // The large one is not hashed again for nothing.
        try models.remove("checkpoints/large.bin")
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
    }

    @Test func `is gone with its process when the last of its places is unmounted`() throws {
        let other = line.directory.appending("other")
        for _ in 0..<3 {
            try line.mount("--models-at", other.string)
            #expect(try line.run("unmount", other.string).status == 0)
            try expectGone { try line.run("unmount", line.mountPoint.string) }
        }
    }

    @Test func `is named by unmount where its process cannot end`() throws {
        try line.mount()
        let server = pid_t(try #require(try line.json(".reprofs/status")["process"]?.number?.int))
        kill(server, SIGSTOP)
        let outcome = try line.run("unmount", line.mountPoint.string)
        kill(server, SIGCONT)
        #expect(outcome.status == 1)
        #expect(outcome.complaint.contains("process \(server), which served it, is stopped"), "\(outcome.complaint)")
        #expect(!line.isMounted)
        try eventually { !isAlive(server) }
    }

    /// Unmounts, and expects that nobody writes the store's models any more.
    private func expectGone(_ unmount: () throws -> CommandLineFixture.Outcome) throws {
        let server = pid_t(try #require(try line.json(".reprofs/status")["process"]?.number?.int))
        let outcome = try unmount()
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(!isAlive(server))
        #expect(try LiveView(try Store.open(line.store)).lease.take(serving: []))
    }

    /// One that its parent has not noticed yet has ended.
    private func isAlive(_ process: pid_t) -> Bool { Opener(process: process) != nil }

    @Test func `is refused with advice where the catalogue is lost`() throws {
        try FileManager.default.removeItem(atPath: line.store.appending("catalogue.sqlite").string)
        for arguments in [["mount", line.mountPoint.string], ["init"], ["status"]] {
            let outcome = try line.run(arguments)
            #expect(outcome.status == 1)
            #expect(outcome.complaint.contains("with: reprofs rebuild --store "), "\(arguments): \(outcome.complaint)")
        }
    }

    @Test func `makes versions of all that was closed, however few files it may have open`() throws {
        guard access("/dev/fuse", R_OK | W_OK) == 0 else { try Test.cancel("skipped: /dev/fuse is not there to use") }
        let mounted = try line.run(
            tool: "/bin/sh",
            ["-c", "ulimit -n 128; exec \"$0\" mount \"$1\"", CommandLineFixture.executable, line.mountPoint.string],
            environment: ["REPROFS_STORE": line.store.string])
        try #require(mounted.status == 0, "\(mounted.complaint)")
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.makeDirectory("checkpoints")
        var files: [FileDescriptor] = []
        func open() throws {
            files.append(
                try FileDescriptor.open(
                    models.path("checkpoints/m\(files.count).bin"), .writeOnly, options: [.create, .closeOnExec],
                    permissions: .ownerReadWrite))
        }
        #expect(throws: Errno.tooManyOpenFiles) { for _ in 0..<200 { try open() } }
        #expect(files.count > 20)
        for (number, file) in files.enumerated() {
            try file.writeAll([1, UInt8(number)])
            try file.close()
        }
        try eventually { try line.run("list", "versions", "--json").json?.array?.count == files.count }
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
    }

    @Test func `is refused where two places lie in one another`() throws {
        let outcome = try line.run("mount", line.mountPoint.string, "--models-at", line.mountPoint.string + "/in")
        #expect(outcome.status == 64)
        #expect(!line.isMounted)
    }
}

/// What 0.2.0 left when it was killed; the fixture's README says what is in it.
@Suite(.timeLimit(.minutes(20))) struct `A store of a killed 0.2.0` {
    @Test func `is taken over without loss`() throws {
        guard access("/dev/fuse", R_OK | W_OK) == 0 else { try Test.cancel("skipped: /dev/fuse is not there to use") }
        guard geteuid() == 0 else { try Test.cancel("skipped: only root can unpack what belongs to root") }
        let line = try CommandLineFixture()
        let script = FilePath(#filePath).removingLastComponent().removingLastComponent()
            .appending("Fixtures/Stores/make_killed.py").string
        let outcome = try line.run(
            tool: "/usr/bin/env", ["python3", script, "--check", "--reprofs", CommandLineFixture.executable],
            environment: ["TMPDIR": line.directory.path.string])
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.complaint)")
    }
}
