import Foundation
import Recipe
import Support
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

    private func connect(_ port: UInt16, _ options: String...) throws {
        for line in [here, there] {
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

    @Test func `on blobs is not sent a larger one, and no name stands for what is not there`() throws {
        try connect(registry.port, "--max-blob", "2M")
        let pushed = try here.run("push", "team", "cover")
        #expect(pushed.status == 1 && pushed.complaint.contains(LargeModel.digest.hex), "\(pushed.complaint)")
        #expect(pushed.complaint.contains("its limit of 2"), "\(pushed.complaint)")
        let pulled = try there.run("pull", "team", "cover")
        #expect(pulled.status == 1 && pulled.complaint.contains("does not have a pin"), "\(pulled.complaint)")
    }
}
