import Recipe
import Store
import Support
import Testing

/// What can be changed from a page.
@Suite(.timeLimit(.minutes(20))) struct `A pin from the gallery` {
    let fixture: StoreFixture
    let image: Digest

    init() throws {
        fixture = try StoreFixture()
        let path = try fixture.image("a.png", SmallImage.graph())
        _ = try fixture.store.snapshot(path)
        image = try #require(try fixture.store.digest(ofFile: path))
    }

    @Test func `is given and taken away`() async throws {
        try await withGallery(fixture) { gallery async throws in
            let answer = try await gallery.post("/image/\(image)/pin", "best")
            #expect(answer.status == 200 && answer.text == "The snapshot is pinned as best.\n")
            #expect(try fixture.store.pin(named: "best") != nil)
            #expect(try await gallery.get("/image/\(image)").text.contains("<code data-copied>best</code>"))
            #expect(try await gallery.post("/image/\(image)/unpin", "best").status == 200)
            #expect(try fixture.store.pin(named: "best") == nil)
            #expect(try await gallery.post("/image/\(image)/unpin", "best").status == 404)
        }
    }

    @Test func `is refused with a reason where its name cannot be one`() async throws {
        try await withGallery(fixture) { gallery async throws in
            let answer = try await gallery.post("/image/\(image)/pin", "../a/b")
            #expect(answer.status == 400 && answer.text.hasPrefix("A pin's name has up to 128 letters"))
            #expect(try await gallery.post("/image/\(image)/pin", String(repeating: "a", count: 5000)).status == 413)
        }
    }
}
