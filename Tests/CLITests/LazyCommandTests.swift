import Foundation
import Glibc
import Recipe
import Store
import Support
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

    private func pull(_ run: ([String]) throws -> CommandLineFixture.Outcome) throws {
        try #require(try run(["init"]).status == 0)
        try #require(try run(["remote", "add", "team", address]).status == 0)
        let pulled = try run(["pull", "team", "cover", "--lazy", "--json"])
        try #require(pulled.status == 0, "\(pulled.complaint)")
        let left = pulled.json?["snapshots"]?.array?.first?["left"]
        #expect(left?["count"] == 1 && left?["bytes"]?.number?.int == Self.bytes.count, "\(pulled.output)")
    }

    /// > `.reprofs/status` lists the files that come while they are read, with how much of each is here and how many requests wait; `status` adds
    /// > what was left at remotes altogether. `reproduce` fetches what is missing of a snapshot first.
    @Test func `shows the models in a mount, and a mount that is killed while they come loses nothing`() throws {
        let there = try CommandLineFixture()
        func run(_ words: [String]) throws -> CommandLineFixture.Outcome {
            try there.run(
                tool: CommandLineFixture.executable, words, environment: ["REPROFS_STORE": there.store.string])
        }
        try pull(run)
        let elsewhere = try run(["status", "--json"]).json?["elsewhere"]
        #expect(elsewhere?["blobs"] == 1 && elsewhere?["bytes"]?.number?.int == Self.bytes.count)
        #expect(try run(["status", "--json"]).json?["verification"]?["lost"] == 0)
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
        try eventually { try run(["status", "--json"]).json?["elsewhere"]?["blobs"] == 0 }
        #expect(try there.read(path) == Self.bytes)
        there.unmount()
        let verified = try run(["verify", "--restart", "--json"])
        #expect(verified.status == 0, "\(verified.output)")
        #expect((try? FileManager.default.contentsOfDirectory(atPath: there.store.appending("partial").string)) == [])
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
}
