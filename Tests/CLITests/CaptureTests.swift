import Comfy
import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// The node pack and 'watch', with the stand-in for ComfyUI.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `Capturing` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        try add(seed: 1)
        try line.mount()
    }

    private func add(seed: UInt64) throws {
        try line.directory.write(SmallModel.bytes(seed: seed), to: "models/checkpoints/model.safetensors")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
    }

    private func recipe(of image: FilePath) throws -> JSON {
        try eventually { try line.run("recipe", image.string, "--json").status == 0 }
        return try #require(try line.run("recipe", image.string, "--json").json)
    }

    @Test func `by the node pack makes a snapshot of every output, with observed models`() async throws {
        try await withStandIn(line, pack: true) { standIn in
            let image = try #require(try await standIn.run(SmallImage.graph()).first)
            let recipe = try recipe(of: image)
            #expect(recipe["models"]?.array?.first?["evidence"] == "observed")
            #expect(recipe["grade"]?["grade"] == "full")
            #expect(
                recipe["environment"]?["comfyui"] != nil && recipe["environment"]?["objectInfo"]?["KSampler"] != nil)
        }
    }

    @Test func `knows the old bytes that a server still holds when the file was replaced`() async throws {
        try await withStandIn(line, pack: true) { standIn in
            _ = try await standIn.run(SmallImage.graph())
            try add(seed: 2)
            let image = try #require(try await standIn.run(SmallImage.graph(seed: 7)).first)
            let model = try #require(try recipe(of: image)["models"]?.array?.first)
            #expect(model["sha256"]?.string == SmallModel.digest(seed: 1).hex && model["evidence"] == "observed")
        }
    }

    @Test func `pins the code of the node packs`() async throws {
        try await withStandIn(line, pack: true) { standIn in
            let image = try #require(try await standIn.run(SmallImage.graph()).first)
            let id = try #require(try recipe(of: image)["snapshot"]?.string).prefix(12)
            let code = try line.read("by-snapshot/\(id)/custom_nodes/reprofs/capture.py")
            #expect(
                code == [UInt8](try Data(contentsOf: URL(fileURLWithPath: StandIn.pack.appending("capture.py").string)))
            )
            let names = try FileManager.default.contentsOfDirectory(
                atPath: line.file("by-snapshot/\(id)/custom_nodes/reprofs"))
            #expect(!names.contains("__pycache__"))
        }
    }

    @Test func `knows an input by the hash that was taken when it was read`() async throws {
        try await withStandIn(line, pack: true) { standIn in
            let input = standIn.base.appending("input/photo.png").string
            try FileManager.default.createDirectory(
                atPath: standIn.base.appending("input").string, withIntermediateDirectories: true)
            let bytes = SmallImage.infotext("one")
            try Data(bytes).write(to: URL(fileURLWithPath: input))
            let image = try #require(try await standIn.run(SmallImage.graph(image: "photo.png")).first)
            let used = try #require(try recipe(of: image)["inputs"]?.array?.first)
            #expect(used["evidence"] == "observed" && used["sha256"]?.string == SHA256.digest(of: bytes).hex)
        }
    }

    @Test func `takes keys out of what it reports`() async throws {
        let classes = #"{"Partner":{"api_key":["STRING"],"max_tokens":["INT"]}}"#
        try await withStandIn(line, pack: true, environment: ["STANDIN_CLASSES": classes]) { standIn in
            let graph =
                SmallImage.graph().dropLast()
                + #","20":{"class_type":"Partner","inputs":{"api_key":"very-private-key","max_tokens":77}}}"#
            let image = try #require(try await standIn.run(String(graph)).first)
            let id = try #require(try recipe(of: image)["snapshot"]?.string).prefix(12)
            let prompt = String(decoding: try line.read("by-snapshot/\(id)/prompt.json"), as: UTF8.self)
            #expect(!prompt.contains("very-private-key") && prompt.contains("[redacted]") && prompt.contains("77"))
        }
    }

    @Test func `keeps what ran while ReproFS is away, and tells it later`() async throws {
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
        // Its models are not ReproFS's, so it needs no mount to run.
        let environment = ["REPROFS_MOUNT": line.mountPoint.string]
        let models = line.directory.appending("models").string
        try await withStandIn(line, models: models, pack: true, environment: environment) { standIn in
            let image = try #require(try await standIn.run(SmallImage.graph(seed: 9)).first)
            try await eventually { standIn.spooledReports.count == 1 }
            try line.mount()
            _ = try await standIn.run(SmallImage.graph(seed: 10))
            try await eventually { try line.run("recipe", image.string).status == 0 }
            try await eventually { standIn.spooledReports.isEmpty }
        }
    }

    @Test func `lists who opened which model`() async throws {
        try await withStandIn(line) { standIn in
            _ = try await standIn.run(SmallImage.graph())
            try await eventually { try line.run("list", "loads").output.contains("model.safetensors") }
            let load = try #require(
                try line.run("list", "loads", "--json").json?.array?.first {
                    $0["pid"]?.number?.int == Int(standIn.process.pid)
                })
            #expect(load["sha256"]?.string == SmallModel.digest(seed: 1).hex && load["opens"]?.number?.int == 2)
        }
    }

    @Test func `by 'watch' does without the pack, also for what came before`() async throws {
        try await withStandIn(line) { standIn in
            let early = try #require(try await standIn.run(SmallImage.graph(seed: 1)).first)
            let output = standIn.base.appending("output").string
            let watch = Process()
            watch.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
            watch.arguments = ["watch", output, "--store", line.store.string]
            watch.standardOutput = FileHandle.nullDevice
            watch.standardError = FileHandle.nullDevice
            try withoutBlockedSignals { try watch.run() }
            defer {
                watch.interrupt()
                watch.waitUntilExit()
            }
            _ = try recipe(of: early)
            // The server still holds the weights of version 1.
            try add(seed: 2)
            let graph = SmallImage.graph(seed: 2).replacing("\"test\"", with: "\"day/new/test\"")
            let late = try #require(try await standIn.run(graph).first)
            let model = try #require(try recipe(of: late)["models"]?.array?.first)
            #expect(model["sha256"]?.string == SmallModel.digest(seed: 1).hex && model["evidence"] == "inferred")
        }
    }

    @Test func `never fails a generation when the report is refused`() async throws {
        try await withStandIn(line, pack: true, environment: ["REPROFS_MOUNT": "/nowhere"]) { standIn in
            let images = try await standIn.run(SmallImage.graph())
            #expect(images.count == 1)
        }
    }
}
