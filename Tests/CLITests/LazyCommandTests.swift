import Foundation
import Glibc
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// The built program between a store and Debian's docker-registry, from where models come when they are read.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `A lazy pull` {
    private static let model = "checkpoints/model.safetensors"
    private static let bytes = SmallModel.bytes(seed: 6, size: 12 << 20)

    let here: CommandLineFixture
    let registry: DockerRegistry
    let id: String
    private var address: String { "oci://127.0.0.1:\(registry.port)/team/models" }
    private var path: String { "by-snapshot/\(id)/models/\(Self.model)" }

    init() async throws {
        here = try CommandLineFixture()
        registry = try await DockerRegistry(in: here.directory.appending("registry"))
        try #require(try here.run("init").status == 0)
        try here.directory.write(Self.bytes, to: "models/" + Self.model)
        try here.directory.write(SmallModel.bytes(seed: 101), to: "models/loras/lora.safetensors")
        try #require(try here.run("add", here.directory.appending("models").string).status == 0)
        id = String(try here.run("snapshot", try here.copyImage().string).output.prefix(12))
        try #require(try here.run("pin", id, "cover").status == 0)
        try #require(try here.run("remote", "add", "team", address).status == 0)
        let pushed = try here.run("push", "team", "cover")
        try #require(pushed.status == 0, "\(pushed.complaint)")
    }

    private func pull(from address: String? = nil, _ run: ([String]) throws -> CommandLineFixture.Outcome) throws {
        try #require(try run(["init"]).status == 0)
        try #require(try run(["remote", "add", "team", address ?? self.address]).status == 0)
        let pulled = try run(["pull", "team", "cover", "--lazy", "--json"])
        try #require(pulled.status == 0, "\(pulled.complaint)")
        let left = pulled.json?["snapshots"]?.array?.first?["left"]
        #expect(left?["count"] == 1 && left?["bytes"]?.number?.int == Self.bytes.count, "\(pulled.output)")
    }

    /// > `.reprofs/status` lists the files that come while they are read, with how much of each is here and how many requests wait; `status` adds
    /// > what was left at remotes altogether. `reproduce` and `vary` fetch what is missing first, once the ComfyUI has answered, or is there to be
    /// > started; so does `export`, where its directory is empty.
    @Test func `shows the models in a mount, and a mount that is killed while they come loses nothing`() throws {
        let there = try CommandLineFixture()
        try pull(there.run)
        let elsewhere = try there.run("status", "--json").json?["elsewhere"]
        #expect(elsewhere?["blobs"] == 1 && elsewhere?["bytes"]?.number?.int == Self.bytes.count)
        #expect(try there.run("status", "--json").json?["verification"]?["lost"] == 0)
        try there.mount("--offline")
        #expect(throws: (any Error).self) { _ = try there.read(path) }
        there.unmount()
        for delay in [40_000, 90_000, 160_000] as [UInt32] {
            try there.mount()
            let server = pid_t(try #require(try there.json(".reprofs/status")["process"]?.number?.int))
            Thread.detachNewThread {
                usleep(delay)
                kill(server, SIGKILL)
            }
            if let bytes = try? there.read(path) { #expect(bytes == Self.bytes) }
            while kill(server, 0) == 0 { usleep(1000) }
        }
        try there.mount()
        #expect(try there.read(path) == Self.bytes)
        try eventually { try there.run("status", "--json").json?["elsewhere"]?["blobs"] == 0 }
        #expect(try there.read(path) == Self.bytes)
        there.unmount()
        let verified = try there.run("verify", "--restart", "--json")
        #expect(verified.status == 0, "\(verified.output)")
        #expect((try? FileManager.default.contentsOfDirectory(atPath: there.store.appending("partial").string)) == [])
    }

    @Test func `leaves models that are not lost, and are not fetched for a ComfyUI that does not answer`() throws {
        let there = try CommandLineFixture()
        try pull(there.run)
        let verified = try there.run("verify", "--json")
        #expect(verified.status == 0 && verified.json?["elsewhere"]?["blobs"] == 1, "\(verified.output)")
        #expect(verified.json?["elsewhere"]?["remotes"]?.array == ["team"])
        let explained = try there.run("explain", id)
        #expect(explained.output.contains("the remote 'team'"), "\(explained.output)")
        let told = try there.run("status")
        #expect(!told.output.contains("Lost"), "\(told.output)")
        let attempts = [["--server", "http://127.0.0.1:9"], ["--launch", there.store.string]]
        for place in attempts {
            let attempt = try there.run(["reproduce", id] + place)
            #expect(attempt.status == 5 && !attempt.complaint.contains("fetching"), "\(attempt.complaint)")
        }
        #expect(try there.run("status", "--json").json?["elsewhere"]?["blobs"] == 1)
        let hash = String(SHA256.digest(of: Self.bytes).hex.prefix(12))
        let plan = try there.run("forget", hash, "--dry-run", "--json")
        #expect(plan.status == 0 && plan.json?["blobs"] == 1, "\(plan.output)\(plan.complaint)")
        let fetched = try there.run("fetch", hash)
        #expect(fetched.status == 0, "\(fetched.complaint)")
        #expect(try there.run("status", "--json").json?["elsewhere"]?["blobs"] == 0)
        let forgotten = try there.run("forget", hash, "--json")
        #expect(forgotten.json?["bytes"]?.number?.int == Self.bytes.count, "\(forgotten.output)\(forgotten.complaint)")
    }

    @Test func `is read to its end on a disk that fills up meanwhile, or refused before it is opened`() throws {
        let disk = try SmallDisk.make(.tmpfs, size: 64 << 20)
        try pull(disk.run)
        try #require(try disk.run(["mount", disk.line.mountPoint.string]).status == 0)
        let file = try FileDescriptor.open(disk.line.file(path), .readOnly, options: .closeOnExec)
        var first = [UInt8](repeating: 0, count: 4096)
        #expect(try first.withUnsafeMutableBytes { try file.read(into: $0) } == 4096)
        try disk.fill()
        // What the disk does not take is read from memory.
        #expect(try disk.line.read(path) == Self.bytes)
        try file.close()
        #expect(throws: Errno.noSpace) {
            try FileDescriptor.open(disk.line.file(path), .readOnly, options: .closeOnExec).close()
        }
        #expect(try disk.run(["unmount", disk.line.mountPoint.string]).status == 0)
    }

    /// A disk without checksums would give other bytes, which are found where they are read as a whole.
    @Test(arguments: [true, false]) func `comes again where the disk cannot give what came`(
        afterRestart: Bool
    ) throws {
        let disk = try SmallDisk.make(.btrfs, size: 256 << 20)
        try pull(disk.run)
        func mounted(_ body: (FileDescriptor) throws -> Void) throws {
            try #require(try disk.run(["mount", disk.line.mountPoint.string]).status == 0)
            let file = try FileDescriptor.open(disk.line.file(path), .readOnly, options: .closeOnExec)
            try file.closeAfter { try body(file) }
            #expect(try disk.run(["unmount", disk.line.mountPoint.string]).status == 0)
        }
        let place = 5 << 20
        func expectBytes(_ file: FileDescriptor) {
            var bytes = [UInt8](repeating: 0, count: 4096)
            #expect(pread(file.rawValue, &bytes, bytes.count, off_t(place)) == bytes.count)
            #expect(bytes == Array(Self.bytes[place..<place + bytes.count]))
        }
        try mounted(expectBytes)
        try disk.spoil(Self.bytes[place..<place + 512])
        if afterRestart {
            // The map names the boot behind its mark.
            let map = disk.store + "/partial/" + SHA256.digest(of: Self.bytes).hex + ".map"
            let file = try FileDescriptor.open(map, .writeOnly, options: .closeOnExec)
            _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: 8, "the last".utf8) }
        }
        try mounted { file throws in
            expectBytes(file)
            #expect(try disk.line.read(path) == Self.bytes)
        }
    }

    /// A store to which the model has been left at the registry, which is asked through the relay if there is one.
    private func pulledLazily(through relay: Relay? = nil) throws -> CommandLineFixture {
        let there = try CommandLineFixture()
        try pull(from: relay.map { "oci://127.0.0.1:\($0.port)/team/models" }) { words in
            try there.run(words)
        }
        return there
    }

    @Test func `is brought once to two mounts and a pull that want it at the same time`() throws {
        let relay = try Relay(to: registry.port) { _ in nil }
        let there = try pulledLazily(through: relay)
        try there.mount()
        let second = there.directory.appending("second")
        defer { umount2(second.string, CInt(MNT_DETACH)) }
        try #require(try there.run("mount", second.string).status == 0)
        defer { _ = try? there.run("unmount", second.string) }
        func process(_ mount: FilePath) throws -> Int? {
            let status = try Data(contentsOf: URL(fileURLWithPath: mount.string + "/.reprofs/status"))
            return try JSONParser.parse(Array(status))["process"]?.number?.int
        }
        #expect(try process(there.mountPoint) != process(second))
        let before = relay.passed.withLock { $0.down }
        let pull = Process()
        pull.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
        pull.arguments = ["pull", "team", "cover", "--store", there.store.string]
        pull.standardOutput = FileHandle.nullDevice
        pull.standardError = FileHandle.nullDevice
        try withoutBlockedSignals { try pull.run() }
        let files = [there.mountPoint, second].map { $0.string + "/" + path }
        let came = Mutex<[Bool]>([])
        DispatchQueue.concurrentPerform(iterations: files.count) { index in
            let bytes = (try? Data(contentsOf: URL(fileURLWithPath: files[index]))).map { Array($0) }
            came.withLock { $0.append(bytes == Self.bytes) }
        }
        pull.waitUntilExit()
        #expect(pull.terminationStatus == 0)
        #expect(came.withLock { $0 } == [true, true])
        // What is asked for beside the model has some KB.
        let all = relay.passed.withLock { $0.down } - before
        #expect((Self.bytes.count...Self.bytes.count + (1 << 19)).contains(all), "\(all)")
    }

    @Test func `shows no snapshot before it is known where its models are, at whatever step it ends`() throws {
        let there = try CommandLineFixture()
        try #require(try there.run("init").status == 0)
        try #require(try there.run("remote", "add", "team", address).status == 0)
        let base = there.directory.appending("base").string
        try FileManager.default.moveItem(atPath: there.store.string, toPath: base)
        for step in 1..<200 {
            try? FileManager.default.removeItem(atPath: there.store.string)
            try #require(try there.run(tool: "/bin/cp", ["-a", base, there.store.string]).status == 0)
            let pulled = try there.run(
                tool: CommandLineFixture.executable, ["pull", "team", "cover", "--lazy"],
                environment: ["REPROFS_STORE": there.store.string, "REPROFS_FAULT": "kill:\(step)"])
            let store = try Store.open(there.store)
            let snapshots = try store.snapshots(after: 0, limit: 2).count
            #expect(try store.elsewhere().blobs == snapshots, "\(step)")
            if pulled.status == 0 { return #expect(step > 5 && snapshots == 1) }
        }
        Issue.record("a pull takes no more than 200 steps")
    }

    /// Every so many steps of the mount; all of them would take too long for each run of the tests.
    private static let stride = 9

    @Test func `loses nothing where a step of bringing it ends the mount, or fails`() throws {
        let there = try pulledLazily()
        let base = there.directory.appending("base").string
        try FileManager.default.moveItem(atPath: there.store.string, toPath: base)
        /// Returns whether the mount came to its end.
        func hit(_ fault: String, _ step: Int) throws -> Bool {
            let hint = Comment(rawValue: "\(fault) \(step)")
            try? FileManager.default.removeItem(atPath: there.store.string)
            try #require(try there.run(tool: "/bin/cp", ["-a", base, there.store.string]).status == 0)
            let mounted = try there.run(
                tool: CommandLineFixture.executable, ["mount", there.mountPoint.string],
                environment: ["REPROFS_STORE": there.store.string, "REPROFS_FAULT": "\(fault):\(step)"])
            if mounted.status == 0, let bytes = try? there.read(path) { #expect(bytes == Self.bytes, hint) }
            let isThere = { try there.run("status", "--json").json?["elsewhere"]?["blobs"] == 0 }
            // After a step that failed it would wait for the next try.
            if mounted.status == 0, fault == "kill" {
                try? eventually { try isThere() || (try? there.json(".reprofs/status")) == nil }
            }
            let survived = (try? there.json(".reprofs/status")) != nil
            there.unmount()
            try eventually { try there.run("mount", there.mountPoint.string).status == 0 }
            #expect(try there.read(path) == Self.bytes, hint)
            try eventually(isThere)
            let left = try? FileManager.default.contentsOfDirectory(atPath: there.store.appending("partial").string)
            #expect(left == [] || left == nil, hint)
            there.unmount()
            let verified = try there.run("verify", "--restart", "--json")
            #expect(verified.status == 0, "\(hint): \(verified.output)")
            return survived
        }
        var last = 1
        while try !hit("kill", last) {
            last += Self.stride
            try #require(last < 400, "a mount that reads one file takes no more steps")
        }
        #expect(last > 4 * Self.stride)
        for step in Swift.stride(from: 5, to: last, by: 4 * Self.stride) {
            for fault in ["eio", "enospc"] { _ = try hit(fault, step) }
        }
    }

    @Test func `is read by the kernel itself from the first open after it was whole and closed`() throws {
        let there = try pulledLazily()
        try there.mount()
        let status = try there.json(".reprofs/status")
        guard status["passthrough"]?["on"] == true else {
            try Test.cancel("skipped: \(status["passthrough"]?["why"]?.string ?? "no passthrough")")
        }
        let server = pid_t(try #require(status["process"]?.number?.int))
        #expect(try there.read(path) == Self.bytes)
        try eventually { try there.run("status", "--json").json?["elsewhere"]?["blobs"] == 0 }
        let reader = Process()
        let (input, output) = (Pipe(), Pipe())
        reader.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        reader.arguments = [
            "-c",
            """
            import hashlib, os, sys
            file = os.open(sys.argv[1], os.O_RDONLY)
            # Nothing of it is left in memory.
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            print("open", flush=True)
            sys.stdin.readline()
            hash = hashlib.sha256()
            while part := os.read(file, 1 << 20): hash.update(part)
            os._exit(7 if hash.hexdigest() == sys.argv[2] else 8)
            """, there.file(path), SHA256.digest(of: Self.bytes).hex,
        ]
        (reader.standardInput, reader.standardOutput) = (input, output)
        try withoutBlockedSignals { try reader.run() }
        try #require(!output.fileHandleForReading.availableData.isEmpty)
        // From here on the mount answers nobody.
        kill(server, SIGSTOP)
        defer { kill(server, SIGCONT) }
        input.fileHandleForWriting.write(Data("\n".utf8))
        try eventually { !reader.isRunning }
        #expect(reader.terminationStatus == 7)
    }

    @Test func `is fetched before its image is reproduced, varied or exported`() async throws {
        let (maker, there) = (try CommandLineFixture(), try CommandLineFixture())
        let graph = SmallImage.graph(lora: "style/ink.safetensors")
        try #require(try maker.run("init").status == 0)
        try maker.directory.write(Self.bytes, to: "models/" + Self.model)
        try maker.directory.write(SmallModel.bytes(seed: 11), to: "models/loras/style/ink.safetensors")
        try #require(try maker.run("add", maker.directory.appending("models").string).status == 0)
        try maker.mount()
        var id = ""
        try await withStandIn(maker) { standIn in
            let image = try #require(try await standIn.run(graph).first)
            id = String(try maker.run("snapshot", image.string).output.prefix(12))
        }
        let address = "oci://127.0.0.1:\(registry.port)/team/reproduced"
        for words in [["pin", id, "cover"], ["remote", "add", "team", address], ["push", "team", "cover"]] {
            let outcome = try maker.run(words)
            try #require(outcome.status == 0, "\(words) \(outcome.complaint)")
        }
        try pull(from: address) { words in
            try there.run(words)
        }
        let made = try there.run(
            "reproduce", id, "--launch", StandIn.installation.string, "--python", try StandIn.python, "--json")
        #expect(made.status == 0 && made.json?["verdict"] == "verified", "\(made.complaint)")
        #expect(made.complaint.contains("fetching 1 file first"), "\(made.complaint)")
        #expect(try there.run("status", "--json").json?["elsewhere"]?["blobs"] == 0)
        let (results, export) = (there.directory.appending("results"), there.directory.appending("export"))
        for words in [
            ["vary", id, "--set", "seed=7", "--launch", StandIn.installation.string, "--python", try StandIn.python]
                + ["--out", results.string],
            ["export", id, export.string],
        ] {
            // Small models stay.
            let evicted = try there.run("evict", "--to", "team", id)
            #expect(
                try there.run("status", "--json").json?["elsewhere"]?["blobs"] == 1,
                "\(evicted.output)\(evicted.complaint)")
            let outcome = try there.run(words)
            #expect(outcome.status == 0 && outcome.complaint.contains("fetching 1 file first"), "\(outcome.complaint)")
            #expect(try there.run("status", "--json").json?["elsewhere"]?["blobs"] == 0)
        }
        let exported = export.appending("models/" + Self.model).string
        #expect(Array(try Data(contentsOf: URL(fileURLWithPath: exported))) == Self.bytes)
        #expect(try there.run("export", id, export.string).status == 1)
    }
}
