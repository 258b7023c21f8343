import Foundation
import NIOCore
import Recipe
import Remote
import Support
import Synchronization
import Testing

/// Where logins do not go.
@Suite(.timeLimit(.minutes(20))) struct `A login` {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Another machine, as far as its name tells: Linux takes the address for this one.
    private static let elsewhere = "0.0.0.0"

    private func credentials(_ host: String, _ port: UInt16) throws -> Credentials {
        let login = Data("user:hush".utf8).base64EncodedString()
        return try Credentials(#"{"auths": {"\#(host):\#(port)": {"auth": "\#(login)"}}}"#, in: directory)
    }

    @Test func `is not sent without TLS to another machine`() async throws {
        let sent = Mutex<[String?]>([])
        let server = try HostileServer { client in
            sent.withLock { $0.append(client.headers["authorization"]) }
            client.answer("", status: "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n")
        }
        let remote = try OCIRegistry(
            port: server.port, host: Self.elsewhere, credentials: credentials(Self.elsewhere, server.port)
        ) {
            $0.plainHTTP = true
        }
        do {
            _ = try await remote.tags()
            Issue.record("it was let in")
        } catch let error as RemoteError {
            #expect(error.sentence.contains("not sent without TLS"))
        }
        #expect(sent.withLock { $0 } == [nil])
    }

    @Test func `is not sent without TLS to another machine that gives tokens`() async throws {
        let sent = Mutex<[String?]>([])
        let tokens = try HostileServer { client in
            sent.withLock { $0.append(client.headers["authorization"]) }
            client.answer(#"{"token": "t"}"#)
        }
        for isPlain in [false, true] {
            let server = try HostileServer { client in
                client.answer(
                    "", status: "401 Unauthorized",
                    "WWW-Authenticate: Bearer realm=\"http://\(Self.elsewhere):\(tokens.port)/token\"\r\n")
            }
            let remote = try OCIRegistry(port: server.port, credentials: credentials("127.0.0.1", server.port)) {
                $0.plainHTTP = isPlain
            }
            await #expect(throws: RemoteError.self) { try await remote.tags() }
        }
        // Without TLS wherever that was allowed, but never with a login.
        #expect(sent.withLock { $0.allSatisfy { $0 == nil } && $0.count <= 2 })
    }

    @Test func `that is a refresh token goes into the body of a request for a token`() async throws {
        let bodies = Mutex<[String]>([])
        let server = try HostileServer(readsBodies: false) { client in
            var body: [UInt8] = []
            client.readBody { body += $0 }
            if client.request.contains("/token") {
                bodies.withLock { $0.append("\(client.request) \(String(decoding: body, as: UTF8.self))") }
                return client.answer(#"{"access_token": "t"}"#)
            }
            guard client.headers["authorization"] == "Bearer t" else {
                return client.answer(
                    "", status: "401 Unauthorized", "WWW-Authenticate: Bearer realm=\"/token\",service=\"a b\"\r\n")
            }
            client.answer(#"{"tags": []}"#)
        }
        let credentials = try Credentials(
            #"{"auths": {"127.0.0.1:\#(server.port)": {"identitytoken": "a&b=c"}}}"#, in: directory)
        #expect(try await OCIRegistry(port: server.port, credentials: credentials).tags().isEmpty)
        #expect(
            bodies.withLock { $0 } == [
                "POST /token grant_type=refresh_token&client_id=reprofs&refresh_token=a%26b%3Dc&scope=repository%3Ateam%2Fmodels%3Apull&service=a%20b"
            ])
    }

    @Test func `token is renewed before its end, and the registry's clock does not matter`() async throws {
        let given = Mutex(0)
        let unknown = Mutex(0)
        let server = try HostileServer { client in
            if client.request.contains("/token") {
                let number = given.withLock {
                    $0 += 1; return $0
                }
                return client.answer(#"{"token": "t\#(number)", "expires_in": 1, "issued_at": "1999-01-01T00:00:00Z"}"#)
            }
            guard client.headers["authorization"] != nil else {
                unknown.withLock { $0 += 1 }
                return client.answer("", status: "401 Unauthorized", "WWW-Authenticate: Bearer realm=\"/token\"\r\n")
            }
            client.answer(#"{"tags": []}"#)
        }
        let remote = try OCIRegistry(port: server.port)
        _ = try await remote.tags()
        // Four fifths of its second.
        try await Task.sleep(for: .milliseconds(850))
        _ = try await remote.tags()
        #expect(given.withLock { $0 } >= 2)
        // The registry had to ask for the first one only.
        #expect(unknown.withLock { $0 } == 1)
    }

    @Test(arguments: ["s3cr:etPW", "YWxpY2U6czNjcjpldFBX", "s3cr%3AetPW", "alice:s3cr:etPW"])
    func `that anybody repeats is not shown`(echo: String) async throws {
        let login = Data("alice:s3cr:etPW".utf8).base64EncodedString()
        for isTokenService in [false, true] {
            let server = try HostileServer { client in
                // Where a text is cut, too: its end alone would be beyond the cut.
                if client.headers["authorization"] != nil {
                    return client.answer(
                        String(repeating: "x", count: 190) + " \(echo) is wrong", status: "400 Bad Request")
                }
                let scheme = isTokenService ? "Bearer realm=\"/token\"" : "Basic realm=\"x\""
                client.answer("", status: "401 Unauthorized", "WWW-Authenticate: \(scheme)\r\n")
            }
            let credentials = try Credentials(
                #"{"auths": {"127.0.0.1:\#(server.port)": {"auth": "\#(login)"}}}"#, in: directory)
            do {
                _ = try await OCIRegistry(port: server.port, credentials: credentials).tags()
                Issue.record("it was let in")
            } catch let error as RemoteError {
                #expect(!error.sentence.contains("xxx") && !error.sentence.contains("s3cr"))
            }
        }
    }

    @Test func `in a file that nobody can read is said to be wanted, and the file is named`() async throws {
        let server = try HostileServer { client in
            client.answer("", status: "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n")
        }
        let remote = try OCIRegistry(port: server.port, credentials: Credentials(#"{"auths": {"#, in: directory))
        await #expect {
            _ = try await remote.tags()
        } throws: {
            "\($0)".contains("\(directory.path)/docker/config.json cannot be read as JSON")
        }
    }

    @Test func `without the right to write is refused at the second request`() async throws {
        let server = try HostileServer { client in
            if client.request.contains("/token") { return client.answer(#"{"token": "t"}"#) }
            client.answer("", status: "401 Unauthorized", "WWW-Authenticate: Bearer realm=\"/token\"\r\n")
        }
        let remote = try OCIRegistry(port: server.port, credentials: credentials("127.0.0.1", server.port))
        await #expect(throws: RemoteError.self) { try await remote.put(manifest([[1]]), tag: "a") }
        #expect(server.heard.withLock { $0.map { $0.prefix(3) } } == ["PUT", "GET", "PUT"])
    }

    @Test func `that is wrong is not tried again and again`() async throws {
        let server = try HostileServer { client in
            client.answer("", status: "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n")
        }
        let remote = try OCIRegistry(port: server.port, credentials: credentials("127.0.0.1", server.port))
        do {
            _ = try await remote.tags()
            Issue.record("it was let in")
        } catch let error as RemoteError {
            #expect(error.sentence.contains("is not valid there") && !error.sentence.contains("hush"))
        }
        #expect(server.heard.withLock { $0.count } == 2)
    }
}

@Suite(.timeLimit(.minutes(20))) struct `Many requests at once` {
    @Test func `have only so many connections, and all come to their end`() async throws {
        let blob = noise(1000, seed: 1)
        let running = Mutex((now: 0, most: 0))
        let server = try HostileServer { client in
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            usleep(50_000)
            running.withLock { $0.now -= 1 }
            client.answer(String(decoding: [UInt8](repeating: 0x41, count: 1000), as: UTF8.self))
        }
        let remote = try OCIRegistry(port: server.port) {
            $0.connections = 3
            // Shorter than the wait for a turn.
            $0.pace.connect = .milliseconds(150)
            $0.pace.tries = 20
        }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<24 {
                group.addTask { try await remote.bytes(SHA256.digest(of: blob), size: 1000, 0..<1000).count }
            }
            for try await count in group { #expect(count == 1000) }
        }
        #expect(running.withLock { $0.most } <= 3)
    }

    @Test func `end when they are cancelled`() async throws {
        let server = try HostileServer { client in
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
            client.waitForEnd()
        }
        let remote = try OCIRegistry(port: server.port) {
            $0.connections = 1
            $0.pace.silence = .seconds(100)
        }
        let tasks = (0..<2).map { _ in
            Task {
                try await remote.bytes(SHA256.digest(of: []), size: 1000, 0..<1000)
            }
        }
        try await eventually { server.heard.withLock { !$0.isEmpty } }
        for task in tasks { task.cancel() }
        for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
    }

    @Test func `end with what taking their bytes threw`() async throws {
        struct Full: Error {}
        let server = try HostileServer { client in client.answer("0123456789") }
        let remote = try OCIRegistry(port: server.port)
        await #expect(throws: Full.self) {
            try await remote.read(SHA256.digest(of: []), size: 10, 0..<10) { _ in throw Full() }
        }
        #expect(server.heard.withLock { $0.count } == 1)
    }
}
