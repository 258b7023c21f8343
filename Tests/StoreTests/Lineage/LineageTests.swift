import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `A lineage` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func add(_ name: String, header: String, seed: UInt64 = 1) throws -> Digest {
        var random = SplitMix64(seed: seed)
        let bytes =
            withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
            + (0..<64).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        try fixture.directory.write(bytes, to: "models/" + name)
        try fixture.addModels()
        try fixture.store.readOtherHashes()
        return SHA256.digest(of: bytes)
    }

    private func edges(_ lineage: Lineage) -> [String] {
        let names = Dictionary(lineage.nodes.map { ($0.id, $0.name) }) { first, _ in first }
        return lineage.edges.map { "\(names[$0.from] ?? "?") \($0.relation) \(names[$0.to] ?? "?")" }
    }

    @Test func `of an image leads to its models and through its inputs to theirs`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let first = try fixture.image("first.png", SmallImage.graph())
        _ = try fixture.store.snapshot(first)
        let bytes = try #require(FileManager.default.contents(atPath: first.string)).map { $0 }
        try fixture.directory.write(bytes, to: "input/in.png")
        let second = try fixture.image("second.png", SmallImage.graph(image: "in.png"))
        let result = try fixture.store.snapshot(second, inputs: [fixture.directory.appending("input")])
        let lineage = try fixture.store.lineage(ofSnapshot: try fixture.row(result.id).id)
        #expect(
            Set(edges(lineage)) == [
                "second.png made with checkpoints/model.safetensors@v1", "second.png made from first.png",
                "first.png made with checkpoints/model.safetensors@v1",
            ])
        #expect(lineage.nodes.first?.name == "second.png")
    }

    @Test func `of an image leads to a LoRA that was called by its trainer's name, unless two have it`() throws {
        let header = { (name: String) in #"{"__metadata__":{"ss_output_name":"\#(name)"}}"# }
        let ink = try add("loras/renamed.safetensors", header: header("ink"), seed: 4)
        _ = try add("loras/a.safetensors", header: header("twice"), seed: 5)
        _ = try add("loras/b.safetensors", header: header("twice"), seed: 6)
        let image = try fixture.directory.write(
            SmallImage.infotext("<lora:ink:1> <lora:twice:1>\nSteps: 1, Seed: 5, CFG scale: 3, Sampler: Euler"),
            to: "output/a.png")
        let models = try fixture.recipe(try fixture.store.snapshot(image).id)["models"]?.array
        #expect(models?.map { $0["sha256"]?.string } == [ink.hex, nil])
    }

    @Test func `of a model names what it was merged from and trained on, by their hashes`() throws {
        let base = try add(
            "checkpoints/base.safetensors", header: #"{"a":{"dtype":"U8","shape":[64],"data_offsets":[0,64]}}"#)
        let gone = String(repeating: "ab", count: 32)
        let models = #"{\"\#(base)\": {\"name\": \"old name\"}, \"\#(gone)\": {\"name\": \"gone.ckpt\"}}"#
        _ = try add(
            "checkpoints/merge.safetensors", header: #"{"__metadata__":{"sd_merge_models":"\#(models)"}}"#, seed: 2)
        _ = try add(
            "loras/ink.safetensors",
            header: #"{"__metadata__":{"ss_sd_model_name":"base","ss_new_sd_model_hash":"\#(base)"}}"#, seed: 3)
        let merge = try fixture.store.lineage(of: try fixture.store.versions(called: "merge.safetensors"))
        #expect(
            edges(merge) == [
                "checkpoints/merge.safetensors@v1 merged from checkpoints/base.safetensors@v1",
                "checkpoints/merge.safetensors@v1 merged from gone.ckpt",
            ])
        let children = try fixture.store.lineage(
            of: try fixture.store.versions(called: "base.safetensors").filter { $0.number == 1 })
        #expect(
            Set(edges(children)).isSuperset(of: [
                "checkpoints/merge.safetensors@v1 merged from checkpoints/base.safetensors@v1",
                "loras/ink.safetensors@v1 trained on checkpoints/base.safetensors@v1",
            ]))
    }

    @Test func `reads the graph that ComfyUI writes into a merged checkpoint`() throws {
        let graph =
            #"{\"1\":{\"class_type\":\"CheckpointLoaderSimple\",\"inputs\":{\"ckpt_name\":\"a.safetensors\"}},\"2\":{\"class_type\":\"CheckpointSave\",\"inputs\":{\"model\":[\"1\",0]}}}"#
        _ = try add("checkpoints/merge.safetensors", header: #"{"__metadata__":{"prompt":"\#(graph)"}}"#)
        let lineage = try fixture.store.lineage(of: try fixture.store.versions(called: "merge.safetensors"))
        // A name in a header may be anybody's: without a hash it is not taken for one in the store.
        #expect(edges(lineage) == ["checkpoints/merge.safetensors@v1 merged from checkpoints/a.safetensors"])
        #expect(lineage.nodes.last?.notes.first == "not in the store")
    }

    @Test func `tells equal weights under other headers, and headers whose claims are stale`() throws {
        let table = #""a":{"dtype":"U8","shape":[64],"data_offsets":[0,64]}"#
        _ = try add("loras/a.safetensors", header: "{\(table)}")
        _ = try add(
            "loras/b.safetensors", header: #"{"__metadata__":{"sshs_model_hash":"0011223344556677"},\#(table)}"#)
        _ = try add("loras/c.safetensors", header: #"{"b":{"dtype":"U8","shape":[64],"data_offsets":[0,64]}}"#)
        let lineage = try fixture.store.lineage(of: try fixture.store.versions(called: "loras/b.safetensors"))
        #expect(edges(lineage) == ["loras/b.safetensors@v1 same weights as loras/a.safetensors@v1"])
        #expect(lineage.nodes.first?.notes.contains { $0.contains("stale") } == true)
    }

    @Test func `of a model shows the images made with each version`() throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        _ = try fixture.store.snapshot(try fixture.image("one.png", SmallImage.graph(seed: 1)))
        StoreFixture.waitForTick()
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        StoreFixture.waitForTick()
        _ = try fixture.store.snapshot(try fixture.image("two.png", SmallImage.graph(seed: 2)))
        var used: [String: [String]] = [:]
        let all = try fixture.store.versions(called: "model.safetensors")
        for (name, versions) in [("v1", [all[0]]), ("v2", [all[1]]), ("both", all)] {
            var filter = ImageFilter()
            filter.models = versions
            try fixture.store.forEachSnapshot(filter) { used[name, default: []].append($0.image) }
        }
        #expect(
            used == [
                "v1": ["one.png"], "v2": ["two.png"], "both": ["one.png", "two.png"],
            ])
        #expect(try fixture.store.versions(called: "nobody").isEmpty)
        let prefix = try #require(DigestPrefix(hex: SmallModel.digest(seed: 2).autoV2))
        #expect(try fixture.store.versions(ofBytes: prefix).map(\.number) == [2])
    }

    @Test func `that goes round in a circle ends`() throws {
        // Two images, each of whose graphs names the other as its input, cannot be made; two models that claim each other can.
        let a = #"{"__metadata__":{"ss_sd_model_hash":"00000000","x":"1"}}"#
        _ = try add("loras/a.safetensors", header: a)
        let lineage = try fixture.store.lineage(of: try fixture.store.versions(called: "a.safetensors"))
        #expect(lineage.edges.count == 1)
    }
}
