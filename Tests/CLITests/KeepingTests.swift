import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `Keeping a store` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
    }

    private func add(seed: UInt64) throws {
        try line.writeModels(seed: seed)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
    }

    private func collect(_ options: String...) throws -> JSON {
        let outcome = try line.run(["gc", "--superseded-older-than", "0s", "--grace", "0s", "--json"] + options)
        try #require(outcome.status == 0, "\(outcome.complaint)")
        return try #require(outcome.json)
    }

    @Test func `collects beside a mount, but nothing that is open there`() throws {
        for seed in 1...2 { try add(seed: UInt64(seed)) }
        try line.mount()
        let old = "by-name/checkpoints/model.safetensors/v1/model.safetensors"
        let file = try FileDescriptor.open(line.file(old), .readOnly, options: .closeOnExec)
        // The mount's own catalogue of names is not what keeps it, and neither is a name.
        let first = try collect()
        #expect(first["versions"]?.array?.compactMap { $0["name"]?.string } == ["loras/lora.safetensors"])
        #expect(first["inUse"]?.array?.count == 1)
        #expect(try line.read(old) == SmallModel.bytes(seed: 1))
        try file.close()
        // The mount keeps a file for a moment after its last reader.
        try eventually { try collect()["versions"]?.array?.count == 1 }
        try eventually { !FileManager.default.fileExists(atPath: line.file(old)) }
        #expect(try line.read("models/checkpoints/model.safetensors") == SmallModel.bytes(seed: 2))
        #expect(try line.run("list", "versions").output.contains("collected on"))
    }

    @Test func `says what would go in a dry run, and refuses times that are none`() throws {
        for seed in 1...2 { try add(seed: UInt64(seed)) }
        let outcome = try line.run("gc", "--dry-run", "--superseded-older-than", "0s", "--grace", "0s")
        #expect(outcome.output.contains("v1  checkpoints/model.safetensors"), "\(outcome.output)")
        #expect(outcome.output.contains("Would free"))
        #expect(try line.run("list", "versions").output.contains("collected") == false)
        for age in ["x", "-1d", "5", "99999999999d"] {
            #expect(try line.run("gc", "--superseded-older-than", age).status == 64, "\(age)")
        }
    }

    @Test func `reads everything again, and brings lost bytes back from where they are`() throws {
        try add(seed: 1)
        #expect(try line.run("verify").output == "2 blobs read; nothing is lost.\n")
        let blob = line.store.appending("blobs/sha256/\(SmallModel.digest(seed: 1).hex)").string
        try #require(unlink(blob) == 0)
        let lost = try line.run("verify")
        #expect(lost.status == 2)
        #expect(lost.output.contains("missing") && lost.output.contains("model checkpoints/model.safetensors@v1"))
        try line.mount()
        #expect(throws: (any Error).self) { try line.read("models/checkpoints/model.safetensors") }
        let repaired = try line.run("verify", "--repair", "--from", line.directory.appending("models").string, "--json")
        #expect(repaired.status == 0, "\(repaired.complaint) \(repaired.output)")
        #expect(repaired.json?["restored"]?.array?.count == 1)
        #expect(try line.read("models/checkpoints/model.safetensors") == SmallModel.bytes(seed: 1))
        #expect(try line.run("verify", "--from", "x").status == 64)
        #expect(try line.run("verify", "--sample", "50").status == 0)
    }

    @Test func `pins a snapshot so that the tools of registries carry it elsewhere`() throws {
        try add(seed: 1)
        try #require(try line.run("snapshot", try line.copyImage().string).status == 0)
        let pinned = try line.run("pin", "txt2img_lora_00001_.png", "cover")
        #expect(pinned.status == 0 && pinned.output.contains("cover is"), "\(pinned.complaint)")
        #expect(try line.run("list", "pins").output.contains("cover"))
        #expect(try line.run("recipe", "cover").status == 0)
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/skopeo") else {
            try Test.cancel("skipped: skopeo is not installed")
        }
        let source = "oci:\(line.store):cover"
        let raw = try line.run(tool: "/usr/bin/skopeo", ["inspect", "--raw", source])
        #expect(raw.json?["artifactType"] == "application/vnd.cncf.model.manifest.v1+json", "\(raw.complaint)")
        let target = line.directory.appending("carried")
        let copied = try line.run(
            tool: "/usr/bin/skopeo", ["--insecure-policy", "copy", source, "dir:\(target)"])
        try #require(copied.status == 0, "\(copied.complaint)")
        let model = try Data(contentsOf: URL(fileURLWithPath: "\(target)/\(SmallModel.digest(seed: 1).hex)"))
        #expect(Array(model) == SmallModel.bytes(seed: 1))
        #expect(try line.run("unpin", "cover").status == 0)
        #expect(try line.run(tool: "/usr/bin/skopeo", ["inspect", "--raw", source]).status != 0)
        #expect(try line.run("unpin", "cover").status == 1)
    }

    @Test func `rebuilds a lost catalogue, but not under a mount`() throws {
        for seed in 1...2 { try add(seed: UInt64(seed)) }
        try #require(try line.run("snapshot", try line.copyImage().string).status == 0)
        let backup = try line.run("backup", "--json")
        #expect(try #require(backup.json?["size"]?.number?.int) > 0, "\(backup.complaint)")
        let before = try line.run("list", "versions", "--json").output
        try line.mount()
        let refused = try line.run("rebuild", "--force")
        #expect(refused.status == 1)
        #expect(refused.complaint.contains("in use by 'reprofs mount"), "\(refused.complaint)")
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
        #expect(try line.run("rebuild").complaint.contains("sound"))
        for suffix in ["", "-wal", "-shm"] { unlink(line.store.string + "/catalogue.sqlite" + suffix) }
        #expect(try line.run("list", "versions").complaint.contains("reprofs rebuild"))
        let rebuilt = try line.run("rebuild")
        #expect(rebuilt.status == 0 && rebuilt.output.contains("The catalogue is that of"), "\(rebuilt.complaint)")
        #expect(try line.run("list", "versions", "--json").output == before)
        try line.mount()
        #expect(
            try line.read("by-name/checkpoints/model.safetensors/v1/model.safetensors") == SmallModel.bytes(seed: 1))
        #expect(try line.run("verify").status == 0)
    }

    @Test func `says which models can run code, and what they import`() throws {
        let fixtures = FilePath(#filePath).removingLastComponent().removingLastComponent().appending("Fixtures/Pickles")
        for name in ["weights.pt", "runs_code.ckpt"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: fixtures.appending(name).string))
            try line.directory.write(Array(bytes), to: "models/checkpoints/" + name)
        }
        try line.writeModels(seed: 1)
        let added = try line.run("add", line.directory.appending("models").string)
        #expect(added.status == 0)
        #expect(
            added.complaint.contains("runs_code.ckpt is a pickle: loading it can run code; it imports posix.system"))
        #expect(added.complaint.contains("weights.pt is a pickle: loading it can run code; it imports nothing but"))
        #expect(!added.complaint.contains("safetensors"))
        let models = try #require(try line.run("list", "models", "--json").json?.array)
        let unusual = models.map { $0["pickle"]?["unusual"]?.array?.compactMap(\.string) }
        #expect(unusual == [nil, ["posix.system"], [], nil])
    }
}
