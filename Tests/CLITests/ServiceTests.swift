import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The service` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
    }

    private var configuration: FilePath { line.directory.appending("configuration") }

    /// Runs `reprofs service …` where no service manager answers.
    private func service(_ arguments: String...) throws -> CommandLineFixture.Outcome {
        try line.run(
            tool: CommandLineFixture.executable, ["service"] + arguments,
            environment: [
                "REPROFS_STORE": line.store.string, "XDG_CONFIG_HOME": configuration.string,
                "XDG_RUNTIME_DIR": line.directory.appending("none").string,
                "DBUS_SESSION_BUS_ADDRESS": "unix:path=/none",
            ])
    }

    @Test func `writes a unit, says how to start it where nothing answers, and removes it`() throws {
        let installed = try service("install", "--user", line.mountPoint.string)
        #expect(installed.status == 0, "\(installed.complaint)")
        #expect(
            installed.complaint.contains(
                "systemctl --user daemon-reload && systemctl --user enable --now reprofs.service"))
        let path = configuration.appending("systemd/user/reprofs.service").string
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("\nType=notify\n"))
        #expect(text.contains("\nRestart=on-failure\n"))
        // A place that is not empty stays that when it is tried again.
        #expect(text.contains("\nRestartPreventExitStatus=6\n"))
        #expect(text.contains("\"--store\" \"\(line.store)\""))
        // Either would keep the setuid fusermount3 from working.
        #expect(!text.contains("NoNewPrivileges") && !text.contains("RestrictNamespaces"))
        #expect(try service("uninstall", "--user").status == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try service("uninstall", "--user").status == 1)
    }

    @Test func `keeps the gallery running for a user, as it was asked for`() throws {
        let printed = try service(
            "install", "--gallery", "--port", "8765", "--server", "http://127.0.0.1:8188", "--print")
        #expect(printed.status == 0, "\(printed.complaint)")
        #expect(
            printed.output.contains(
                "\"gallery\" \"--no-open\" \"--store\" \"\(line.store)\" \"--port\" \"8765\" \"--server\" \"http://127.0.0.1:8188"
            ))
        // Its address holds a secret, and a journal is read by others.
        #expect(printed.output.contains("\nStandardOutput=null\n"))
        let path = configuration.appending("systemd/user/reprofs-gallery.service").string
        #expect(try service("install", "--gallery").status == 0)
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(try service("uninstall", "--gallery").status == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try service("install", "--gallery", line.mountPoint.string).status == 64)
        #expect(try service("install", "--gallery", "--system").status == 64)
        #expect(try service("install", line.mountPoint.string, "--port", "1").status == 64)
    }

    @Test func `installs the helper for root alone, from where nobody else can change it`() throws {
        let printed = try service("install", "--helper", "--print")
        #expect(printed.status == 0, "\(printed.complaint)")
        #expect(printed.output.contains("\nListenSequentialPacket=/run/reprofs/backing.sock\n"))
        #expect(printed.output.contains("\nBacklog=4096\n"))
        #expect(printed.output.contains("\nCapabilityBoundingSet=CAP_SYS_ADMIN\n"))
        // Any of these makes a mount namespace, in which the helper would find nobody's files.
        for word in ["Private", "Protect", "ReadOnlyPaths", "InaccessiblePaths", "DynamicUser", "ProcSubset"] {
            #expect(!printed.output.contains("\n\(word)"), "\(word)")
        }
        #expect(try service("install", "--helper", line.mountPoint.string).status != 0)
        #expect(try service("install").status != 0)
        guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv") else { return }
        // A copy that an ordinary user could change, asked for by root.
        let bin = line.directory.appending("bin")
        try FileManager.default.createDirectory(atPath: bin.string, withIntermediateDirectories: false)
        for name in ["reprofs", "reprofs-backing"] {
            let from = FilePath(CommandLineFixture.executable).removingLastComponent().appending(name)
            try FileManager.default.copyItem(atPath: from.string, toPath: bin.appending(name).string)
        }
        try #require(chown(bin.string, 65534, 65534) == 0 && chmod(line.directory.path.string, 0o755) == 0)
        let unsafe = try line.run(tool: bin.appending("reprofs").string, ["service", "install", "--helper"])
        #expect(unsafe.status == 1 && unsafe.complaint.contains("can be changed by others than root"), "\(unsafe)")
        // The bit that makes a directory like /tmp safe makes no file safe. That file is named, and not the directory that it is in.
        try #require(chmod(bin.appending("reprofs-backing").string, 0o1777) == 0)
        let sticky = try line.run(tool: bin.appending("reprofs").string, ["service", "install", "--helper"])
        #expect(
            sticky.status == 1 && sticky.complaint.contains("bin/reprofs-backing can be changed by others than root"),
            "\(sticky)")
        for word in ["install", "uninstall"] {
            let refused = try line.run(
                tool: "/usr/bin/setpriv",
                ["--reuid", "65534", "--clear-groups", bin.appending("reprofs").string, "service", word, "--helper"])
            #expect(refused.status == 1 && refused.complaint.contains("only root may \(word) the helper"), "\(refused)")
        }
    }

    @Test func `has units for the helper that systemd understands, and that crashes do not end`() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze") else {
            try Test.cancel("skipped: systemd-analyze is not installed")
        }
        let printed = try service("install", "--helper", "--print").output
        // Each begins with who wrote it.
        let units = printed.split(separator: "# Written by").map { "# Written by" + $0 }
        try #require(units.count == 2)
        let paths = try zip(["reprofs-backing.socket", "reprofs-backing.service"], units).map { name, text in
            try line.directory.write(Array(text.utf8), to: name).string
        }
        let verified = try line.run(tool: "/usr/bin/systemd-analyze", ["verify", "--man=no", "--system"] + paths)
        #expect(!verified.complaint.contains("reprofs-backing"), "\(verified.complaint)")
        for setting in ["StartLimitIntervalSec=0", "Restart=on-failure", "RestartSec=5"] {
            #expect(units[1].contains("\n\(setting)\n"), "\(setting)")
        }
    }

    @Test func `refuses a place where the mount would hide files`() throws {
        try line.directory.write([1], to: "full/a.safetensors")
        let full = line.directory.appending("full").string
        let refused = try service("install", "--user", full)
        #expect(refused.status == 6 && refused.complaint.contains("a.safetensors"), "\(refused.complaint)")
        #expect(!FileManager.default.fileExists(atPath: configuration.appending("systemd/user/reprofs.service").string))
        #expect(try service("install", "--user", full, "--allow-non-empty").status == 0)
        let path = configuration.appending("systemd/user/reprofs.service").string
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\"--allow-non-empty\""))
    }

    @Test func `leaves a unit of somebody else alone`() throws {
        let unit = try line.directory.write(Array("[Service]\n".utf8), to: "configuration/systemd/user/reprofs.service")
        for outcome in [try service("install", "--user", line.mountPoint.string), try service("uninstall", "--user")] {
            #expect(outcome.status == 1)
            #expect(outcome.complaint.contains("was not written by ReproFS"), "\(outcome.complaint)")
        }
        #expect(try String(contentsOfFile: unit.string, encoding: .utf8) == "[Service]\n")
        #expect(try service("install", "--user", "--name", "models", line.mountPoint.string).status == 0)
        #expect(try service("install", "--user", "--name", "a/b", line.mountPoint.string).status == 64)
    }

    @Test(arguments: ["--user", "--system"]) func `has units that systemd understands`(scope: String) throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze") else {
            try Test.cancel("skipped: systemd-analyze is not installed")
        }
        let odd = line.directory.appending("100% $HOME \"odd\" \\ models").string
        let printed = try service("install", scope, "--print", "--allow-other", odd)
        #expect(printed.status == 0, "\(printed.complaint)")
        #expect(printed.output.contains("100%% $$HOME \\\"odd\\\" \\\\ models"))
        let unit = try line.directory.write(Array(printed.output.utf8), to: "reprofs.service")
        let verified = try line.run(tool: "/usr/bin/systemd-analyze", ["verify", "--man=no", scope, unit.string])
        #expect(!verified.complaint.contains("reprofs.service:"), "\(verified.complaint)")
        // A unit with a mount namespace of its own would mount where nobody sees it.
        for namespace in [
            "Private", "Protect", "ReadOnlyPaths", "ReadWritePaths", "InaccessiblePaths", "RootDirectory",
        ] {
            #expect(!printed.output.contains("\n\(namespace)"), "\(namespace)")
        }
    }

    @Test(arguments: ["--user", "--system"]) func `has units for packages that say the same as those it writes`(
        scope: String
    ) throws {
        let template = try service("template", scope, "--executable", "/usr/bin/reprofs")
        #expect(template.status == 0, "\(template.complaint)")
        let printed = try service("install", scope, "--print", line.mountPoint.string)
        // Only what names a place differs.
        func lines(_ text: String) -> [Substring] {
            text.split(separator: "\n").filter { line in
                !["#", "Description=", "RequiresMountsFor=", "Exec", "Environment="].contains { line.hasPrefix($0) }
            }
        }
        #expect(lines(template.output) == lines(printed.output))
        // Nobody's own: 'service uninstall' leaves it alone.
        #expect(!template.output.contains("Written by"))
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze") else {
            try Test.cancel("skipped: systemd-analyze is not installed")
        }
        let name = scope == "--user" ? "reprofs.service" : "reprofs@srv-models.service"
        // It looks for the program.
        let text = template.output.replacing("/usr/bin/reprofs", with: CommandLineFixture.executable)
        let unit = try line.directory.write(Array(text.utf8), to: name)
        let verified = try line.run(tool: "/usr/bin/systemd-analyze", ["verify", "--man=no", scope, unit.string])
        #expect(!verified.complaint.contains(name + ":"), "\(verified.complaint)")
    }

    @Test func `tells the service manager when the mount answers and when it ends`() throws {
        guard access("/dev/fuse", R_OK | W_OK) == 0 else { try Test.cancel("skipped: /dev/fuse is not there to use") }
        let name = line.directory.appending("notify").string
        let manager = try NotifySocket(name)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
        process.arguments = ["mount", "--foreground", line.mountPoint.string]
        process.environment = ProcessInfo.processInfo.environment.merging([
            "REPROFS_STORE": line.store.string, "NOTIFY_SOCKET": name,
        ]) { $1 }
        let log = line.directory.appending("log.txt").string
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        #expect(manager.receive()?.hasPrefix("READY=1\nSTATUS=Mounted \(line.store)") == true)
        #expect(line.isMounted)
        #expect(try line.json(".reprofs/status")["schema"] == "reprofs.mount/1")
        process.terminate()
        #expect(manager.receive() == "STOPPING=1")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(!line.isMounted)
    }

    /// What the kernel reads by itself it reads on, which the log does not hide.
    @Test(arguments: [true, false])
    func `unmounts when told to end while a model is open, and says so in the log`(passesThrough: Bool) throws {
        try line.writeModels(seed: 1)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        if passesThrough { try line.mount() } else { try line.mount("--no-passthrough") }
        let status = try line.json(".reprofs/status")
        let process = pid_t(try #require(status["process"]?.number?.int))
        let isReadByKernel = status["passthrough"]?["on"] == true
        let file = try FileDescriptor.open(
            line.file("models/checkpoints/model.safetensors"), .readOnly, options: .closeOnExec)
        kill(process, SIGTERM)
        try eventually { !line.isMounted }
        try eventually { kill(process, 0) == -1 }
        var byte: UInt8 = 0
        #expect((pread(file.rawValue, &byte, 1, 0) == 1) == isReadByKernel)
        try file.close()
        let log = try String(contentsOfFile: line.store.appending("mount.log").string, encoding: .utf8)
        #expect(log.contains("a file is open; unmounted all the same"), "\(log)")
        #expect(
            log.contains("what the kernel reads by itself can be read until it is closed") == isReadByKernel, "\(log)")
        #expect(log.contains("all other reads get errors") == isReadByKernel, "\(log)")
    }
}

/// A service manager's end of the notification socket.
private final class NotifySocket {
    private let descriptor: CInt

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0, "bind: \(errno)")
    }

    deinit { close(descriptor) }

    /// The next message; nil where none comes for a minute.
    func receive() -> String? {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 60_000) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}
