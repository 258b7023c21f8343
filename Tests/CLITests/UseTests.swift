import Comfy
import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.serialized, .timeLimit(.minutes(20))) struct `Using a snapshot` {
    let line: CommandLineFixture
    let id: String

    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        for seed in [1, 2] {
            try line.directory.write(SmallModel.bytes(seed: UInt64(seed)), to: "models/checkpoints/model.safetensors")
            try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        }
        let image = try line.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph()), to: "output/a.png", modified: 1_000_000_000)
        id = String(try line.run("snapshot", image.string).output.prefix(12))
    }

    @Test func `shows its models in every mount when the command returns, and the live ones again`() throws {
        try line.mount()
        let path = "active/models/checkpoints/model.safetensors"
        #expect(try line.read(path) == SmallModel.bytes(seed: 2))
        let used = try line.run("use", id)
        #expect(used.status == 0 && used.output.contains("active/models shows the models of \(id)."))
        #expect(try line.read(path) == SmallModel.bytes(seed: 1))
        #expect(try line.run("use", "live").status == 0)
        #expect(try line.read(path) == SmallModel.bytes(seed: 2))
    }

    @Test func `is kept for the next mount where there is none`() throws {
        #expect(try line.run("use", id).output.contains("the store is not mounted now"))
        try line.mount()
        #expect(try line.read("active/models/checkpoints/model.safetensors") == SmallModel.bytes(seed: 1))
    }

    @Test func `switches nothing when the server is absent or the snapshot unknown`() throws {
        try line.mount()
        #expect(try line.run("use", id, "--server", "http://127.0.0.1:9").status == 5)
        #expect(try line.run("use", "nothing").status == 1)
        #expect(try line.json(".reprofs/status")["active"]?["view"] == "live")
    }

    @Test func `makes a server let go of what it holds`() async throws {
        try line.mount()
        try await withStandIn(line) { standIn in
            let before = try #require(try await standIn.run(SmallImage.graph()).first)
            let used = try line.run("use", id, "--server", standIn.address)
            #expect(used.status == 0 && used.output.contains("lists those of the snapshot"), "\(used.complaint)")
            let after = try #require(try await standIn.run(SmallImage.graph()).first)
            let files = try [before, after].map { try Data(contentsOf: URL(fileURLWithPath: $0.string)) }
            #expect(files[0] != files[1])
        }
    }
}
