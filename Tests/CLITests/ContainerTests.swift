import Foundation
import Support
import SystemPackage
import Testing

/// What the files in `packaging` rest on, as far as it can be seen without a container engine.
@Suite(.timeLimit(.minutes(20))) struct `A mount in a container` {
    private static let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent()

    @Test(.enabled(if: getuid() == 0, "skipped: not root"))
    func `reaches the host, and a container that was there before it`() throws {
        let line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        try line.directory.write(SmallModel.bytes(seed: 1), to: "models/checkpoints/model.safetensors")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        let place = line.directory.appending("containers").string
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        let outcome = try line.run(
            tool: Self.root.appending("scripts/lib/container-mount").string,
            [CommandLineFixture.executable, line.store.string, place])
        #expect(outcome.status == 0, "\(outcome.complaint)")
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "host: model.safetensors", "comfyui: model.safetensors", "written: made.ckpt model.safetensors",
            ])
    }

    @Test func `has in its compose file what it needs`() throws {
        let file = try String(
            contentsOfFile: Self.root.appending("packaging/compose.yaml").string, encoding: .utf8)
        for need in [
            "devices: [/dev/fuse]", "cap_add: [SYS_ADMIN]", "bind: { propagation: rshared }",
            "bind: { propagation: rslave }",
            "condition: service_healthy", "- store:/var/lib/reprofs", "\nvolumes:\n  store:\n",
        ] {
            #expect(file.contains(need), "\(need)")
        }
    }
}
