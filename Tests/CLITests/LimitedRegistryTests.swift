import Foundation
import Glibc
import Recipe
import Support
import Synchronization
import SystemPackage
import Testing

/// The built program and a registry that does not take everything at once.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `A registry with limits` {
    let here: CommandLineFixture
    let there: CommandLineFixture
    let registry: DockerRegistry

    init() async throws {
        here = try CommandLineFixture()
        there = try CommandLineFixture()
        registry = try await DockerRegistry(in: here.directory.appending("registry"))
        for line in [here, there] { try #require(try line.run("init").status == 0) }
        _ = try here.pinImage()
    }

    /// The other store knows of no options.
    private func connect(_ port: UInt16, _ options: String...) throws {
        for (line, options) in [(here, options), (there, [])] {
            let outcome = try line.run(["remote", "add", "team", "oci://localhost:\(port)/team/models"] + options)
            try #require(outcome.status == 0, "\(outcome.complaint)")
        }
    }

    /// A proxy before it has nginx's own limit; a model is longer, and so is a usual part of one.
    @Test func `on requests gets models in parts that it takes`() throws {
        let proxy = try Nginx(before: registry.port, limit: 1 << 20, in: here.directory.appending("proxy"))
        try connect(proxy.port)
        let pushed = try here.run("push", "team", "cover")
        #expect(pushed.status == 0, "\(pushed.complaint)")
        #expect(try here.run("remote", "check", "team", "--all").status == 0)
        try #require(try there.run("pull", "team", "cover").status == 0)
        let hex = LargeModel.digest.hex
        let came = try Data(contentsOf: URL(fileURLWithPath: there.store.appending("blobs/sha256/" + hex).string))
        #expect(Array(came) == LargeModel.bytes)
    }

    /// Pushes, and says what is told of the snapshot.
    private func push(to remote: String = "team") throws -> JSON? {
        let pushed = try here.run("push", remote, "cover", "--json")
        try #require(pushed.status == 0, "\(pushed.complaint)")
        return pushed.json?["snapshots"]?.array?.first
    }

    /// The file of a blob at the registry.
    private func file(_ digest: Digest) -> String {
        registry.data.appending("blobs/sha256/\(digest.hex.prefix(2))/\(digest.hex)/data").string
    }

    /// The parts of the model where the limit is 2 MiB.
    private var parts: [Digest] {
        stride(from: 0, to: LargeModel.bytes.count, by: 2 << 20).map {
            SHA256.digest(of: Array(LargeModel.bytes[$0..<min($0 + 2 << 20, LargeModel.bytes.count)]))
        }
    }

    /// Whether the other store gets all of it from a remote.
    private func isPulled(from remote: String = "team", _ options: [String] = []) throws -> Bool {
        let pulled = try there.run(["pull", remote, "cover"] + options)
        try #require(pulled.status == 0, "\(pulled.complaint)")
        try there.mount()
        defer { there.unmount() }
        let id = try #require(try there.run("list", "snapshots", "--json").json?.array?.first?["name"]?.string)
        return try there.read("by-snapshot/\(id)/models/checkpoints/model.safetensors") == LargeModel.bytes
    }

    @Test(arguments: [[], ["--lazy"]])
    func `on blobs gets models in parts, and gives them back whole`(options: [String]) throws {
        try connect(registry.port, "--max-blob", "2M")
        #expect(try push()?["sent"]?.number?.int.map { $0 > 3 } == true)
        let files = FileManager.default
        #expect(parts.count == 3 && parts.allSatisfy { files.fileExists(atPath: file($0)) })
        #expect(!files.fileExists(atPath: file(LargeModel.digest)))
        #expect(try push()?["sent"] == 0)
        #expect(try here.run("remote", "check", "team", "--all").status == 0)
        #expect(try isPulled(from: "team", options))
    }

    @Test func `on blobs that lost a part gets it again, and its garbage collection takes none`() throws {
        try connect(registry.port, "--max-blob", "2M")
        _ = try push()
        try FileManager.default.removeItem(atPath: (file(parts[1]) as NSString).deletingLastPathComponent)
        let checked = try here.run("remote", "check", "team")
        #expect(checked.status == 2 && checked.output.contains(LargeModel.digest.hex), "\(checked.output)")
        #expect(try push()?["sent"] == 1)
        try registry.collectGarbage()
        #expect(try here.run("remote", "check", "team", "--all").status == 0)
        #expect(try isPulled())
    }

    @Test func `on blobs has another of its repositories take the parts over, and other programs carry them`() throws {
        try connect(registry.port, "--max-blob", "2M")
        _ = try push()
        let host = "localhost:\(registry.port)"
        try #require(try here.run("remote", "add", "second", "oci://\(host)/second", "--max-blob", "2M").status == 0)
        #expect(try push(to: "second")?["sent"] == 0)
        #expect(try here.run("remote", "check", "second", "--all").status == 0)

        let skopeo = "/usr/bin/skopeo"
        guard FileManager.default.isExecutableFile(atPath: skopeo) else { try Test.cancel("skipped: no skopeo") }
        let copied = try here.run(
            tool: skopeo,
            ["copy", "--src-tls-verify=false", "--dest-tls-verify=false"]
                + ["team/models", "copied"].map { "docker://\(host)/\($0):cover" })
        try #require(copied.status == 0, "\(copied.complaint)")
        try #require(try there.run("remote", "add", "copied", "oci://\(host)/copied").status == 0)
        // The model's own tag was not copied.
        #expect(try isPulled(from: "copied", ["--lazy"]))
    }

    @Test func `on blobs gets no whole part again after a push was killed in the middle`() throws {
        let relay = try Relay(to: registry.port, latency: 1000) { _ in nil }
        try connect(relay.port, "--max-blob", "2M", "--chunk", "1M")
        let killed = Process()
        killed.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
        killed.arguments = ["push", "team", "cover", "--store", here.store.string]
        killed.standardOutput = FileHandle.nullDevice
        killed.standardError = FileHandle.nullDevice
        try withoutBlockedSignals { try killed.run() }
        // In the second part, behind its first request.
        try eventually { relay.passed.withLock { $0.up } > 7 << 19 || !killed.isRunning }
        kill(killed.processIdentifier, SIGKILL)
        killed.waitUntilExit()
        try #require(killed.terminationReason == .uncaughtSignal)
        func identity(_ digest: Digest) throws -> [NSObject?] {
            let facts = try FileManager.default.attributesOfItem(atPath: file(digest))
            return [.systemFileNumber, .modificationDate].map { facts[$0] as? NSObject }
        }
        let first = try identity(parts[0])
        // What the killed one had sent passes for a moment longer.
        var before = 0
        try eventually {
            let passed = relay.passed.withLock { $0.up }
            usleep(100_000)
            before = relay.passed.withLock { $0.up }
            return before == passed
        }
        _ = try push()
        #expect(try identity(parts[0]) == first)
        // The model without its first part, and the small files.
        let sent = relay.passed.withLock { $0.up } - before
        #expect(sent < LargeModel.bytes.count - (2 << 20) + (1 << 18), "\(sent)")
        #expect(try here.run("remote", "check", "team", "--all").status == 0)
    }

    @Test(arguments: ["1K", "0", "-1"]) func `on blobs takes no smaller ones than a MiB`(limit: String) throws {
        let added = try here.run("remote", "add", "team", "oci://localhost:1/team", "--max-blob", limit)
        #expect(added.status == 64, "\(added.complaint)")
    }
}
