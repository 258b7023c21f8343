import Foundation
import Recipe
import Store
import Support
import Testing

/// What an image came from, and what came from it.
@Suite(.timeLimit(.minutes(20))) struct `The lineage of an image` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func keep(_ name: String, _ graph: String = SmallImage.graph(), rooted: Bool = false) throws -> Digest {
        let path = try fixture.image(name, graph)
        _ = try fixture.store.snapshot(path, root: rooted ? fixture.directory.appending("output") : nil)
        return try #require(try fixture.store.digest(ofFile: path))
    }

    @Test func `leads to its models, its input and what that was made with`() async throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        StoreFixture.waitForTick()
        let input = try keep("first.png")
        let path = try fixture.image("second.png", SmallImage.graph(image: "first.png", seed: 2))
        _ = try fixture.store.snapshot(path, inputs: [fixture.directory.appending("output")])
        let image = try #require(try fixture.store.digest(ofFile: path))
        let model = try #require(try fixture.store.modelEntries().first)
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/lineage/\(image)").text
            #expect(text.contains("href=\"/image/\(input)\"") && text.contains("href=\"/image/\(image)\""))
            #expect(text.contains("href=\"/models/\(model.id)#v1\""))
            #expect(text.contains("data-relation=\"input\""))
            // The same in words.
            #expect(text.contains("<span class=\"note\">made from </span><a href=\"/image/\(input)\">first.png</a>"))
            #expect(text.contains("<span class=\"note\">, as above</span>"))
            // And the other way round.
            let before = try await gallery.get("/lineage/\(input)").text
            #expect(
                before.contains("href=\"/image/\(image)\"")
                    && before.contains("<span class=\"note\"> (made from it, "))
            #expect(try await gallery.get("/image/\(image)").text.contains("href=\"/lineage/\(image)\""))
        }
    }

    @Test func `leads to the newest of its variations, and says how many more there are`() async throws {
        let image = try keep("a.png")
        let short = try #require(try fixture.store.snapshot(ofImage: image)).short.text
        for seed in 2...13 {
            _ = try keep("reprofs/\(short)/b\(seed).png", SmallImage.graph(seed: UInt64(seed)), rooted: true)
        }
        #expect(try fixture.store.descendants(ofImage: image, limit: 8).variedCount == 12)
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/lineage/\(image)").text
            #expect(text.components(separatedBy: "<a class=\"node\" data-kind=\"image\"").count == 9)
            #expect(text.contains("and 4 more images") && text.contains("href=\"/?under=\(image)\""))
            #expect(text.contains("<span class=\"note\"> (a variation, "))
        }
    }

    @Test func `has few nodes, however many there are`() async throws {
        let loaders = (0..<500).map {
            "\"\(100 + $0)\":{\"class_type\":\"LoraLoaderModelOnly\",\"inputs\":{\"model\":[\"4\",0],\"lora_name\":\"l\($0).safetensors\",\"strength_model\":1}}"
        }
        let chained = loaders.enumerated().map { index, node in
            index == 0 ? node : node.replacingOccurrences(of: "[\"4\",0]", with: "[\"\(99 + index)\",0]")
        }
        let graph = SmallImage.graph().replacingOccurrences(
            of: "\"model\":[\"4\",0],\"seed\"", with: "\"model\":[\"599\",0],\"seed\"")
        let image = try keep("a.png", String(graph.dropLast()) + "," + chained.joined(separator: ",") + "}")
        try await withGallery(fixture) { gallery async throws in
            let answer = try await gallery.get("/lineage/\(image)")
            #expect(answer.status == 200 && answer.body.count < 200_000)
            #expect(answer.text.components(separatedBy: "class=\"node\"").count <= 61)
            #expect(answer.text.contains("It came from more than is shown here."))
            #expect(answer.text.contains("<code data-copied>reprofs lineage "))
        }
    }

    @Test func `takes names for texts`() async throws {
        let image = try keep("<script>a.png", SmallImage.graph(lora: "<b>\\\"x\\\".safetensors"))
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/lineage/\(image)").text
            #expect(!text.contains("<script>a") && !text.contains("<b>") && text.contains("&lt;script&gt;a"))
        }
    }

    @Test func `is not there for an image that is not`() async throws {
        try await withGallery(fixture) { gallery async throws in
            #expect(try await gallery.get("/lineage/\(String(repeating: "0", count: 64))").status == 404)
            #expect(try await gallery.get("/lineage/..%2f..").status == 404)
        }
    }

    private func add(_ name: String, header: String, seed: UInt8) throws -> Digest {
        let bytes =
            withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
            + [UInt8](repeating: seed, count: 64)
        try fixture.directory.write(bytes, to: "models/" + name)
        try fixture.addModels()
        try fixture.store.readOtherHashes()
        return SHA256.digest(of: bytes)
    }

    @Test func `of a model is on its page, in both directions, where its header tells anything`() async throws {
        let base = try add(
            "checkpoints/base.safetensors", header: "{\"a\":{\"dtype\":\"U8\",\"shape\":[64],\"data_offsets\":[0,64]}}",
            seed: 1)
        let merged = "{\\\"\(base)\\\": {\\\"name\\\": \\\"<b>old\\\"}}"
        _ = try add(
            "checkpoints/merge.safetensors", header: "{\"__metadata__\":{\"sd_merge_models\":\"\(merged)\"}}", seed: 2)
        let rows = try fixture.store.modelEntries().sorted { $0.name < $1.name }.map(\.id)
        try await withGallery(fixture) { gallery async throws in
            let merge = try await gallery.get("/models/\(rows[1])").text
            #expect(merge.contains("<svg class=\"lineage\"") && merge.contains("data-relation=\"merged into\""))
            #expect(merge.contains("href=\"/models/\(rows[0])#v1\""))
            let base = try await gallery.get("/models/\(rows[0])").text
            #expect(base.contains("href=\"/models/\(rows[1])#v1\"") && base.contains("What came from it"))
            try fixture.add("loras/plain.safetensors", seed: 9)
            let plain = try #require(try fixture.store.modelEntries().first { $0.name == "plain.safetensors" }).id
            #expect(try await !gallery.get("/models/\(plain)").text.contains("<svg class=\"lineage\""))
        }
    }
}
