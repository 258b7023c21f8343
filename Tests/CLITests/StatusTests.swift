import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The status command` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        try line.writeModels(seed: 1)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
    }

    @Test func `counts what the store holds`() throws {
        try #require(try line.run("snapshot", try line.copyImage().string).status == 0)
        let status = try #require(try line.run("status", "--json").json)
        #expect(status["schema"] == "reprofs.status/1")
        #expect(status["counts"]?["models"] == 2)
        #expect(status["counts"]?["images"] == 1)
        #expect(status["mounts"] == .array([]))
        let text = try line.run("status").output
        #expect(text.contains("Models     2 with 2 versions"), "\(text)")
        #expect(text.contains("Mounts     none; 'reprofs mount DIR' makes one"), "\(text)")
    }

    @Test func `says why the kernel does not read models by itself, and what to do`() throws {
        try line.mount("--no-passthrough")
        let mount = try #require(try line.run("status", "--json").json?["mounts"]?.array?.first)
        #expect(mount["mountPoint"] == .string(line.mountPoint.string))
        #expect(mount["answers"] == true)
        #expect(mount["passthrough"]?["on"] == false)
        let why = try #require(mount["passthrough"]?["why"]?.string)
        #expect(try line.run("status").output.contains(why))
    }

    @Test func `names the models of which only a part is there`() throws {
        try line.mount()
        func put(_ bytes: ArraySlice<UInt8>, _ name: String) throws {
            try Data(bytes).write(to: URL(filePath: line.mountPoint.string + "/models/checkpoints/" + name))
        }
        try put(SmallModel.bytes(seed: 9).dropLast(), "cut.safetensors")
        try put(SmallModel.bytes(seed: 9)[...], "whole.safetensors")
        try put([1, 2], "notes.txt")
        let whole = SmallModel.bytes(seed: 9).count
        let parts = try #require(try line.run("status", "--json").json?["parts"]?.array)
        #expect(parts.map { $0["path"] } == ["checkpoints/cut.safetensors"])
        let text = try line.run("status").output
        #expect(
            text.contains("Not whole  models/checkpoints/cut.safetensors: \(whole - 1) of \(whole) bytes are there"),
            "\(text)")
    }

    @Test func `names some of the models that lost their bytes, how many there are, and what helps`() throws {
        #expect(!(try line.run("status").output.contains("Lost")))
        for seed in UInt64(20)..<25 {
            try line.directory.write(SmallModel.bytes(seed: seed), to: "models/checkpoints/m\(seed).safetensors")
        }
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        for seed in UInt64(20)..<25 {
            let blob = line.store.appending("blobs/sha256/\(SmallModel.digest(seed: seed))")
            try FileManager.default.removeItem(atPath: blob.string)
            if seed == 20 {
                try line.run("verify")
                let text = try line.run("status").output
                #expect(
                    text.contains(
                        """
                        Lost       the bytes of 1 blob, of checkpoints/m20.safetensors@v1; look for them in DIR with: \
                        reprofs verify --repair --from DIR

                        """), "\(text)")
            }
        }
        try line.run("verify")
        let text = try line.run("status").output
        let lost = try #require(text.split(separator: "\n").first { $0.hasPrefix("Lost") }, "\(text)")
        #expect(lost.contains("the bytes of 5 blobs, of checkpoints/m2") && lost.contains(" and 2 more; "), "\(lost)")
        let named = try #require(try line.run("status", "--json").json?["lostModels"])
        #expect(named["count"] == 5)
        #expect(
            Set(named["names"]?.array?.compactMap(\.string) ?? [])
                == Set((20..<25).map { "checkpoints/m\($0).safetensors@v1" }))
    }

    @Test func `says why what was closed becomes no version, until it does`() throws {
        try line.mount()
        func problem() throws -> JSON? { try line.json(".reprofs/status")["models"]?["problem"] }
        #expect(try problem() == .null)
        // No blob can be put where a directory stands.
        let place = line.store.appending("blobs/sha256/\(SmallModel.digest(seed: 9))").string
        try #require(mkdir(place, 0o755) == 0)
        let models = WritableTree(line.mountPoint.appending("models"))
        try models.write(SmallModel.bytes(seed: 9), to: "checkpoints/new.safetensors")
        try eventually { try problem()?.string?.contains(place) == true }
        let mount = try line.run("status", "--json").json?["mounts"]?.array?.first
        let said = try #require(mount?["models"]?["problem"]?.string)
        #expect(try line.run("status").output.contains("models/ makes no versions: \(said)"))
        try #require(rmdir(place) == 0)
        try eventually { try problem() == .null }
        try eventually { try line.run("list", "versions").output.contains(SmallModel.digest(seed: 9).autoV2) }
    }

    @Test func `does not wait for a mount that hangs`() throws {
        try line.mount()
        let process = pid_t(try #require(try line.json(".reprofs/status")["process"]?.number?.int))
        kill(process, SIGSTOP)
        defer { kill(process, SIGCONT) }
        let outcome = try line.run("status")
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.output.contains("it does not answer"), "\(outcome.output)")
    }
}
