import Comfy
import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// Against the stand-in for ComfyUI; scripts/e2e-comfyui does the same with a real one.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `Reproducing` {
    let line: CommandLineFixture
    let graph = SmallImage.graph(lora: "style/ink.safetensors")

    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        try add(seed: 1)
        try line.mount()
    }

    private func add(seed: UInt64) throws {
        try line.directory.write(SmallModel.bytes(seed: seed), to: "models/checkpoints/model.safetensors")
        try line.directory.write(SmallModel.bytes(seed: seed + 10), to: "models/loras/style/ink.safetensors")
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
    }

    /// An image of the models of seed 1, snapshotted; the models are then replaced under their names.
    private func imageOfReplacedModels(_ standIn: StandIn, _ graph: String? = nil) async throws -> String {
        let image = try #require(try await standIn.run(graph ?? self.graph).first)
        let id = String(try line.run("snapshot", image.string).output.prefix(12))
        try add(seed: 2)
        try await standIn.free()
        return id
    }

    private func certificate(_ id: String, _ arguments: String...) throws -> JSON {
        let outcome = try line.run(
            tool: CommandLineFixture.executable, ["reproduce", id, "--json"] + arguments,
            environment: ["REPROFS_STORE": line.store.string, "TMPDIR": try scratch()])
        return try #require(outcome.json, "\(outcome.complaint)")
    }

    @Test func `on a running server gives the same pixels from the pinned bytes, and proves it`() async throws {
        try await withStandIn(line) { standIn in
            let id = try await imageOfReplacedModels(standIn)
            let live = try #require(try await standIn.run(graph).first)
            #expect(try line.run("recipe", live.string, "--json").json?["snapshot"] == nil, "other bytes, other pixels")
            let told = try certificate(id, "--server", standIn.address)
            #expect(told["verdict"] == "verified")
            let opened = Set(told["opened"]?.array?.compactMap { $0["sha256"]?.string } ?? [])
            #expect(opened == [SmallModel.digest(seed: 1).hex, SmallModel.digest(seed: 11).hex])
            #expect(told["process"]?["pid"]?.number?.int == Int(standIn.process.pid))
            #expect(try line.json(".reprofs/status")["active"]?["view"] == "live")
        }
    }

    @Test func `on a launched installation gives the same, and leaves nothing behind`() async throws {
        var id = ""
        try await withStandIn(line) { id = try await imageOfReplacedModels($0) }
        let told = try certificate(
            id, "--launch", StandIn.installation.string, "--python", try StandIn.python)
        #expect(told["verdict"] == "verified" && told["manner"] == "launch")
        #expect(try FileManager.default.contentsOfDirectory(atPath: try scratch()).isEmpty)
        #expect(try line.run("explain", id).output.contains("reproduced, pixel by pixel"))
        #expect(try line.json("by-snapshot/\(id)/recipe.json")["grade"]?["verified"] == true)
    }

    @Test func `launches on a mount of its own where the store is not mounted`() async throws {
        var id = ""
        try await withStandIn(line) { id = try await imageOfReplacedModels($0) }
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
        let outcome = try line.run(
            "reproduce", id, "--launch", StandIn.installation.string, "--python", try StandIn.python)
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.output.contains("verified"))
    }

    /// What it holds besides ends with it; the next launch removes its directory.
    @Test func `leaves no ComfyUI and no mount behind when it is killed`() async throws {
        var id = ""
        try await withStandIn(line) { id = try await imageOfReplacedModels($0) }
        #expect(try line.run("unmount", line.mountPoint.string).status == 0)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
        process.arguments = [
            "reproduce", id, "--launch", StandIn.installation.string, "--python", try StandIn.python, "--store",
            line.store.string,
        ]
        let scratch = try scratch()
        func loads() throws -> Int { try line.run("list", "loads", "--json").json?.array?.count ?? 0 }
        let before = try loads()
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["STANDIN": "hang", "TMPDIR": scratch]) { $1 }
        process.standardError = FileHandle.nullDevice
        try withoutBlockedSignals { try process.run() }
        defer { kill(process.processIdentifier, SIGKILL) }
        func commands() -> [String] {
            ProcessFile.names(in: "/proc").filter { Int32($0) != nil }.compactMap {
                ProcessFile.text("/proc/\($0)/cmdline")
            }.filter { $0.contains(scratch) }
        }
        // It runs: its models were opened.
        try await eventually { try loads() > before }
        try #require(commands().contains { $0.contains("main.py") } && commands().contains { $0.contains("mount") })
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try await eventually { commands().isEmpty }
        try #require(try FileManager.default.contentsOfDirectory(atPath: scratch).count == 1)
        #expect(
            try certificate(id, "--launch", StandIn.installation.string, "--python", try StandIn.python)["verdict"]
                == "verified")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch).isEmpty)
    }

    @Test func `takes pinned inputs, under whatever name the server has them`() async throws {
        try await withStandIn(line) { standIn in
            let input = standIn.base.appending("input/photo.png").string
            try FileManager.default.createDirectory(
                atPath: standIn.base.appending("input").string, withIntermediateDirectories: true)
            try Data(SmallImage.infotext("one")).write(to: URL(fileURLWithPath: input))
            let graph = SmallImage.graph(image: "photo.png")
            let image = try #require(try await standIn.run(graph).first)
            let id = String(
                try line.run("snapshot", image.string, "--input", standIn.base.appending("input").string).output.prefix(
                    12))
            try Data(SmallImage.infotext("two")).write(to: URL(fileURLWithPath: input))
            #expect(try certificate(id, "--server", standIn.address)["verdict"] == "verified")
            #expect(try Data(contentsOf: URL(fileURLWithPath: input)) == Data(SmallImage.infotext("two")))
            #expect(
                try certificate(id, "--launch", StandIn.installation.string, "--python", try StandIn.python)["verdict"]
                    == "verified")
        }
    }

    @Test func `finds the image again in a batch`() async throws {
        try await withStandIn(line) { standIn in
            let graph = SmallImage.graph().replacing("\"batch_size\":1", with: "\"batch_size\":2")
            let images = try await standIn.run(graph)
            #expect(images.count == 2)
            let id = String(try line.run("snapshot", images[1].string).output.prefix(12))
            let told = try certificate(id, "--server", standIn.address)
            #expect(told["verdict"] == "verified")
            #expect(told["result"]?["file"]?.string?.hasSuffix("_00002_.png") == true)
        }
    }

    @Test func `says how far other pixels differ, and what differs in the environment`() async throws {
        var id = ""
        try await withStandIn(line, pack: true) { standIn in
            let image = try #require(try await standIn.run(graph).first)
            try await eventually { try line.run("list", "images").output.contains(image.lastComponent?.string ?? "?") }
            id = String(try line.run("list", "snapshots").output.prefix(12))
        }
        #expect(try line.run("explain", id).output.contains(": full"))
        // A server whose results depend on something else: a step more than it was asked for.
        try await withStandIn(line, environment: ["STANDIN_DRIFT": "1", "STANDIN_VERSION": "0.34.0"]) { standIn in
            let outcome = try line.run("reproduce", id, "--server", standIn.address)
            #expect(outcome.status == 3)
            #expect(outcome.output.contains("other pixels") && outcome.output.contains("PSNR"))
            #expect(outcome.output.contains("ComfyUI was 0.33.0 and is 0.34.0"))
            #expect(try line.json(".reprofs/status")["active"]?["view"] == "live")
            #expect(!(try line.run("explain", id).output.contains("pixel by pixel")))
        }
        // The grade is lower at once, in every text.
        let explained = try line.run("explain", id).output
        #expect(explained.contains(": approximate") && explained.contains("[proof.different]"))
        #expect(explained.contains("% of the pixels differ") && explained.contains("ComfyUI 0.34.0"))
        let card = String(decoding: try line.read("by-snapshot/\(id)/recipe.txt"), as: UTF8.self)
        #expect(card.contains("Made again\n  on ") && card.contains("[proof.different]"))
        #expect(try line.json("by-snapshot/\(id)/recipe.json")["grade"]?["grade"] == "approximate")
        #expect(try line.run("list", "snapshots").output.contains("\(id)  approximate"))
    }

    @Test func `says how large both pictures are where the sizes differ, or that the image's file is gone`()
        async throws
    {
        let image = try line.directory.write(SmallImage.comfy(prompt: graph), to: "output/small.png")
        let id = String(try line.run("snapshot", image.string).output.prefix(12))
        try await withStandIn(line) { standIn in
            let sized = try line.run("reproduce", id, "--server", standIn.address)
            #expect(sized.status == 3, "\(sized.complaint)")
            #expect(
                sized.output.contains("other pixels: the pictures have different sizes: 1×1 and 64×64\n"),
                "\(sized.output)")
            #expect(!sized.output.contains("gone"))
            try FileManager.default.removeItem(atPath: image.string)
            let gone = try line.run("reproduce", id, "--server", standIn.address)
            #expect(gone.output.contains("other pixels: the image's file is gone"), "\(gone.output)")
        }
    }

    /// A reproduction that goes on: `active/models` shows its snapshot.
    private func begin(_ id: String, _ standIn: StandIn) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
        process.arguments = ["reproduce", id, "--server", standIn.address, "--store", line.store.string]
        process.standardError = FileHandle.nullDevice
        try withoutBlockedSignals { try process.run() }
        try eventually { try line.json(".reprofs/status")["active"]?["view"]?.string == id }
        return process
    }

    @Test func `is refused while another run needs active models, by that one's name`() async throws {
        var id = ""
        try await withStandIn(line) { id = try await imageOfReplacedModels($0) }
        try await withStandIn(line, environment: ["STANDIN": "hang"]) { standIn in
            let process = try begin(id, standIn)
            let second = try line.run("reproduce", id, "--server", standIn.address)
            process.interrupt()
            process.waitUntilExit()
            #expect(second.status == 1)
            #expect(
                second.complaint.contains("another run needs active/models now: 'reprofs reproduce \(id) ")
                    && second.complaint.contains("(process \(process.processIdentifier)); begin this one when"),
                "\(second.complaint)")
            #expect(try line.json(".reprofs/status")["active"]?["view"] == "live")
        }
        try await withStandIn(line) { standIn async throws in
            #expect(try certificate(id, "--server", standIn.address)["verdict"] == "verified")
        }
    }

    @Test func `of a graph with a node that draws by itself counts both ways`() async throws {
        let graph = SmallImage.graph().dropLast() + #","20":{"class_type":"Unseeded","inputs":{}}}"#
        var id = ""
        try await withStandIn(line, environment: ["STANDIN_DRAWS": "1"]) { standIn in
            let image = try #require(try await standIn.run(String(graph)).first)
            id = String(try line.run("snapshot", image.string).output.prefix(12))
        }
        let told = { try self.line.run("recipe", id, "--json").json }
        try await withStandIn(line) { standIn in
            let certificate = try certificate(id, "--server", standIn.address)
            #expect(certificate["verdict"] == "different")
        }
        let different = try #require(try told())
        #expect(different["grade"]?["reasons"]?.array?.first?["code"] == "proof.different")
        #expect(different["grade"]?["verified"] == false)
        try await withStandIn(line, environment: ["STANDIN_DRAWS": "1"]) { standIn in
            let certificate = try certificate(id, "--server", standIn.address)
            #expect(certificate["verdict"] == "verified")
        }
        let verified = try #require(try told())
        #expect(verified["grade"]?["verified"] == true && verified["grade"]?["grade"] == "full")
        #expect(verified["attempts"]?.array?.map { $0["verdict"] } == ["different", "verified"])
        let explained = try line.run("explain", id).output
        #expect(explained.contains("with the same pixels; before, on ") && explained.contains("with other pixels"))
    }

    @Test func `is not verified where a model was not seen being opened`() async throws {
        try await withStandIn(line, environment: ["STANDIN_HOLDS": "1"]) { standIn in
            let image = try #require(try await standIn.run(graph).first)
            let id = String(try line.run("snapshot", image.string).output.prefix(12))
            let outcome = try line.run("reproduce", id, "--server", standIn.address)
            #expect(outcome.status == 4)
            #expect(outcome.output.contains("checkpoints/model.safetensors was not seen being opened"))
        }
    }

    @Test func `refuses a server that looks for models elsewhere`() async throws {
        var id = ""
        try await withStandIn(line) { id = try await imageOfReplacedModels($0) }
        try await withStandIn(line, models: line.directory.appending("models").string) { standIn in
            let outcome = try line.run("reproduce", id, "--server", standIn.address)
            #expect(outcome.status == 1)
            #expect(outcome.complaint.contains("--extra-model-paths-config"))
        }
    }

    @Test func `refuses a server that would take a file of a pinned name from elsewhere`() async throws {
        var id = ""
        try await withStandIn(line) { id = try await imageOfReplacedModels($0) }
        let models = line.directory.appending("models").string
        try await withStandIn(line, environment: ["STANDIN_FIRST": models]) { standIn in
            let outcome = try line.run("reproduce", id, "--server", standIn.address)
            #expect(outcome.status == 1)
            #expect(outcome.complaint.contains("instead of the pinned file: it looks there first"))
            #expect(try line.json(".reprofs/status")["active"]?["view"] == "live")
        }
    }

    @Test func `says that nothing answers, with its exit code`() async throws {
        var id = ""
        try await withStandIn(line) { id = try await imageOfReplacedModels($0) }
        let outcome = try line.run("reproduce", id, "--server", "http://127.0.0.1:9")
        #expect(outcome.status == 5)
        #expect(outcome.complaint == "reprofs: no ComfyUI answers at http://127.0.0.1:9\n")
    }

    @Test(arguments: [
        (["STANDIN": "fail"], "ComfyUI failed in node 3, KSampler: RuntimeError: the stand-in was told to fail", "10"),
        (["STANDIN": "die"], "ComfyUI ended in the middle of the run", "10"),
        (["STANDIN": "hang"], "ComfyUI said nothing for 2 seconds", "2"),
        (["STANDIN_WITHOUT": "VAEDecode"], "the server has no node class 'VAEDecode'", "10"),
        (
            ["STANDIN_CLASSES": #"{"VAEDecode":{"samples":["LATENT"],"vae":["VAE"],"tiled":["BOOLEAN"]}}"#],
            "VAEDecode (node 8) now needs the input 'tiled', which the recipe has not", "10"
        ),
    ])
    func `says why a run has no result, and puts everything back`(
        _ environment: [String: String], _ words: String, _ timeout: String
    ) async throws {
        var id = ""
        try await withStandIn(line) { id = try await imageOfReplacedModels($0) }
        try await withStandIn(line, environment: environment) { standIn in
            let outcome = try line.run("reproduce", id, "--server", standIn.address, "--timeout", timeout)
            #expect(outcome.status == 5)
            #expect(outcome.complaint.contains(words), "\(outcome.complaint)")
            #expect(try line.json(".reprofs/status")["active"]?["view"] == "live")
        }
        // Everybody who looks at the image is told of it, and its grade stays what it was.
        let card = String(decoding: try line.read("by-snapshot/\(id)/recipe.txt"), as: UTF8.self)
        for text in [card, try line.run("explain", id).output] {
            let told = try #require(text.split(separator: "\n").first { $0.contains(": no picture: ") }, "\(text)")
            #expect(told.contains(words), "\(told)")
        }
        let explained = try #require(try line.run("explain", id, "--json").json)
        #expect(explained["attempts"]?.array?.map { $0["verdict"] } == ["failed"])
        #expect(explained["grade"] == "approximate" && explained["verified"] == false)
    }

    @Test func `says which models are not in the store, before anything is queued`() async throws {
        try await withStandIn(line) { standIn in
            let image = try line.directory.write(
                SmallImage.comfy(prompt: SmallImage.graph(checkpoint: "gone.safetensors")), to: "output/gone.png")
            let id = String(try line.run("snapshot", image.string).output.prefix(12))
            let outcome = try line.run("reproduce", id, "--server", standIn.address)
            #expect(outcome.status == 1)
            #expect(outcome.complaint.contains("the model gone.safetensors is not in the store"))
        }
    }

    @Test func `is stopped by an interrupt, and puts everything back`() async throws {
        var id = ""
        try await withStandIn(line) { id = try await imageOfReplacedModels($0) }
        try await withStandIn(line, environment: ["STANDIN": "hang"]) { standIn in
            let process = try begin(id, standIn)
            process.interrupt()
            process.waitUntilExit()
            #expect(process.terminationStatus == 130)
            #expect(try line.json(".reprofs/status")["active"]?["view"] == "live")
        }
    }

    /// Where what runs makes its temporary files.
    private func scratch() throws -> String {
        let path = line.directory.appending("scratch").string
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
