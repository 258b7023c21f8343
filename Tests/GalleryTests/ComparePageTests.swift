import Foundation
import Recipe
import Store
import Support
import Testing

/// Images beside each other, and what differs between them.
@Suite(.timeLimit(.minutes(20))) struct `A comparison of images` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func keep(_ name: String, _ graph: String) throws -> Digest {
        let path = try fixture.image(name, graph)
        _ = try fixture.store.snapshot(path)
        return try #require(try fixture.store.digest(ofFile: path))
    }

    /// Two images by two versions of a model, whose tensors differ.
    private func twoVersions() throws -> (a: Digest, b: Digest) {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        StoreFixture.waitForTick()
        let a = try keep("a.png", SmallImage.graph(seed: 1))
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        StoreFixture.waitForTick()
        return (a, try keep("b.png", SmallImage.graph(seed: 2)))
    }

    @Test func `shows both pictures, and only what differs, as 'diff' does`() async throws {
        let (a, b) = try twoVersions()
        let documents = try [a, b].map { id in
            let row = try #require(try fixture.store.snapshot(ofImage: id))
            return try fixture.store.recipeDocument(of: row.id, named: row.imageName)
        }
        let difference = RecipeDifference(documents[0], documents[1])
        let model = try #require(try fixture.store.modelEntries().first)
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/compare?a=\(a)&b=\(b)").text
            let ids = documents.map { $0.id.hex.prefix(12) }
            #expect(text.contains("reprofs diff \(ids[0]) \(ids[1])<"), "by snapshots, as commands know them")
            for id in [a, b] {
                #expect(text.contains("src=\"/image/\(id)/original\"") && text.contains("href=\"/image/\(id)\""))
            }
            #expect(!difference.items.isEmpty)
            for item in difference.items { #expect(text.contains(">\(item.what)</th>"), "\(item.what)") }
            #expect(
                text.contains(
                    "href=\"/models/\(model.id)\">model.safetensors v1 (\(SmallModel.digest(seed: 1).autoV2))"))
            #expect(text.contains("model.safetensors v2 (\(SmallModel.digest(seed: 2).autoV2))"))
            #expect(!text.contains(">steps</th>") && !text.contains("a red cube"))
        }
    }

    @Test func `compares weights only where somebody asks for it, tensor by tensor`() async throws {
        let (a, b) = try twoVersions()
        try await withGallery(fixture) { gallery async throws in
            let link = "/compare?a=\(a)&amp;b=\(b)&amp;weights=yes#weights"
            let plain = try await gallery.get("/compare?a=\(a)&b=\(b)").text
            #expect(plain.contains("href=\"\(link)\"") && !plain.contains("1 changed"))
            let asked = try await gallery.get("/compare?a=\(a)&b=\(b)&weights=yes").text
            #expect(asked.contains("1 changed") && !asked.contains("href=\"\(link)\""))
            let same = try await gallery.get(
                "/compare?a=\(a)&b=\(try keep("c.png", SmallImage.graph(seed: 3)))&weights=yes")
            #expect(same.status == 200)
        }
    }

    @Test func `says that nothing differs where nothing does`() async throws {
        let a = try keep("a.png", SmallImage.graph())
        let other = try fixture.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph(), shade: 0x81), to: "output/b.png")
        _ = try fixture.store.snapshot(other)
        let b = try #require(try fixture.store.digest(ofFile: other))
        try await withGallery(fixture) { gallery async throws in
            #expect(try await gallery.get("/compare?a=\(a)&b=\(b)").text.contains("Nothing that is recorded differs."))
        }
    }

    @Test func `of up to four has a column for each`() async throws {
        let images = try [(1, "a"), (2, "a"), (1, "b"), (4, "a")].map { seed, model in
            try keep("image\(seed)\(model).png", SmallImage.graph(checkpoint: "\(model).safetensors", seed: seed))
        }
        try await withGallery(fixture) { gallery async throws in
            let query = images.map { "image=\($0)" }.joined(separator: "&")
            let text = try await gallery.get("/compare?\(query)").text
            let row = try #require(text.firstRange(of: ">seed</th>"))
            let cells = text[row.upperBound...].prefix(400)
            #expect(
                cells.hasPrefix(
                    "<td data-same=\"no\">1</td><td data-same=\"no\">2</td><td data-same=\"yes\">1</td><td data-same=\"no\">4</td>"
                ), "\(cells)")
            #expect(try await gallery.get("/compare?a=\(images[0])&\(query)").status == 200)
        }
    }

    @Test func `of too many, of one, of none and of what is not there is none, and says why`() async throws {
        let images = try (1...5).map { try keep("image\($0).png", SmallImage.graph(seed: UInt64($0))) }
        try await withGallery(fixture) { gallery async throws in
            let many = try await gallery.get("/compare?" + images.map { "image=\($0)" }.joined(separator: "&"))
            #expect(many.status == 400 && many.text.contains("Up to 4 images can be compared at once"))
            let one = try await gallery.get("/compare?a=\(images[0])&b=\(images[0])")
            #expect(one.status == 200 && one.text.contains("This is one image."))
            #expect(try await gallery.get("/compare").text.contains("Choose two to four images in the library"))
            let unknown = try await gallery.get("/compare?a=\(images[0])&b=\(String(repeating: "0", count: 64))")
            #expect(unknown.status == 404 && unknown.text.contains("is not in the store"))
            for wrong in ["x", "../../etc/passwd", String(images[1].hex.dropLast())] {
                let answer = try await gallery.get("/compare?a=\(images[0])&b=\(wrong)")
                #expect(answer.status == 400 && answer.text.contains("64 digits of its SHA-256"), "\(wrong)")
            }
        }
    }

    @Test func `takes texts for texts, and shows long ones in part`() async throws {
        let long = String(repeating: "<script>alert(1)", count: 100_000)
        let a = try keep("<b>a.png", SmallImage.graph().replacingOccurrences(of: "a red cube", with: long))
        let b = try keep("b.png", SmallImage.graph(seed: 2))
        try await withGallery(fixture) { gallery async throws in
            let answer = try await gallery.get("/compare?a=\(a)&b=\(b)")
            #expect(answer.status == 200 && answer.body.count < 100_000)
            #expect(!answer.text.contains("<script>alert") && !answer.text.contains("<b>"))
            #expect(answer.text.contains("&lt;script&gt;alert(1)"))
        }
    }

    @Test func `shows the first of very many differences, and how many more there are`() async throws {
        // All of one name, too: an object may repeat a key.
        let inputs = (0..<20_000).map { "\"n\($0 / 10_000 * $0)\": {\"class_type\": \"Note\", \"inputs\": {}}" }.joined(
            separator: ",")
        let graph = SmallImage.graph()
        let a = try keep("a.png", String(graph.dropLast()) + ", " + inputs + "}")
        let b = try keep("b.png", graph)
        try await withGallery(fixture) { gallery async throws in
            let answer = try await gallery.get("/compare?a=\(a)&b=\(b)")
            #expect(answer.status == 200 && answer.body.count < 100_000)
            #expect(answer.text.contains("And 19,900 more; the command below prints all of them."))
            #expect(answer.text.contains("<code data-copied>reprofs diff "))
        }
    }

    @Test func `begins in the library by marks that need no program, and on the page of an image`() async throws {
        let image = try keep("a.png", SmallImage.graph())
        let row = try #require(try fixture.store.snapshot(ofImage: image))
        let path = try fixture.image("reprofs/\(row.short)/b.png", SmallImage.graph(seed: 2))
        _ = try fixture.store.snapshot(path, root: fixture.directory.appending("output"))
        let other = try #require(try fixture.store.digest(ofFile: path))
        try await withGallery(fixture) { gallery async throws in
            let library = try await gallery.get("/").text
            #expect(library.contains("<form class=\"chosen\" id=\"chosen\" action=\"/compare\" method=\"get\">"))
            #expect(library.contains("name=\"image\" value=\"\(image)\" form=\"chosen\" aria-label=\"Compare a.png\""))
            let link = "href=\"/compare?a=\(image)&amp;b=\(other)\""
            #expect(try await gallery.get("/image/\(image)").text.contains(link))
            let variation = try await gallery.get("/image/\(other)").text
            #expect(
                variation.contains(link)
                    && variation.contains("href=\"/image/\(image)\">The image that it was made from"))
        }
    }
}
