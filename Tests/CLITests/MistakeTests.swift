import Comfy
import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// What people do wrong, what they are told, and the exit code.
@Suite(.timeLimit(.minutes(20))) struct `A mistake` {
    struct Mistake: CustomTestStringConvertible, Sendable {
        /// `STORE`, `IMAGE`, `MODELS`, `DIR` and `FULL` stand for paths.
        let words: String
        let message: String
        let code: Int32

        init(_ words: String, _ message: String, _ code: Int32 = 1) {
            (self.words, self.message, self.code) = (words, message, code)
        }

        var testDescription: String { words }
    }

    static let table = [
        Mistake("nonsense", "Unexpected argument 'nonsense'", 64),
        Mistake("add", "Missing expected argument", 64),
        Mistake("mount", "Missing expected argument", 64),
        Mistake("snapshot IMAGE --what", "Unknown option '--what'", 64),
        Mistake("add DIR --copy --reflink", "--reflink", 64),
        Mistake("add DIR/nothing", "cannot find DIR/nothing: No such file or directory"),
        Mistake("add --move DIR/nothing", "DIR/nothing is not a directory; nothing was moved"),
        Mistake("add IMAGE", "say which folder it belongs to"),
        Mistake(
            "add MODELS --store DIR/nothing",
            "DIR/nothing is not a ReproFS store; make one with: reprofs init --store ", 10),
        Mistake("list models --store DIR/nothing", "is not a ReproFS store", 10),
        Mistake("snapshot IMAGE --store DIR/nothing", "is not a ReproFS store", 10),
        Mistake("recipe IMAGE --store DIR/nothing", "is not a ReproFS store", 10),
        Mistake("mount DIR/mount --store DIR/nothing", "is not a ReproFS store", 10),
        Mistake("list images --grade good", "'good' is invalid for '--grade <grade>'", 64),
        Mistake("list images --since never", "'never' is invalid for '--since <since>'", 64),
        Mistake("list images --since 2026-02-30", "'2026-02-30' is invalid for '--since <since>'", 64),
        Mistake("list images --since 2025-02-29", "'2025-02-29' is invalid for '--since <since>'", 64),
        Mistake("list images --limit 0", "--limit must be at least 1", 64),
        Mistake("list images --model nobody", "'nobody' is not a file, a model that 'reprofs list models' prints"),
        Mistake("list versions nobody", "is not a file, a model"),
        Mistake("snapshot DIR/nothing", "cannot open DIR/nothing: No such file or directory"),
        Mistake(
            "snapshot MODELS/checkpoints/model.safetensors",
            "is a model and no image; put it into the store with 'reprofs add'"),
        Mistake("recipe nobody.png", "'nobody.png' is not a file, a path that 'reprofs list images' prints"),
        Mistake("explain FULL/file", "has no snapshot yet. Make one: reprofs snapshot"),
        Mistake("lineage nobody", "not the name of an image, a snapshot or a model."),
        Mistake("restore model.safetensors", "Say which version of checkpoints/model.safetensors is meant"),
        Mistake("restore model.safetensors@v9", "checkpoints/model.safetensors has no version v9."),
        Mistake("pin IMAGE a/b", "refused: "),
        Mistake("unpin nobody", "There is no pin 'nobody'."),
        Mistake("gc --grace soon", "'soon' is invalid for '--grace <grace>'", 64),
        Mistake("verify --from DIR", "--from goes with --repair", 64),
        Mistake("verify --repair --from DIR/nothing", "there is no DIR/nothing"),
        Mistake("export IMAGE FULL", "FULL is not empty; nothing was written"),
        Mistake("export nobody.png DIR/made", "is not a file"),
        Mistake("mount FULL", "FULL is not empty, and a mount there would hide what is in it: file.", 6),
        Mistake("mount IMAGE", "is not a directory"),
        Mistake("mount DIR/nothing/deeper", "cannot make the mount point DIR/nothing/deeper: "),
        Mistake("mount STORE/inside", "lies inside the store STORE"),
        Mistake("unmount DIR", "no ReproFS is mounted at DIR"),
        Mistake("release FULL", "FULL is not empty; nothing was changed"),
        Mistake("reproduce IMAGE", "say where: --server URL", 64),
        Mistake("use IMAGE --server http://127.0.0.1:9", "no ComfyUI answers at http://127.0.0.1:9", 5),
        Mistake("explain IMAGE --server http://127.0.0.1:9", "no ComfyUI answers at http://127.0.0.1:9", 5),
        Mistake("vary IMAGE --set cfg --dry-run", "'cfg' is not a PATH=VALUES, such as 3.seed=1..8"),
        Mistake("watch DIR/nothing", "there is no directory DIR/nothing"),
        Mistake("rebuild", "the catalogue is sound"),
        Mistake("backup --to STORE/inside", "lie in one another", 64),
        Mistake("push", "Missing expected argument", 64),
        Mistake("push nobody", "There is no remote 'nobody'"),
        Mistake("pull nobody cover", "There is no remote 'nobody'"),
        Mistake("pull nobody a/b", "'a/b' is not a file, the name of a pin, the id of a snapshot or a digest", 64),
        Mistake("pull nobody cover other --as it", "--as goes with one snapshot", 64),
        Mistake("fetch deadbeef", "there is no remote; 'reprofs remote add' gives one a name"),
        Mistake("remote add team ftp://host.test/x", "is not the address of a remote"),
        Mistake("remote add team http://host.test/x", "another machine without TLS, which --plain-http allows"),
        Mistake("remote add team https://host.test/x --plain-http", "--plain-http goes with http://", 64),
        Mistake("remote add team https://host.test/x --max-blob 9G", "nothing is pushed to a web server", 64),
        Mistake("remote add team oci://host.test/x --chunk 64X", "'64X' is invalid for '--chunk <chunk>'", 64),
        Mistake("remote add team oci://host.test/x --connections 0", "--connections takes 1 to 64", 64),
        Mistake("remote add a/b oci://host.test/x", "refused: a remote's name has up to 64 letters"),
        Mistake("remote check nobody", "There is no remote 'nobody'"),
        Mistake("remote check nobody --sample 0", "--sample takes 1 to 100", 64),
        Mistake("remote remove nobody", "There is no remote 'nobody'"),
        Mistake("init --store FULL", "FULL is not empty and is not a ReproFS store; nothing was changed"),
        Mistake("service uninstall --name nobody-has-this", "there is no "),
    ]

    let line: CommandLineFixture
    let image: FilePath

    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        try line.writeModels(seed: 1)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        image = try line.copyImage()
        try #require(try line.run("snapshot", image.string).status == 0)
        try line.directory.write([1], to: "full/file")
    }

    private func filled(_ text: String) -> String {
        [
            ("STORE", line.store), ("IMAGE", image), ("MODELS", line.directory.appending("models")),
            ("FULL", line.directory.appending("full")), ("DIR", line.directory.path),
        ].reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1.string) }
    }

    @Test func `is answered by a sentence and an exit code, and nothing is changed`() throws {
        let before = try line.run("list", "versions", "--json").output
        for mistake in Self.table {
            let words = mistake.words.split(separator: " ").map { filled(String($0)) }
            let outcome = try line.run(
                tool: CommandLineFixture.executable, words,
                environment: ["REPROFS_STORE": line.store.string, "HOME": line.directory.path.string])
            let told = outcome.complaint
            #expect(outcome.status == mistake.code, "\(mistake.words): \(told)")
            #expect(told.hasPrefix("reprofs: ") && told.contains(filled(mistake.message)), "\(mistake.words): \(told)")
            for raw in ["Error Domain", "NSCocoa", "SQLite", "rror(", "errno", "JSONError"] {
                #expect(!told.contains(raw), "\(mistake.words): \(told)")
            }
        }
        #expect(try line.run("list", "versions", "--json").output == before)
    }

    /// A command and all below it that do something.
    private func commands(_ command: JSON, _ path: [String] = []) -> [[String]] {
        let inner = (command["subcommands"]?.array ?? []).filter { $0["commandName"] != "help" }
        guard !inner.isEmpty else { return [path] }
        return inner.flatMap { commands($0, path + [$0["commandName"]?.string ?? ""]) }
    }

    @Test func `of a full standard output is one of every command`() throws {
        let root = try #require(try line.run("--experimental-dump-help").json?["command"])
        let telling = [
            "list models", "list models --json", "list versions", "list snapshots", "list images", "log", "du",
            "status",
            "status --json", "recipe IMAGE", "recipe IMAGE --json", "explain IMAGE", "lineage IMAGE", "read IMAGE",
            "verify",
            "gc", "snapshot IMAGE", "add MODELS", "init", "diff IMAGE IMAGE", "backup", "--version", "help",
        ].map { $0.split(separator: " ").map { filled(String($0)) } }
        for words in telling + commands(root).map({ $0 + ["--help"] }) {
            let outcome = try line.run(
                tool: "/bin/sh", ["-c", "exec \"$0\" \"$@\" > /dev/full", CommandLineFixture.executable] + words,
                environment: ["REPROFS_STORE": line.store.string])
            #expect(outcome.status == 1, "\(words): \(outcome.complaint)")
            #expect(
                outcome.complaint.contains("standard output cannot be written: No space left on device"),
                "\(words): \(outcome.complaint)")
        }
    }

    @Test func `of ending a mount that is used names who uses it`() throws {
        try line.mount()
        let sleeper = Process()
        sleeper.executableURL = URL(fileURLWithPath: "/bin/sh")
        sleeper.arguments = ["-c", "echo; exec sleep 1000"]
        let started = Pipe()
        sleeper.standardOutput = started
        sleeper.standardInput = FileHandle(forReadingAtPath: line.file("models/checkpoints/model.safetensors"))
        try withoutBlockedSignals { try sleeper.run() }
        defer {
            kill(sleeper.processIdentifier, SIGKILL)
            sleeper.waitUntilExit()
        }
        _ = started.fileHandleForReading.readData(ofLength: 1)
        sleeper.standardInput = nil
        try eventually {
            let outcome = try line.run("unmount", line.mountPoint.string)
            return outcome.status == 1
                && outcome.complaint.contains(
                    "(process \(sleeper.processIdentifier)) has models/checkpoints/model.safetensors")
        }
        #expect(line.isMounted)
    }

    @Test func `of nobody's: a mount whose process has died is seen, and how to end it`() throws {
        try line.mount()
        let process = pid_t(try #require(try line.json(".reprofs/status")["process"]?.number?.int))
        kill(process, SIGKILL)
        try eventually { kill(process, 0) == -1 && errno == ESRCH }
        let status = try line.run("status")
        #expect(
            status.output.contains(
                "Dead mount \(line.mountPoint): its process has ended; remove it with: reprofs unmount '\(line.mountPoint)'"
            ),
            "\(status.output)")
        #expect(try line.run("status", "--json").json?["deadMounts"] == [.string(line.mountPoint.string)])
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
        #expect(try line.run("status", "--json").json?["deadMounts"] == [])
    }

    @Test(.enabled(if: getuid() == 0, "skipped: not root"))
    func `of letting others in without the right to is explained`() throws {
        let settings = (try? String(contentsOfFile: "/etc/fuse.conf", encoding: .utf8)) ?? ""
        guard !settings.split(separator: "\n").contains("user_allow_other") else {
            try Test.cancel("skipped: /etc/fuse.conf allows it")
        }
        let place = line.directory.appending("of another user").string
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        try #require(chmod(line.directory.path.string, 0o755) == 0 && chown(place, 65534, 65534) == 0)
        let user = ["--reuid", "65534", "--regid", "65534", "--clear-groups", CommandLineFixture.executable]
        func run(_ words: String...) throws -> CommandLineFixture.Outcome {
            try line.run(
                tool: "/usr/bin/setpriv", user + words, environment: ["REPROFS_STORE": place + "/store", "HOME": place])
        }
        try #require(try run("init").status == 0)
        let outcome = try run("mount", "--allow-other", place + "/mount")
        #expect(outcome.status == 1)
        #expect(
            outcome.complaint.contains("the file /etc/fuse.conf needs the line user_allow_other"),
            "\(outcome.complaint)")
    }

    /// A command that reads for long, once it handles the signal.
    private func reading(_ command: [String], handling signal: CInt) throws -> (process: Process, errors: Pipe) {
        // Enough to read that it is interrupted while it does: it reads a megabyte a second.
        try line.directory.write([UInt8](repeating: 7, count: 20 << 20), to: "models/checkpoints/large.ckpt")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = command.dropFirst() + ["verify", "--rate", "1"]
        process.environment = ProcessInfo.processInfo.environment.merging(["REPROFS_STORE": line.store.string]) { $1 }
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try withoutBlockedSignals { try process.run() }
        try eventually {
            let status = ProcessFile.text("/proc/\(process.processIdentifier)/status") ?? ""
            guard let caught = status.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }) else {
                return false
            }
            return UInt64(caught.dropFirst(8), radix: 16).map { $0 & 1 << (signal - 1) != 0 } == true
        }
        return (process, errors)
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func `of interrupting is exit code 130`(signal: CInt) throws {
        let (process, errors) = try reading([CommandLineFixture.executable], handling: signal)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        let told = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(process.terminationStatus == 130 && told.contains("interrupted"), "\(told)")
    }

    @Test func `does not come from a terminal that is closed, under nohup`() throws {
        let (process, errors) = try reading(["/usr/bin/nohup", CommandLineFixture.executable], handling: SIGTERM)
        let status = try #require(ProcessFile.text("/proc/\(process.processIdentifier)/status"))
        let ignored = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") })
        let mask = try #require(UInt64(ignored.dropFirst(8), radix: 16))
        #expect(mask & 1 << (SIGHUP - 1) != 0)
        process.terminate()
        process.waitUntilExit()
        let told = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(process.terminationStatus == 130 && told.contains("interrupted"), "\(told)")
    }
}
