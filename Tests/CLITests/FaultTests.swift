import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `Adding under bad luck` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
    }

    private func writeModels(count: Int, size: Int) throws {
        for index in 0..<count {
            try line.directory.write(
                SmallModel.bytes(seed: UInt64(index), size: size), to: "models/checkpoints/m\(index).safetensors")
        }
    }

    /// Every row names bytes that are there and hash to its name.
    private func verify(_ path: FilePath) throws -> Int {
        let store = try Store.open(path)
        let blobs = try store.blobs(after: 0, limit: 1000)
        for blob in blobs { #expect(SHA256.digest(of: try store.bytes(of: blob)) == blob.digest) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path.string + "/incoming").isEmpty)
        return blobs.count
    }

    @Test(arguments: UInt64(0)..<8) func `loses nothing when it is killed, and goes on the next time`(seed: UInt64)
        throws
    {
        try writeModels(count: 6, size: 300_000)
        var random = SplitMix64(seed: seed)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
        process.arguments = ["add", "--copy", line.directory.appending("models").string, "--store", line.store.string]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        usleep(UInt32.random(in: 0..<60_000, using: &random))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let kept = try verify(line.store)
        // Six models, and the header that they share.
        #expect(kept <= 7)
        #expect(try line.run("add", line.directory.appending("models").string).status == 0)
        #expect(try verify(line.store) == 7)
        #expect(
            FileManager.default.contents(atPath: line.directory.appending("models/checkpoints/m5.safetensors").string)
                .map(Array.init) == SmallModel.bytes(seed: 5, size: 300_000))
    }

    @Test func `leaves source and store whole when the disk is full`() throws {
        let disk = line.directory.appending("disk")
        try FileManager.default.createDirectory(atPath: disk.string, withIntermediateDirectories: false)
        guard geteuid() == 0, mount("tmpfs", disk.string, "tmpfs", 0, "size=4m") == 0 else {
            try Test.cancel("skipped: only root can make a small disk")
        }
        defer { umount2(disk.string, CInt(MNT_DETACH)) }
        let store = disk.appending("store").string
        try #require(try line.run("init", "--store", store).status == 0)
        try writeModels(count: 6, size: 900_000)
        let outcome = try line.run("add", line.directory.appending("models").string, "--store", store)
        #expect(outcome.status == 2)
        #expect(outcome.complaint.contains("no room") || outcome.complaint.contains("No space"), "\(outcome.complaint)")
        #expect(try verify(FilePath(store)) > 0)
        for index in 0..<6 {
            let source = line.directory.appending("models/checkpoints/m\(index).safetensors").string
            #expect(
                FileManager.default.contents(atPath: source)?.count == SmallModel.bytes(seed: 0, size: 900_000).count)
        }
    }
}

@Suite(.timeLimit(.minutes(20))) struct `A b3sum that works` {
    @Test func `finds the model whose BLAKE3 an image recorded`() throws {
        guard Store.hasBLAKE3 else { try Test.cancel("skipped: b3sum is not installed") }
        let line = try CommandLineFixture()
        try line.writeModels(seed: 1)
        let model = line.directory.appending("models/checkpoints/model.safetensors").string
        let sum = try line.run(tool: "/usr/bin/env", ["b3sum", "--no-names", model]).output.prefix(64)
        try #require(sum.count == 64)
        try #require(try line.run("init").status == 0)
        #expect(try line.run("add", line.directory.appending("models").string).status == 0)
        let image = try line.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph(checkpoint: "\(sum).safetensors")), to: "output/a.png")
        #expect(try line.run("snapshot", image.string).status == 0)
        let models = try line.run("recipe", "a.png", "--json").json?["models"]?.array
        #expect(models?.first?["evidence"] == "recorded" && models?.first?["name"] == "model.safetensors")
    }

    /// Or a command would have no end where others work on the same store all the time.
    @Test func `leaves to the next time what comes meanwhile`() throws {
        guard Store.hasBLAKE3 else { try Test.cancel("skipped: b3sum is not installed") }
        let fixture = try StoreFixture()
        let store = fixture.store
        func add(_ seed: UInt64) throws {
            try fixture.add("checkpoints/\(seed).safetensors", seed: seed)
            for blob in try store.unidentified() { try store.identify(blob) }
        }
        try add(1)
        var counts: [Int] = []
        try store.readBLAKE3(progress: { count in
            counts.append(count)
            #expect(throws: Never.self) { try add(2) }
        })
        #expect(counts == [1])
        #expect(try store.countWithoutBLAKE3() == 1)
    }
}

@Suite(.timeLimit(.minutes(20))) struct `A b3sum that fails` {
    @Test func `costs the BLAKE3 of a model, and nothing else`() throws {
        let line = try CommandLineFixture()
        try line.writeModels(seed: 1)
        try #require(try line.run("init").status == 0)
        let fake = try line.directory.write(Array("#!/bin/sh\nexit 1\n".utf8), to: "bin/b3sum")
        #expect(chmod(fake.string, 0o755) == 0)
        let path = fake.removingLastComponent().string + ":/usr/bin:/bin"
        let added = try line.run(
            tool: CommandLineFixture.executable, ["add", line.directory.appending("models").string],
            environment: ["REPROFS_STORE": line.store.string, "PATH": path])
        #expect(added.status == 0 && added.output.contains("added"))
        let store = try Store.open(line.store)
        #expect(try store.unidentified().isEmpty && store.countWithoutBLAKE3() == 2)
        // An image waits for one.
        let hash = String(repeating: "ab", count: 32)
        let image = try line.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph(checkpoint: "\(hash).safetensors")), to: "output/a.png")
        let kept = try line.run(
            tool: CommandLineFixture.executable, ["snapshot", image.string],
            environment: ["REPROFS_STORE": line.store.string, "PATH": path])
        #expect(kept.status == 0, "\(kept.complaint)")
        // Nobody tries it again for ever.
        #expect(try store.countWithoutBLAKE3() == 0)
        for blob in try store.blobs(after: 0, limit: 10) {
            guard let identity = try store.identity(of: blob) else { continue }
            #expect(identity.blake3 == nil && identity.tensors != nil && identity.crc32.count == 8)
        }
    }
}
