import Foundation
import NIOCore
import Recipe
import Remote
import Support
import Synchronization
import Testing

/// Servers that answer otherwise than they should.
@Suite(.timeLimit(.minutes(20))) struct `A registry that lies` {
    private let blob = noise(200_000, seed: 1)
    private var digest: Digest { SHA256.digest(of: blob) }

    /// Answers a request for a range as it should be.
    private static func part(_ client: HostileServer.Client, _ blob: [UInt8]) -> (
        head: String, bytes: ArraySlice<UInt8>
    ) {
        guard let words = client.headers["range"]?.split(whereSeparator: { "=-".contains($0) }), words.count == 3,
            let first = Int(words[1]), let last = Int(words[2])
        else { return ("HTTP/1.1 200 OK\r\nContent-Length: \(blob.count)\r\n\r\n", blob[...]) }
        return (
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes \(first)-\(last)/\(blob.count)\r\nContent-Length: \(last - first + 1)\r\n\r\n",
            blob[first...last]
        )
    }

    private func sentence(_ body: () async throws -> Void) async throws -> String {
        do { try await body() } catch let error as RemoteError { return error.sentence }
        Issue.record("it succeeded")
        return ""
    }

    @Test func `may ignore ranges: only what was asked for is taken`() async throws {
        let blob = blob
        let server = try HostileServer { client in
            client.send("HTTP/1.1 200 OK\r\nContent-Length: \(blob.count)\r\n\r\n")
            client.send(blob)
        }
        let remote = try OCIRegistry(port: server.port)
        for range in [0..<200_000, 70_000..<70_001, 150_000..<200_000, 10..<100_000] {
            #expect(try await remote.bytes(digest, size: blob.count, range) == Array(blob[range]))
        }
    }

    @Test func `may send by drops on one connection: the rest is asked for on another`() async throws {
        let blob = noise(4 << 20, seed: 2)
        let asked = Mutex<[String?]>([])
        let server = try HostileServer { client in
            let number = asked.withLock {
                $0.append(client.headers["range"])
                return $0.count
            }
            let (head, bytes) = Self.part(client, blob)
            client.send(head)
            guard number == 4 else {
                // Slow enough to be a measure.
                for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 1 << 16) {
                    client.send(Array(bytes[start...].prefix(1 << 16)))
                    usleep(2000)
                }
                return
            }
            // It never ends by itself.
            for drop in bytes where client.send([drop]) { usleep(10_000) }
        }
        let remote = try OCIRegistry(port: server.port) { $0.pace.slowness = .milliseconds(500) }
        let digest = SHA256.digest(of: blob)
        for _ in 1...4 {
            #expect(try await remote.bytes(digest, size: blob.count, 0..<blob.count) == blob)
        }
        // On a busy machine another one may have been as slow. No byte that came is asked for again.
        let rests = asked.withLock { $0 }.compactMap(\.self)
        #expect(!rests.isEmpty && rests.allSatisfy { !$0.hasPrefix("bytes=0-") })
    }

    @Test func `may send less than it says: the rest is asked for, and nothing twice`() async throws {
        let blob = blob
        let asked = Mutex<[String?]>([])
        let server = try HostileServer { client in
            asked.withLock { $0.append(client.headers["range"]) }
            let (head, bytes) = Self.part(client, blob)
            client.send(head)
            client.send(Array(bytes.prefix(64_000)))
        }
        let taken = Mutex<[Int]>([])
        try await OCIRegistry(port: server.port).read(digest, size: blob.count, 0..<blob.count) { part in
            taken.withLock { $0.append(($0.last ?? 0) + part.readableBytes) }
        }
        // Each request begins where the bytes before it ended.
        let (ends, requests) = (taken.withLock { $0 }, asked.withLock { $0 })
        #expect(ends.last == blob.count && requests.count >= 4 && requests[0] == nil)
        for range in requests.dropFirst() { #expect(ends.contains { range == "bytes=\($0)-\(blob.count - 1)" }) }
    }

    @Test func `may fall silent: it is asked again for what is missing`() async throws {
        let blob = blob
        let server = try HostileServer { client in
            let (head, bytes) = Self.part(client, blob)
            client.send(head)
            client.send(Array(bytes.prefix(120_000)))
            if bytes.count > 120_000 { client.waitForEnd() }
        }
        let remote = try OCIRegistry(port: server.port) {
            $0.pace.silence = .milliseconds(200)
            $0.pace.tries = 1000
        }
        #expect(try await remote.bytes(digest, size: blob.count, 0..<200_000) == blob)
    }

    @Test func `is given up when it stays silent`() async throws {
        let server = try HostileServer { client in client.waitForEnd() }
        let remote = try OCIRegistry(port: server.port) {
            $0.pace.silence = .milliseconds(100)
            $0.pace.connect = .milliseconds(100)
            $0.pace.tries = 2
        }
        #expect(try await sentence { _ = try await remote.size(of: digest) }.contains("does not answer"))
    }

    @Test(arguments: [
        ("200 OK", "Content-Length: 100\r\n"),
        ("206 Partial Content", "Content-Range: bytes 0-99/200000\r\nContent-Length: 100\r\n"),
        ("206 Partial Content", "Content-Range: bytes 50-149/100000\r\nContent-Length: 100\r\n"),
        ("206 Partial Content", "Content-Length: 100\r\n"),
        ("206 Partial Content", "Content-Range: bytes 50-9223372036854775807/*\r\n"),
        // As distribution says it: with the length of the whole blob, which never comes.
        ("416 Range Not Satisfiable", "Content-Length: 200000\r\n"),
    ]) func `about where its bytes belong is not used`(status: String, headers: String) async throws {
        let server = try HostileServer { client in
            client.send("HTTP/1.1 \(status)\r\n\(headers)\r\n")
            client.send([UInt8](repeating: 0, count: 100))
            client.waitForEnd()
        }
        let remote = try OCIRegistry(port: server.port)
        #expect(
            try await sentence { _ = try await remote.bytes(digest, size: 200_000, 50..<150) }.contains(
                "they were not used"))
        #expect(server.heard.withLock { $0.count } == 1)
    }

    @Test func `leads elsewhere: what it leads to gets no login, and is asked directly while it is good`() async throws
    {
        let blob = blob
        let mode = Mutex(200)
        let authorizations = Mutex<[String?]>([])
        let storage = try HostileServer { client in
            authorizations.withLock { $0.append(client.headers["authorization"]) }
            guard mode.withLock({ $0 }) == 200 else { return client.answer("", status: "403 Forbidden") }
            let (head, bytes) = Self.part(client, blob)
            client.send(head)
            client.send(Array(bytes))
        }
        let registry = try HostileServer { client in
            guard client.headers["authorization"] != nil else {
                return client.answer("", status: "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n")
            }
            mode.withLock { $0 = 200 }
            client.answer("", status: "307 Temporary Redirect", "Location: \(storage.address)/x?signature=hush\r\n")
        }
        let directory = try TemporaryDirectory()
        let remote = try OCIRegistry(port: registry.port, credentials: Credentials(for: registry.port, in: directory))
        for range in [0..<100, 100..<200] {
            #expect(try await remote.bytes(digest, size: blob.count, range) == Array(blob[range]))
        }
        #expect(registry.heard.withLock { $0.count } == 2)
        mode.withLock { $0 = 403 }
        #expect(try await remote.bytes(digest, size: blob.count, 5..<9) == Array(blob[5..<9]))
        #expect(registry.heard.withLock { $0.count } == 3)
        #expect(authorizations.withLock { $0 } == [nil, nil, nil, nil])
    }

    @Test(arguments: [
        "http://192.0.2.1/x", "ftp://127.0.0.1/x", "http://me:secret@127.0.0.1/x", "file:///etc/passwd", "http://[::",
        "",
    ]) func `leads nowhere that is not gone to`(location: String) async throws {
        let server = try HostileServer { client in
            client.answer("", status: "307 Temporary Redirect", "Location: \(location)\r\n")
        }
        let remote = try OCIRegistry(port: server.port)
        let said = try await sentence { _ = try await remote.bytes(digest, size: 10, 0..<10) }
        #expect(said.contains("redirects to another address"))
        #expect(!said.contains("secret"))
        #expect(server.heard.withLock { $0.count } <= 6)
    }

    @Test func `asks to wait, and is waited for`() async throws {
        let left = Mutex(3)
        let server = try HostileServer { client in
            let now = left.withLock {
                $0 -= 1; return $0
            }
            if now >= 0 {
                return client.answer(
                    "", status: now == 1 ? "503 Service Unavailable" : "429 Too Many Requests", "Retry-After: 0\r\n")
            }
            client.answer(#"{"tags": ["a"]}"#)
        }
        #expect(try await OCIRegistry(port: server.port).tags() == ["a"])
    }

    @Test func `asks to wait for too long, and is not waited for`() async throws {
        let server = try HostileServer { client in
            client.answer("", status: "429 Too Many Requests", "Retry-After: 7200\r\n")
        }
        #expect(try await sentence { _ = try await OCIRegistry(port: server.port).tags() }.contains("in 7200 seconds"))
        #expect(server.heard.withLock { $0.count } == 1)
    }

    @Test func `asks to wait again and again, and is waited for up to a bound in all`() async throws {
        let server = try HostileServer { client in
            client.answer("", status: "503 Service Unavailable", "Retry-After: 1\r\n")
        }
        let remote = try OCIRegistry(port: server.port) {
            $0.pace.longestAsked = .seconds(1)
            $0.pace.tries = 1000
        }
        #expect(try await sentence { _ = try await remote.tags() }.contains("in 1 seconds"))
        #expect(server.heard.withLock { $0.count } == 2)
    }

    @Test func `fails for good, and its words are cut to a line`() async throws {
        let server = try HostileServer { client in
            client.answer(String(repeating: "\u{1B}[2J\nno ", count: 2000), status: "400 Bad Request")
        }
        let said = try await sentence { _ = try await OCIRegistry(port: server.port).tags() }
        #expect(said.utf8.count < 400 && said.contains("status 400") && said.contains("no") && !said.contains("\u{1B}"))
        #expect(server.heard.withLock { $0.count } == 1)
    }

    @Test func `repeats a login, which is not shown`() async throws {
        let server = try HostileServer { client in
            guard let authorization = client.headers["authorization"] else {
                return client.answer("", status: "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n")
            }
            client.answer("you sent \(authorization)", status: "400 Bad Request")
        }
        let directory = try TemporaryDirectory()
        let remote = try OCIRegistry(port: server.port, credentials: Credentials(for: server.port, in: directory))
        let said = try await sentence { _ = try await remote.tags() }
        #expect(said.contains("status 400") && !said.contains("Basic"))
    }

    @Test func `floods with a manifest, of which no more than its limit is taken`() async throws {
        let taken = Mutex(0)
        let server = try HostileServer { client in
            client.send("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.oci.image.manifest.v1+json\r\n\r\n")
            let count = client.flood([UInt8](repeating: 0x20, count: 65536))
            taken.withLock { $0 = count }
        }
        #expect(
            try await sentence { _ = try await OCIRegistry(port: server.port).manifest(.tag("a")) }.contains(
                "more than"))
        try await eventually { taken.withLock { (1..<64 << 20).contains($0) } }
    }

    @Test func `says other bytes than it has are a manifest`() async throws {
        let server = try HostileServer { client in
            client.answer("{}", "Docker-Content-Digest: sha256:\(String(repeating: "0", count: 64))\r\n")
        }
        #expect(
            try await sentence { _ = try await OCIRegistry(port: server.port).manifest(.tag("a")) }.contains(
                "they were not used"))
    }

    @Test func `has tags on many pages, and no page leads to another server or in a circle`() async throws {
        let other = try HostileServer { client in client.answer(#"{"tags": ["stolen"]}"#) }
        let server = try HostileServer { client in
            let link =
                switch client.request {
                case _ where client.request.contains("last=b"): "\(other.address)/v2/team/models/tags/list"
                case _ where client.request.contains("last=a"): "/v2/team/models/tags/list?last=b"
                default: "?last=a"
                }
            let tag = client.request.contains("last=b") ? "c" : client.request.contains("last=a") ? "b" : "a"
            client.answer("{\"tags\": [\"\(tag)\"]}", "Link: <\(link)>; rel=\"next\"\r\n")
        }
        #expect(try await Set(OCIRegistry(port: server.port).tags()) == ["a", "b", "c"])
        let circle = try HostileServer { client in
            client.answer(#"{"tags": ["a"]}"#, "Link: <?last=a>; rel=\"next\"\r\n")
        }
        #expect(try await OCIRegistry(port: circle.port).tags() == ["a"])
        #expect(other.heard.withLock { $0 }.isEmpty)
    }

    @Test func `has tags without end, of which no more than a bound are taken`() async throws {
        let count = Mutex(0)
        let server = try HostileServer { client in
            let number = count.withLock {
                $0 += 1; return $0
            }
            client.answer(
                #"{"tags": ["a\#(number)", "b\#(number)"]}"#, "Link: <?last=\(number)>; rel=\"next\"\r\n")
        }
        let pages = try OCIRegistry(port: server.port) { $0.mostPages = 3 }
        #expect(try await sentence { _ = try await pages.tags() }.contains("more than 3 pages of tags"))
        #expect(count.withLock { $0 } == 3)
        let tags = try OCIRegistry(port: server.port) { $0.mostTags = 5 }
        #expect(try await sentence { _ = try await tags.tags() }.contains("more than 5 tags"))
        #expect(count.withLock { $0 } == 6)
        // To learn whether it answers, one page is enough.
        try await OCIRegistry(port: server.port).greet()
        #expect(count.withLock { $0 } == 7)
    }

    @Test func `drips a manifest, which is not waited for without end`() async throws {
        let server = try HostileServer { client in
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while client.send(" ") { usleep(10_000) }
        }
        let remote = try OCIRegistry(port: server.port) { $0.pace.document = .seconds(1) }
        #expect(
            try await sentence { _ = try await remote.manifest(.tag("a")) }.contains(
                "the manifest a did not come to its end within 1 seconds"))
        #expect(server.heard.withLock { $0.count } == 1)
    }

    @Test(arguments: ["", "a/../../other/manifests/b", "a?b", "-a", ".", "a b", String(repeating: "a", count: 129)])
    func `is asked for no tag that leads elsewhere, and believed none`(tag: String) async throws {
        let server = try HostileServer { client in client.answer("{\"tags\": [\"\(tag)\", \"ok\"]}") }
        let remote = try OCIRegistry(port: server.port)
        await #expect(throws: RemoteError.noTag(tag)) { try await remote.manifest(.tag(tag)) }
        await #expect(throws: RemoteError.noTag(tag)) { try await remote.put(manifest([[1]]), tag: tag) }
        #expect(server.heard.withLock { $0 }.isEmpty)
        #expect(try await remote.tags() == ["ok"])
    }

    @Test func `does not know the repository, and its words say so`() async throws {
        let server = try HostileServer { client in
            client.answer(
                #"{"errors": [{"code": "NAME_UNKNOWN", "message": "make the repository first"}]}"#,
                status: "404 Not Found")
        }
        let said = try await sentence { try await OCIRegistry(port: server.port).upload([1]) }
        #expect(said.contains("NAME_UNKNOWN, make the repository first"))
    }

    @Test func `that never was there is noticed soon`() async throws {
        // A port that no server is given by chance.
        let remote = try OCIRegistry(port: 1) { $0.pace.tries = 100_000 }
        #expect(try await sentence { _ = try await remote.tags() }.contains("nothing listens"))
    }
}
