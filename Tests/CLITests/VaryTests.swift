import Comfy
import Foundation
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// Varying, comparing and exporting, with the stand-in for ComfyUI.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `Varying` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try #require(try line.run("init").status == 0)
        try line.directory.write(SmallModel.bytes(seed: 1), to: "models/checkpoints/model.safetensors")
        for seed in [10, 11] {
            try line.directory.write(SmallModel.bytes(seed: UInt64(seed)), to: "models/loras/ink.safetensors")
            try #require(try line.run("add", line.directory.appending("models").string).status == 0)
        }
        try line.mount()
    }

    /// The id of an image that was made with the newest LoRA.
    private func snapshot(_ standIn: StandIn) async throws -> String {
        let image = try #require(try await standIn.run(SmallImage.graph(lora: "ink.safetensors")).first)
        return String(try line.run("snapshot", image.string).output.prefix(12))
    }

    @Test func `makes a snapshot of every result, which knows what it was changed from`() async throws {
        try await withStandIn(line) { standIn in
            let id = try await snapshot(standIn)
            let output = line.directory.appending("out").string
            let outcome = try line.run(
                "vary", id, "--set", "3.seed=1..2", "--set", "cfg=6", "--server", standIn.address, "--out", output)
            #expect(outcome.status == 0, "\(outcome.complaint)")
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.count == 4 && lines[3].hasSuffix("contact-sheet.png"))
            let recipe = try #require(try line.run("recipe", String(lines[2].prefix(12)), "--json").json)
            #expect(recipe["variation"]?["base"]?.string?.hasPrefix(id) == true)
            let change = try #require(recipe["variation"]?["changes"]?.array?.first)
            #expect(change["input"] == "cfg" && change["old"] == 4 && change["new"] == 6)
            #expect(recipe["models"]?.array?.allSatisfy { $0["evidence"] == "observed" } == true)
            let lineage = try line.run("lineage", String(lines[2].prefix(12))).output
            #expect(lineage.contains("variation of ") && lineage.contains("snapshot \(id)"), "\(lineage)")
            let files = try FileManager.default.contentsOfDirectory(atPath: output).sorted()
            #expect(files == ["001-seed=1.png", "002-seed=2.png", "003-cfg=6.png", "contact-sheet.png"])
        }
    }

    @Test func `shows on a terminal how many of its runs have been made`() async throws {
        try await withStandIn(line) { standIn in
            let id = try await snapshot(standIn)
            let output = line.directory.appending("out").string
            let shown = try Pseudoterminal(columns: 80).run(
                CommandLineFixture.executable,
                ["vary", id, "--set", "3.seed=1..3", "--server", standIn.address, "--out", output],
                environment: ["REPROFS_STORE": line.store.string])
            #expect(shown.status == 0, "\(shown.lines)")
            for number in 1...3 {
                #expect(shown.states.contains { $0.hasPrefix("\(number) of 3 runs") }, "\(shown.states)")
            }
            #expect(shown.states.contains { $0.contains(" for all") }, "\(shown.states)")
            #expect(!shown.lines.contains { $0.contains("of 3 runs") }, "\(shown.lines)")
        }
    }

    @Test func `prints each result under the snapshot that the node pack's report made of it`() async throws {
        // A pack that takes its time: its reports come a second after the runs.
        let base = line.directory.appending("comfy")
        let pack = base.appending("custom_nodes/reprofs")
        try FileManager.default.createDirectory(
            atPath: base.appending("custom_nodes").string, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: StandIn.pack.string, toPath: pack.string)
        let code = pack.appending("capture.py").string
        let text = try String(contentsOfFile: code, encoding: .utf8)
        let slow = text.replacingOccurrences(of: "\nPAUSE = 0.1\n", with: "\nPAUSE = 1\n")
        try #require(slow != text)
        try slow.write(toFile: code, atomically: true, encoding: .utf8)

        try await withStandIn(line, pack: true, base: base) { standIn in
            let id = try await snapshot(standIn)
            let output = line.directory.appending("out").string
            let outcome = try line.run("vary", id, "--set", "seed=1..2", "--server", standIn.address, "--out", output)
            #expect(outcome.status == 0, "\(outcome.complaint)")
            for _ in 0..<200 where await standIn.server.untoldRuns() != 0 {
                try await Task.sleep(for: .milliseconds(20))
            }
            try await eventually { try Store.open(line.store).newestReport() == nil }
            let images = try #require(try line.run("list", "images", "--json").json?.array)
            let current = Set(images.compactMap { $0["snapshot"]?.string?.prefix(12) })
            for told in outcome.output.split(separator: "\n").prefix(2) {
                #expect(current.contains(told.prefix(12)), "\(outcome.output) \(images)")
            }
        }
    }

    @Test func `takes another version of a model, and the live view is back afterwards`() async throws {
        try await withStandIn(line) { standIn in
            let id = try await snapshot(standIn)
            let outcome = try line.run(
                "vary", id, "--set", "lora_name=ink.safetensors@v1", "--server", standIn.address, "--out",
                line.directory.appending("out").string)
            #expect(outcome.status == 0, "\(outcome.complaint)")
            let recipe = try #require(try line.run("recipe", String(outcome.output.prefix(12)), "--json").json)
            let lora = try #require(recipe["models"]?.array?.first { $0["folder"] == "loras" })
            #expect(lora["sha256"]?.string == SmallModel.digest(seed: 10).hex && lora["evidence"] == "observed")
            #expect(try line.json(".reprofs/status")["active"]?["view"] == "live")
            let difference = try line.run("diff", id, String(outcome.output.prefix(12)))
            #expect(
                difference.output.contains("ink.safetensors v2") && difference.output.contains("ink.safetensors v1"))
            #expect(difference.output.contains("weights\n  loras/ink.safetensors: 1 changed"))
        }
    }

    /// What another user who may write there plants and swaps.
    @Test func `writes its results through no link, and into the directory that it began with`() async throws {
        try await withStandIn(line) { standIn in
            let id = try await snapshot(standIn)
            let victim = try line.directory.write([1, 2, 3], to: "victim/a.png")
            let output = line.directory.appending("out")
            try FileManager.default.createDirectory(atPath: output.string, withIntermediateDirectories: true)
            for (name, target) in [
                ("001-seed=1.png", victim.string), ("002-seed=2.png", victim.string + ".new"),
                ("contact-sheet.png", victim.string),
            ] { try #require(symlink(target, output.appending(name).string) == 0) }
            try #require(link(victim.string, output.appending("003-seed=3.png").string) == 0)
            func vary(_ values: String, to directory: FilePath) throws -> CommandLineFixture.Outcome {
                try line.run(
                    "vary", id, "--set", "seed=\(values)", "--server", standIn.address, "--out", directory.string)
            }
            let outcome = try vary("1..3", to: output)
            #expect(outcome.status == 0, "\(outcome.complaint)")
            let made = WritableTree(output)
            for name in ["001-seed=1", "002-seed=2", "003-seed=3", "contact-sheet"] {
                let facts = try made.stat("\(name)-2.png")
                #expect(facts.st_mode & S_IFMT == S_IFREG && facts.st_nlink == 1 && facts.st_size > 3, "\(name)")
                #expect(try made.stat("\(name).png").st_mode & S_IFMT != S_IFDIR)
            }
            // So is a directory in the place of a result, and another run's results.
            try made.makeDirectory("001-seed=4.png")
            for _ in 0..<2 { #expect(try vary("4", to: output).status == 0) }
            #expect(try made.names("001-seed=4.png").isEmpty)
            #expect(made.exists("001-seed=4-2.png") && made.exists("001-seed=4-3.png"))

            let swapped = line.directory.appending("swapped")
            let isEnded = Mutex(false)
            let swapper = Thread {
                while !isEnded.withLock({ $0 }) {
                    if FileManager.default.fileExists(atPath: swapped.appending("001-seed=5.png").string) {
                        rename(swapped.string, swapped.string + ".away")
                        symlink(victim.removingLastComponent().string, swapped.string)
                        return
                    }
                    usleep(200)
                }
            }
            swapper.start()
            _ = try vary("5..8", to: swapped)
            isEnded.withLock { $0 = true }
            #expect(WritableTree(FilePath(swapped.string + ".away")).exists("001-seed=5.png"))
            let victims = WritableTree(victim.removingLastComponent())
            #expect(try victims.names() == ["a.png"] && victims.read("a.png") == [1, 2, 3])
        }
    }

    @Test func `prints the prompts of a dry run and asks no server`() async throws {
        var id = ""
        try await withStandIn(line) { id = try await snapshot($0) }
        let outcome = try line.run("vary", id, "--set", "seed=1,2", "--set", "cfg=4,6", "--grid", "--dry-run")
        let runs = try #require(outcome.json?.array)
        #expect(runs.map { $0["label"]?.string } == ["seed=1 cfg=4", "seed=1 cfg=6", "seed=2 cfg=4", "seed=2 cfg=6"])
        #expect(runs[3]["prompt"]?["3"]?["inputs"]?["seed"] == 2)
    }

    @Test(arguments: [
        ("nothing=1", "no node has an input 'nothing'"), ("text=x", "'text' is ambiguous"),
        ("lora_name=gone.safetensors", "the store has no model 'gone.safetensors' in loras"),
        ("lora_name=ink.safetensors@v9", "has no version 9"),
    ])
    func `says what is wrong with a setting before anything runs`(_ setting: String, _ words: String) async throws {
        var id = ""
        try await withStandIn(line) { id = try await snapshot($0) }
        let outcome = try line.run("vary", id, "--set", setting, "--server", "http://127.0.0.1:9")
        #expect(outcome.status == 1)
        #expect(outcome.complaint.contains(words), "\(outcome.complaint)")
    }

    @Test func `exports a directory with everything, and without keys`() async throws {
        let classes = #"{"Partner":{"api_key":["STRING"]}}"#
        try await withStandIn(line, environment: ["STANDIN_CLASSES": classes]) { standIn in
            let graph =
                SmallImage.graph().dropLast()
                + #","20":{"class_type":"Partner","inputs":{"api_key":"very-private-key"}}}"#
            let image = try #require(try await standIn.run(String(graph)).first)
            let id = String(try line.run("snapshot", image.string).output.prefix(12))
            let target = line.directory.appending("exported")
            let outcome = try line.run("export", id, target.string)
            #expect(outcome.status == 0, "\(outcome.complaint)")
            let check = try line.run(
                tool: "/bin/sh",
                [
                    "-c", "cd \"$1\" && sha256sum --quiet -c SHA256SUMS && ! grep -r very-private-key .", "sh",
                    target.string,
                ])
            #expect(check.status == 0, "\(check.output)\(check.complaint)")
            // The image itself holds the key.
            #expect(
                !FileManager.default.fileExists(
                    atPath: target.appending("original-\(image.lastComponent?.string ?? "")").string))
            // It reproduces without ReproFS: the stand-in on that directory gives the same file's pixels.
            let base = StandIn.installation.string
            let process = try await ComfyProcess.start(
                .init(installation: base, python: try StandIn.python, base: target.string))
            let queue = try JSONParser.parse(
                [UInt8](try Data(contentsOf: URL(fileURLWithPath: target.appending("prompt.json").string))))
            let refused = await #expect(throws: ComfyError.self) {
                try await PromptRun(on: process.server, queue).outputs { _ in }
            }
            await process.stop()
            // The partner's class is not there; everything else was found.
            #expect(refused?.description.contains("Partner") == true)
        }
    }

    @Test func `refuses to export into a directory that is not empty`() async throws {
        var id = ""
        try await withStandIn(line) { id = try await snapshot($0) }
        let outcome = try line.run("export", id, line.directory.appending("models").string)
        #expect(outcome.status == 1 && outcome.complaint.contains("is not empty; nothing was written"))
    }
}
