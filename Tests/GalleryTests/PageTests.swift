import Foundation
import Recipe
import Store
import Support
import Testing

/// What the pages say.
@Suite(.timeLimit(.minutes(20))) struct `A page of the gallery` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func keep(_ name: String, _ graph: String) throws -> Digest {
        let path = try fixture.image(name, graph)
        _ = try fixture.store.snapshot(path)
        return try #require(try fixture.store.digest(ofFile: path))
    }

    @Test func `says how to begin where there are no images`() async throws {
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/").text
            #expect(text.contains("No images yet") && text.contains("reprofs snapshot ComfyUI/output"))
        }
    }

    @Test func `says the grade, each reason for it, and the command against it, as 'explain' does`() async throws {
        let image = try keep("a.png", SmallImage.graph(lora: "ink.safetensors"))
        let row = try #require(try fixture.store.snapshot(ofImage: image))
        let document = try fixture.store.recipeDocument(of: row.id, named: "a.png")
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/image/\(image)").text
            #expect(!document.verdict.reasons.isEmpty && text.contains(document.sentence))
            for reason in document.verdict.reasons {
                #expect(text.contains(reason.message) && text.contains(reason.code.rawValue))
            }
            #expect(text.contains("<code data-copied>reprofs add FILE --folder FOLDER</code>"))
        }
    }

    @Test func `says of each model how its bytes are known, and what has become of them`() async throws {
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        StoreFixture.waitForTick()
        let image = try keep("a.png", SmallImage.graph())
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/image/\(image)").text
            #expect(text.contains("the version that was in place when the image was made"))
            #expect(text.contains("the name has v2 now, and the store keeps them"))
            #expect(text.contains(SmallModel.digest(seed: 1).hex))
            #expect(text.contains("href=\"/?version=checkpoints%2Fmodel.safetensors%40v1\""))
        }
    }

    @Test func `shows what came of making it again, beside the picture where that is kept`() async throws {
        let image = try keep("a.png", SmallImage.graph())
        let other = try fixture.directory.write(
            SmallImage.comfy(prompt: SmallImage.graph(), shade: 0x81), to: "output/again.png")
        _ = try fixture.store.snapshot(other)
        let pixels = try #require(try fixture.store.pixels(ofFile: other))
        let again = try #require(try fixture.store.digest(ofFile: other))
        let row = try #require(try fixture.store.snapshot(ofImage: image))
        let difference: JSON = ["largest": 1, "changedPixels": 1, "pixels": 1]
        try fixture.store.keep(
            certificate: ["result": ["pixels": .string(pixels.hex), "difference": difference]], .different, of: row)
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/image/\(image)").text
            #expect(text.contains("other pixels: 100.0 % of the pixels differ, by 1 of 255 levels at most"))
            #expect(text.contains("src=\"/image/\(again)/original\"") && text.contains("Difference ×16"))
        }
    }

    @Test func `has a link to each image, and is complete without a program`() async throws {
        let images = try (1...3).map { try keep("image\($0).png", SmallImage.graph(seed: UInt64($0))) }
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/").text
            for image in images { #expect(text.contains("href=\"/image/\(image)\"")) }
            #expect(text.contains("<strong>3 images</strong>"))
            #expect(text.contains("1 to 3 of 3"))
        }
    }

    @Test func `keeps what is chosen in every address that it leads to`() async throws {
        let image = try keep("a.png", SmallImage.graph(checkpoint: "a&b.safetensors"))
        _ = try keep("b.png", SmallImage.graph(checkpoint: "c.safetensors", seed: 2))
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/?missing=a%26b.safetensors").text
            #expect(text.contains("href=\"/image/\(image)?missing=a%26b.safetensors\""))
            #expect(text.contains("waits for: a&amp;b.safetensors"))
            #expect(text.contains("1 image of 2"))
        }
    }

    @Test func `says what of an address it does not understand`() async throws {
        _ = try keep("a.png", SmallImage.graph())
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/?grade=good&from=never").text
            #expect(text.contains("&#39;good&#39; is not a value that &#39;grade&#39; can have."))
            #expect(text.contains("&#39;never&#39; is not a month such as 2026-10."))
        }
    }

    @Test func `says how many are folded, and shows them by themselves to who looks for something`() async throws {
        let image = try keep("a.png", SmallImage.graph())
        let short = try #require(try fixture.store.snapshot(ofImage: image)).short.text
        let output = fixture.directory.appending("output")
        for seed in [2, 3] as [UInt64] {
            let path = try fixture.image("reprofs/\(short)/b\(seed).png", SmallImage.graph(seed: seed))
            _ = try fixture.store.snapshot(path, root: output)
        }
        try await withGallery(fixture) { gallery async throws in
            let whole = try await gallery.get("/").text
            #expect(whole.contains("<strong>3 images</strong>") && whole.contains(">1 image, 2 folded under it</p>"))
            #expect(whole.contains("Unfold variations"))
            let unfolded = try await gallery.get("/?fold=no").text
            #expect(unfolded.contains(">3 images</p>") && unfolded.contains("Fold variations"))
            for query in ["q=cube", "grade=partial", "q=cube&fold=no"] {
                let text = try await gallery.get("/?\(query)").text
                #expect(text.contains(">3 images of 3</p>") && !text.contains("old variations"), "\(query)")
            }
        }
    }

    @Test(arguments: ["from=1800-01", "after=0", "grade=partial&after=0"])
    func `does not say that there are no images where there are, but not at this place`(query: String) async throws {
        _ = try keep("a.png", SmallImage.graph())
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/?\(query)").text
            #expect(!text.contains("No images yet") && !text.contains("No image matches"))
            #expect(text.contains("To the first of 1 image</a>"))
        }
    }

    @Test func `reads addresses as browsers write them, and is not led astray by others`() async throws {
        _ = try keep("a.png", SmallImage.graph())
        try await withGallery(fixture) { gallery async throws in
            let nul = try await gallery.get("/?q=a%00red%00cube")
            #expect(nul.status == 200 && nul.text.contains("1 image of 1"))
            #expect(try await gallery.get("/?q=%+1%-1%4").text.contains("value=\"% 1%-1%4\""))
        }
    }

    @Test func `has a caption for the picture that cannot be shown, and the module that shows it`() async throws {
        let image = try keep("a.png", SmallImage.graph())
        try await withGallery(fixture) { gallery async throws in
            let text = try await gallery.get("/image/\(image)").text
            #expect(text.contains("alt=\"a.png, ") && text.contains("<figcaption class=\"gone\">"))
            #expect(try await gallery.get("/static/gallery.js").text.contains("import './gone.js';"))
            #expect(try await gallery.get("/static/gone.js").text.contains("figure.classList.add('lost')"))
            #expect(try await gallery.get("/static/gallery.css").text.contains(".picture.lost .gone { display: block"))
        }
    }

    @Test func `has each module that another one imports`() async throws {
        try await withGallery(fixture) { gallery async throws in
            var (pending, seen): ([Substring], Set<Substring>) = (["gallery.js"], [])
            while let name = pending.popLast() {
                guard seen.insert(name).inserted else { continue }
                let answer = try await gallery.get("/static/\(name)")
                #expect(answer.status == 200, "\(name)")
                pending += answer.text.matches(of: /import [^;]*'\.\/([a-z]+\.js)';/).map(\.1)
            }
            #expect(seen.contains("dialog.js"))
        }
    }

    @Test func `gives the grid images by their place`() async throws {
        let images = try (1...3).map { try keep("image\($0).png", SmallImage.graph(seed: UInt64($0))) }
        try await withGallery(fixture) { gallery async throws in
            let answer = try JSONParser.parse(try await gallery.get("/library.json?order=name&at=\(images[1])").body)
            #expect(answer["count"] == 3 && answer["start"] == 0 && answer["wanted"] == 1)
            #expect(answer["images"]?.array?.map { $0["id"]?.string } == images.map(\.hex))
        }
    }
}
