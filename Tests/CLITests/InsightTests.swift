import Foundation
import Recipe
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `What the commands tell` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try line.writeModels(seed: 1)
        try #require(try line.run("init").status == 0)
    }

    private func image(_ name: String, _ graph: String) throws -> String {
        try line.directory.write(SmallImage.comfy(prompt: graph), to: "output/" + name).string
    }

    @Test func `of a grade is every reason in a sentence, and what would raise it`() throws {
        let image = try image("a.png", SmallImage.graph(lora: "lora.safetensors"))
        #expect(try line.run("snapshot", image).status == 0)
        let before = try line.run("explain", image)
        #expect(before.output.contains("a.png: partial"))
        #expect(before.output.contains("the model checkpoints/model.safetensors is not in the store [model.missing]"))
        #expect(before.output.contains("To raise the grade:\n"))
        #expect(
            before.output.contains(
                "  - put the file into the store, and the snapshot gets better by itself: reprofs add FILE"))
        let added = try line.run("add", line.directory.appending("models").string)
        #expect(added.output.contains("1 image waited for these models: now 1 approximate."))
        let after = try line.run("explain", "a.png")
        #expect(after.output.contains("a.png: approximate"))
        // The card ends with the same text.
        let explanation = after.output.split(separator: "\n", maxSplits: 1)[1]
        #expect(try line.run("recipe", image).output.hasSuffix(explanation))
        #expect(try line.run("explain", image, "--json").json?["grade"] == "approximate")
        #expect(try line.run("explain", "nobody.png").status == 1)
    }

    @Test func `of lineage comes as text, JSON and a graph for Graphviz`() throws {
        #expect(try line.run("add", line.directory.appending("models").string).status == 0)
        let image = try image("a \"b\".png", SmallImage.graph(lora: "lora.safetensors"))
        #expect(try line.run("snapshot", image).status == 0)
        let text = try line.run("lineage", image).output
        #expect(text.contains("─ made with checkpoints/model.safetensors@v1") && text.contains("└─ made with"))
        let json = try line.run("lineage", "model.safetensors", "--format", "json").json
        #expect(json?["nodes"]?.array?.count == 3 && json?["edges"]?.array?.count == 2)
        let dot = try line.run("lineage", image, "--format", "dot").output
        #expect(dot.hasPrefix("digraph lineage {") && dot.contains(#"a \"b\".png"#))
        #expect(try line.run("lineage", "nobody").status == 1)
        #expect(try line.run("lineage", image, "--format", "xml").status == 64)
    }

    @Test func `of a model's use lists its snapshots`() throws {
        #expect(try line.run("add", line.directory.appending("models").string).status == 0)
        #expect(try line.run("snapshot", try image("a.png", SmallImage.graph())).status == 0)
        let used = try line.run("list", "snapshots", "--uses", "checkpoints/model.safetensors@v1", "--json").json
        #expect(used?.array?.map { $0["image"] } == ["a.png"])
        let unused = try line.run("list", "snapshots", "--uses", "lora.safetensors")
        #expect(unused.status == 0 && (unused.output + unused.complaint).contains("No snapshot matches."))
        #expect(try line.run("list", "snapshots", "--uses", "nobody").status == 1)
    }

    @Test func `of a folder is a line for each image, read once`() throws {
        for index in 0..<200 { _ = try image("i_\(index).png", SmallImage.graph(seed: UInt64(index))) }
        try line.directory.write(Array("no image".utf8), to: "output/broken.png")
        let folder = line.directory.appending("output").string
        let first = try line.run("snapshot", folder, "--verbose")
        #expect(first.status == 2)
        #expect(first.output.split(separator: "\n").count(where: { $0.contains("  i_") }) == 200)
        let second = try line.run("snapshot", folder)
        #expect(second.output.contains("200 images have not changed since they were read."))
        #expect(second.complaint.contains("broken.png"))
    }

    @Test func `of an image without its texts is found by its pixels`() throws {
        #expect(try line.run("snapshot", try image("a.png", SmallImage.graph())).status == 0)
        let stripped = try line.directory.write(SmallImage.infotext("gone"), to: "elsewhere/x.png").string
        #expect(try line.run("recipe", stripped).output.hasPrefix("a.png"))
    }

    @Test func `of a model goes by the bytes of its name`() throws {
        for (index, path) in OddNames.models.enumerated() {
            try line.directory.write(SmallModel.bytes(seed: UInt64(index)), to: "odd/\(path)")
        }
        #expect(try line.run("add", line.directory.appending("odd").string).status == 0)
        for (index, path) in OddNames.models.enumerated() {
            let digest = SmallModel.digest(seed: UInt64(index)).hex
            #expect(try line.run("restore", "\(path)@v1").status == 0, "\(path)")
            let listed = try line.run("list", "versions", path.description, "--json").json?.array ?? []
            let own = listed.filter {
                ViewPath(parsing: "\($0["folder"]?.string ?? "")/\($0["name"]?.string ?? "")") == path
            }
            #expect(own.map { $0["sha256"]?.string } == [digest], "\(path)")
        }
        #expect(try line.run("restore", "checkpoints/nobody\u{301}.pt@v1").status == 1)
        let twins = ["loras/caf\u{E9}/m.pt", "loras/cafe\u{301}/m.pt"]
        let told = try twins.map {
            try line.run("lineage", "\($0)@v1", "--format", "json").json?["nodes"]?.array?.first?["sha256"]?.string
        }
        #expect(Set(told).count == 2 && !told.contains(nil))
        #expect(try twins.map { try line.run("log", $0, "--json").json?.array?.count } == [1, 1])
    }
}
