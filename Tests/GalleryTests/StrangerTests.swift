import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// What strangers wrote into images, and what becomes of it in a browser.
@Suite(.timeLimit(.minutes(20))) struct `What an image says` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func keep(_ path: FilePath) throws -> Digest {
        _ = try fixture.store.snapshot(path)
        return try #require(try fixture.store.digest(ofFile: path))
    }

    private static func graph(_ prompt: String) -> String {
        SmallImage.graph().replacingOccurrences(of: "a red cube", with: prompt)
    }

    @Test func `is text in a page, whatever it is`() async throws {
        let script = "<script>alert(1)</script><img src=x onerror=alert(2)> &amp; ' \u{202E}"
        let image = try keep(try fixture.image("<b>odd</b> & \"name\"'.png", Self.graph(script)))
        try await withGallery(fixture) { gallery async throws in
            for path in ["/image/\(image)", "/", "/?q=%3Cscript%3Ealert(3)%3C/script%3E&nothing=%22%3E%3Cb%3E"] {
                let text = try await gallery.get(path).text
                #expect(
                    !text.contains("<script>alert") && !text.contains("<img src=x") && !text.contains("<b>"), "\(path)")
                #expect(!text.contains("\u{202E}"), "\(path)")
            }
            let page = try await gallery.get("/image/\(image)").text
            #expect(
                page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt; &amp;amp; &#39;")
            )
        }
    }

    @Test func `is shown in part where it is very long, and can be had whole`() async throws {
        let long = String(repeating: "<script>x", count: (15 << 20) / 9)
        let image = try keep(try fixture.image(Self.graph(long)))
        try await withGallery(fixture) { gallery async throws in
            let page = try await gallery.get("/image/\(image)")
            #expect(page.status == 200 && page.body.count < 1 << 20)
            #expect(!page.text.contains("<script>x"))
            #expect(page.text.contains("Only its beginning is shown, of 15."))
            #expect(try await gallery.get("/").body.count < 1 << 20)
            let prompt = try await gallery.get("/image/\(image)/prompt.json")
            #expect(prompt.body.count > 15_000_000)
            #expect(prompt.fields["content-disposition"]?.hasPrefix("attachment") == true)
        }
    }

    @Test func `is kept as a file where a browser could run it`() async throws {
        let fixtures = FilePath.tests.appending("Fixtures").string
        let svg = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(fixtures)/Containers/comfy.svg")))
        let image = try keep(try fixture.directory.write(svg, to: "output/picture.png"))
        try await withGallery(fixture) { gallery async throws in
            let answer = try await gallery.get("/image/\(image)/original")
            #expect(answer.status == 200 && answer.body == svg)
            #expect(answer.fields["content-type"] == "application/octet-stream")
            #expect(answer.fields["content-disposition"] == "attachment; filename*=UTF-8''picture.png")
        }
    }

    @Test func `is shown as the picture that its bytes are`() async throws {
        let path = try fixture.image("page.html", SmallImage.graph())
        let image = try keep(path)
        try await withGallery(fixture) { gallery async throws in
            let answer = try await gallery.get("/image/\(image)/original")
            #expect(answer.fields["content-type"] == "image/png" && answer.fields["content-disposition"] == nil)
            #expect(answer.body == SmallImage.comfy(prompt: SmallImage.graph()))
            let again = try await gallery.get(
                "/image/\(image)/original", "If-None-Match: \(answer.fields["etag"] ?? "")")
            #expect(again.status == 304 && again.body.isEmpty)
        }
    }

    @Test func `is no longer shown where other bytes are in its place`() async throws {
        let path = try fixture.image("test.png", SmallImage.graph())
        let image = try keep(path)
        try await withGallery(fixture) { gallery async throws in
            try fixture.directory.write(Array("<html>a secret</html>".utf8), to: "output/test.png")
            let answer = try await gallery.get("/image/\(image)/original")
            #expect(answer.status == 410)
            #expect(
                answer.text == "The file of this image was moved or changed since it was read; its snapshot is kept.\n")
            #expect(try await gallery.get("/image/\(image)").status == 200)
        }
    }
}
