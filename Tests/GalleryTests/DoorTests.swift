import Foundation
import Recipe
import Store
import Support
import Testing

/// Who gets in, and who does not: at every address that the gallery has.
@Suite(.timeLimit(.minutes(20))) struct `The door of the gallery` {
    let fixture: StoreFixture
    let image: Digest

    init() throws {
        fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let path = try fixture.image(SmallImage.graph())
        _ = try fixture.store.snapshot(path)
        image = try #require(try fixture.store.digest(ofFile: path))
    }

    /// Every address, with the status that its own page gets.
    private var addresses: [(path: String, status: Int)] {
        [
            ("/", 200), ("/library.json", 200), ("/static/gallery.css", 200), ("/static/gallery.js", 200),
            ("/static/icon.svg", 200), ("/image/\(image)", 200), ("/image/\(image)/original", 200),
            ("/image/\(image)/thumbnail", 200), ("/image/\(image)/recipe.json", 200),
            ("/image/\(image)/recipe.txt", 200), ("/image/\(image)/prompt.json", 200),
            ("/lineage/\(image)", 200), ("/lineage/1", 404), ("/models", 200), ("/models/1", 200), ("/models/0", 404),
            ("/compare", 200), ("/compare?a=\(image)", 200),
            ("/compare?a=\(image)&b=\(String(repeating: "0", count: 64))", 404), ("/static/picks.js", 200),
            ("/image/\(image)/workflow.json", 404), ("/image/\(image)/parameters.txt", 404), ("/nothing", 404),
            ("/runs", 200), ("/runs/1", 404), ("/runs/1/preview", 404), ("/runs/1/sheet.png", 404),
            ("/static/zoom.js", 200), ("/runs?before=3", 200), ("/health", 200),
            ("/image/\(image)/reproduce", 200), ("/image/\(image)/vary", 200),
            ("/image/\(image)/vary?x=3.seed&xs=1..4", 200), ("/static/run.js", 200),
        ]
    }

    @Test func `lets the gallery's own pages in`() async throws {
        try await withGallery(fixture) { gallery async throws in
            for (path, status) in addresses {
                #expect(try await gallery.get(path).status == status, "\(path)")
                let origin = try await gallery.get(
                    path, "Origin: http://\(gallery.host)", "Sec-Fetch-Site: same-origin")
                #expect(origin.status == status, "\(path)")
                #expect(try await gallery.send("HEAD", path, ["Host: \(gallery.host)", gallery.cookie]).body.isEmpty)
            }
        }
    }

    @Test func `lets nobody in without the secret of this start`() async throws {
        try await withGallery(fixture) { gallery async throws in
            let name = "reprofs-gallery-\(gallery.port)"
            for (path, _) in addresses + [("/events", 200)] {
                for cookie in [
                    "", "\(name)=", "\(name)=\(String(repeating: "0", count: 64))", "other=\(gallery.token)",
                ] {
                    let answer = try await gallery.send("GET", path, ["Host: \(gallery.host)", "Cookie: \(cookie)"])
                    #expect(answer.status == 401, "\(path) \(cookie)")
                    #expect(!answer.text.contains("test_00001_"))
                }
            }
            #expect(try await gallery.send("GET", "/?token=\(gallery.token)0", ["Host: \(gallery.host)"]).status == 401)
        }
    }

    @Test func `takes the secret out of the address, and has the browser keep it where no page reads it`() async throws
    {
        try await withGallery(fixture) { gallery async throws in
            #expect(gallery.token.utf8.count == 64)
            let answer = try await gallery.send("GET", "/?token=\(gallery.token)", ["Host: \(gallery.host)"])
            #expect(answer.status == 303)
            #expect(answer.fields["location"] == "/")
            #expect(
                answer.fields["set-cookie"]
                    == "reprofs-gallery-\(gallery.port)=\(gallery.token); HttpOnly; SameSite=Strict; Path=/")
        }
    }

    @Test func `lets a browser in that is started with a ticket, once`() async throws {
        try await withGallery(fixture) { gallery async throws in
            let wrong = try await gallery.send("GET", gallery.ticket + "0", ["Host: \(gallery.host)"])
            #expect(wrong.status == 401)
            let first = try await gallery.send("GET", gallery.ticket, ["Host: \(gallery.host)"])
            #expect(first.status == 303 && first.fields["set-cookie"]?.contains(gallery.token) == true)
            #expect(!gallery.ticket.contains(gallery.token))
            #expect(try await gallery.send("GET", gallery.ticket, ["Host: \(gallery.host)"]).status == 401)
        }
    }

    @Test func `knows whose a connection of this machine is`() async throws {
        try await withGallery(fixture) { gallery async throws in
            #expect(SocketTable.user(ofPort: 1, to: gallery.port) == nil)
        }
    }

    @Test func `has a new secret at each start`() async throws {
        var tokens: Set<String> = []
        for _ in 0..<2 { try await withGallery(fixture) { tokens.insert($0.token) } }
        #expect(tokens.count == 2)
    }

    @Test func `answers to its own names alone`() async throws {
        try await withGallery(fixture) { gallery async throws in
            for (path, status) in addresses {
                for host in [
                    "evil.example", "evil.example:\(gallery.port)", "127.0.0.1", "127.0.0.1:\(gallery.port + 1)",
                    "127.0.0.1:\(gallery.port).evil.example", "localhost", "[::1]:\(gallery.port)", "",
                ] {
                    let answer = try await gallery.send("GET", path, ["Host: \(host)", gallery.cookie])
                    #expect([400, 421].contains(answer.status), "\(path) \(host)")
                }
                let two = ["Host: \(gallery.host)", "Host: evil.example", gallery.cookie]
                #expect([400, 421].contains(try await gallery.send("GET", path, two).status), "\(path)")
                let local = ["Host: localhost:\(gallery.port)", gallery.cookie]
                #expect(try await gallery.send("GET", path, local).status == status, "\(path)")
            }
        }
    }

    @Test func `refuses what another page asks for`() async throws {
        try await withGallery(fixture) { gallery async throws in
            for (path, _) in addresses {
                for field in [
                    "Origin: null", "Origin: http://evil.example", "Origin: http://\(gallery.host).evil.example",
                    "Origin: https://\(gallery.host)", "Origin: http://localhost:\(gallery.port)",
                    "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: anything",
                ] { #expect(try await gallery.get(path, field).status == 403, "\(path) \(field)") }
            }
        }
    }

    @Test func `takes a change from its own pages alone`() async throws {
        try await withGallery(fixture) { gallery async throws in
            for (path, _) in addresses {
                let plain = try await gallery.send("POST", path, ["Host: \(gallery.host)", gallery.cookie])
                #expect(plain.status == 403, "\(path)")
                for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
                    let answer = try await gallery.send(method, path, ["Host: \(gallery.host)", gallery.cookie])
                    #expect(answer.status == 405, "\(method) \(path)")
                }
                // What is only looked at takes none.
                let own = ["Host: \(gallery.host)", gallery.cookie, "X-ReproFS: 1"]
                #expect(try await gallery.send("POST", path, own).status == 404, "\(path)")
            }
        }
    }

    @Test func `takes no change at all where it is read-only`() async throws {
        try await withGallery(fixture, isReadOnly: true) { gallery async throws in
            let own = ["Host: \(gallery.host)", gallery.cookie, "X-ReproFS: 1"]
            for (path, _) in addresses + [("/image/\(image)/pin", 200), ("/runs/1/stop", 200)] {
                #expect(try await gallery.send("POST", path, own).status == 405, "\(path)")
            }
            for path in ["/image/\(image)/reproduce", "/image/\(image)/vary"] {
                #expect(try await gallery.get(path).status == 404, "\(path)")
            }
            #expect(try await gallery.get("/runs").status == 200)
        }
    }

    @Test func `tells the browser what it may do, with every answer`() async throws {
        try await withGallery(fixture) { gallery async throws in
            var answers = [try await gallery.send("GET", "/", ["Host: evil.example"])]
            answers.append(try await gallery.send("GET", "/", ["Host: \(gallery.host)"]))
            for (path, _) in addresses { answers.append(try await gallery.get(path, "Accept: text/html")) }
            for answer in answers {
                let policy = try #require(answer.fields["content-security-policy"])
                #expect(policy.hasPrefix("default-src 'none'; img-src 'self'; script-src 'self'; style-src 'self';"))
                #expect(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"))
                #expect(answer.fields["x-content-type-options"] == "nosniff")
                #expect(answer.fields["referrer-policy"] == "no-referrer")
                #expect(answer.fields["cross-origin-resource-policy"] == "same-origin")
            }
            for answer in answers where answer.fields["content-type"]?.hasPrefix("text/html") == true {
                #expect(!answer.text.contains(" style=") && !answer.text.contains("<style"))
                #expect(!answer.text.contains(" onerror") && !answer.text.contains("javascript:"))
            }
        }
    }

    @Test func `finds nothing by a path`() async throws {
        let secret = try fixture.directory.write(Array("a secret".utf8), to: "secret.txt")
        try await withGallery(fixture) { gallery async throws in
            for path in [
                "/../secret.txt", "/..%2fsecret.txt", "/static/../secret.txt", "/static/..%2f..%2fetc%2fpasswd",
                "/static/%2e%2e/%2e%2e/etc/passwd", "/image/..", "/image/../../secret.txt",
                "/image/..%2f..%2fetc%2fpasswd",
                "/image/\(image)/../../secret.txt", "/image/\(image)/..%2foriginal", "/image/\(image)/original/..",
                "/image/\(secret)", "/image//etc/passwd", "/image/\(image)%00", "/image/\(image.hex.prefix(12))",
                "/image/\(image)/original?path=/etc/passwd&keep=/etc/passwd", "//etc/passwd", "/static/%00",
                "/\\..\\etc",
            ] {
                let answer = try await gallery.get(path)
                #expect(!answer.text.contains("root:") && !answer.text.contains("a secret"), "\(path)")
                #expect(path.contains("original?") || [400, 404].contains(answer.status), "\(path)")
            }
        }
    }
}
