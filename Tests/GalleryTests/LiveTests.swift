import Foundation
import Recipe
import Store
import Support
import Testing

/// What an open page is told.
@Suite(.timeLimit(.minutes(20))) struct `The events of the gallery` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func listen(_ gallery: GalleryFixture, after revision: String, _ fields: String = "") async throws -> String
    {
        let request =
            "GET /events?after=\(revision) HTTP/1.1\r\nHost: \(gallery.host)\r\n\(gallery.cookie)\r\n\(fields)\r\n"
        return try await gallery.exchange(request) { $0.firstRange(of: Array("event: change\n".utf8)) != nil }.text
    }

    private func revision(_ gallery: GalleryFixture) async throws -> String {
        let text = try await gallery.get("/").text
        let mark = "data-revision=\""
        let start = try #require(text.range(of: mark)).upperBound
        return String(text[start...].prefix { $0 != "\"" })
    }

    @Test func `tell of a new image by whatever process`() async throws {
        _ = try fixture.store.snapshot(try fixture.image("a.png", SmallImage.graph()))
        try await withGallery(fixture) { gallery async throws in
            let before = try await revision(gallery)
            async let told = listen(gallery, after: before)
            // Another process would have opened the store itself, too.
            let other = try Store.open(fixture.store.path)
            _ = try other.snapshot(try fixture.image("b.png", SmallImage.graph(seed: 2)))
            let text = try await told
            #expect(text.contains("event: change"))
            #expect(try await revision(gallery) != before)
        }
    }

    @Test func `tell a page that missed some of them at once`() async throws {
        try await withGallery(fixture) { gallery async throws in
            #expect(try await listen(gallery, after: "of-another-start").contains("event: change"))
            let again = try await listen(gallery, after: try await revision(gallery), "Last-Event-ID: 0-0\r\n")
            #expect(again.contains("event: change"))
        }
    }
}
