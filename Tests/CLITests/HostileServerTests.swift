import Comfy
import Foundation
import Recipe
import Support
import Synchronization
import Testing

/// Whoever answers where a ComfyUI was named may be anybody: nothing of an answer is without a bound, and nobody else is spoken to.
@Suite(.timeLimit(.minutes(20))) struct `A hostile server` {
    private func server(_ hostile: HostileServer) throws -> ComfyServer {
        var server = try ComfyServer(hostile.address)
        server.documents = .init(size: 1 << 20, time: 300)
        server.files = .init(size: 1 << 20, time: 300)
        return server
    }

    private func complaint(_ body: () async throws -> Void) async -> String {
        do { try await body() } catch { return "\(error)" }
        return "nothing"
    }

    @Test(arguments: [301, 302, 303, 307, 308], [true, false])
    func `that redirects is not followed, and nobody else hears anything`(_ status: Int, _ isSame: Bool) async throws {
        let other = try HostileServer { $0.answer("{}") }
        let first = Mutex<UInt16>(0)
        let hostile = try HostileServer { client in
            guard client.request.hasPrefix("POST /free") || client.request.hasPrefix("GET /system_stats") else {
                return client.answer("{}")
            }
            let target = isSame ? "http://127.0.0.1:\(first.withLock { $0 })/else" : other.address + "/free"
            client.answer("", status: "\(status) Moved", "Location: \(target)\r\n")
        }
        first.withLock { $0 = hostile.port }
        let server = try server(hostile)
        #expect(await complaint { try await server.free() }.contains("sends its callers to another address"))
        #expect(await complaint { _ = try await server.systemStats() }.contains("sends its callers to another address"))
        #expect(other.heard.withLock { $0 }.isEmpty)
        #expect(hostile.heard.withLock { $0 } == ["POST /free", "GET /system_stats"])
    }

    private let output = #"{"filename":"a.png","subfolder":"","type":"output"}"#
    private func run(_ server: ComfyServer) async throws -> [RunOutput] {
        try await PromptRun(on: server, ["1": ["class_type": "X", "inputs": [:]]]).outputs { _ in }
    }
    private func history(_ output: String) -> String {
        #"{"p-1":{"status":{"status_str":"success"},"outputs":{"9":{"images":[\#(output)]}}}}"#
    }

    /// A server on which a run comes to its end, with what the test says about it otherwise.
    private func comfy(
        _ outputs: String, id: String = "p-1",
        _ other: @escaping @Sendable (HostileServer.Client) -> Void = { $0.answer("{}") }
    ) throws -> HostileServer {
        let text = history(outputs)
        return try HostileServer { client in
            if client.request.hasPrefix("POST /prompt") { return client.answer(#"{"prompt_id":"\#(id)"}"#) }
            if client.request.hasPrefix("GET /history/") { return client.answer(text) }
            other(client)
        }
    }

    @Test func `a view of ten gigabytes is not taken, claimed or in chunks`() async throws {
        let sent = Mutex(0)
        let hostile = try comfy(output) { client in
            guard client.request.hasPrefix("GET /view") else { return client.answer("{}") }
            if client.request.contains("claimed") {
                client.send("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n")
            } else {
                client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            }
            let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 7, count: 0x10000) + Array("\r\n".utf8)
            let count = client.flood(chunk)
            sent.withLock { $0 += count }
        }
        let server = try server(hostile)
        let file = try #require(try await run(server).first)
        let said = await complaint { _ = try await server.view(file) }
        #expect(said == "the server's answer to GET /view is longer than 1 MiB; it is not taken")
        let claimed = try HostileServer { client in
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n")
            _ = client.flood([UInt8](repeating: 7, count: 65536))
        }
        var direct = try ComfyServer(claimed.address)
        direct.files = .init(size: 1 << 20, time: 300)
        #expect(await complaint { _ = try await direct.view(file) } == said)
        // Beside what is taken, only what sockets hold was sent.
        for _ in 0..<100 where sent.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(50)) }
        #expect((1..<64 << 20).contains(sent.withLock { $0 }))
    }

    @Test func `headers without an end are not taken`() async throws {
        for line in ["X-A: b\r\n", "X: " + String(repeating: "y", count: 65536)] {
            let sent = Mutex(0)
            let hostile = try HostileServer { client in
                client.send("HTTP/1.1 200 OK\r\n")
                let count = client.flood(Array(line.utf8))
                sent.withLock { $0 = max(1, count) }
            }
            let server = try server(hostile)
            let said = await complaint { _ = try await server.systemStats() }
            #expect(said.contains("is not valid HTTP"))
            for _ in 0..<100 where sent.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(50)) }
            #expect((1..<64 << 20).contains(sent.withLock { $0 }))
        }
    }

    @Test func `an answer that trickles for ever is not waited for`() async throws {
        let hostile = try HostileServer { client in
            client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while client.send("1\r\n{\r\n") { usleep(20_000) }
        }
        var server = try ComfyServer(hostile.address)
        server.documents = .init(size: 1 << 20, time: 1)
        let said = await complaint { _ = try await server.systemStats() }
        #expect(
            said
                == "the server's answer to GET /system_stats has not come to an end after 1 seconds; it is not waited for"
        )
    }

    @Test func `a server that says nothing is given up`() async throws {
        let done = Mutex(false)
        let hostile = try HostileServer { _ in while !done.withLock({ $0 }) { usleep(20_000) } }
        defer { done.withLock { $0 = true } }
        var server = try ComfyServer(hostile.address)
        server.documents = .init(size: 1 << 20, time: 30, silence: 1)
        #expect(await complaint { _ = try await server.systemStats() } == "ComfyUI said nothing for 1 seconds")
    }

    @Test(arguments: [
        #"{"filename":"../../x"}"#, #"{"filename":"/etc/passwd"}"#, #"{"filename":""}"#, #"{"filename":"a\u0000b"}"#,
        #"{"filename":"..\\x"}"#, #"{"filename":"x","subfolder":"../y"}"#, #"{"filename":"x","subfolder":"/y"}"#,
        #"{"filename":"x","type":"../models"}"#,
    ])
    func `names of outputs that lead elsewhere are not asked for`(_ output: String) async throws {
        let hostile = try comfy(output)
        let server = try server(hostile)
        #expect(await complaint { _ = try await run(server) }.contains("it names an output"))
        #expect(!hostile.heard.withLock { $0 }.contains { $0.contains("/view") })
    }

    @Test(arguments: ["../x", "a/b", "a b", ""])
    func `an id of a run that is none is not asked for`(_ id: String) async throws {
        let hostile = try comfy(output, id: id)
        let server = try server(hostile)
        #expect(await complaint { _ = try await run(server) }.contains("POST /prompt"))
        #expect(!hostile.heard.withLock { $0 }.contains { $0.contains("/history") })
    }

    @Test func `an uploaded image gets no name that leads elsewhere`() async throws {
        let hostile = try HostileServer { $0.answer(#"{"name":"../../x.png"}"#) }
        let server = try server(hostile)
        let said = await complaint { _ = try await server.upload([1], name: "a.png", subfolder: "", type: "input") }
        #expect(said.contains("it stored the image under an invalid name"))
    }

    enum Handshake: String, CaseIterable {
        case redirect, silence, trickle, silentSocket
    }

    @Test(arguments: Handshake.allCases)
    func `a WebSocket that is none holds nobody up, and nobody else is spoken to`(_ handshake: Handshake) async throws {
        let isDone = Mutex(false)
        defer { isDone.withLock { $0 = true } }
        let other = try HostileServer { $0.answer("{}") }
        let hostile = try comfy(output) { client in
            guard client.request.hasPrefix("GET /ws") else { return client.answer("{}") }
            func wait() { while !isDone.withLock({ $0 }) { usleep(20_000) } }
            switch handshake {
            case .redirect: client.answer("", status: "302 Found", "Location: \(other.address)/ws\r\n")
            case .silence: wait()
            case .trickle:
                client.send("HTTP/1.1 101 Switching Protocols\r\nX: ")
                while !isDone.withLock({ $0 }), client.send("y") { usleep(20_000) }
            case .silentSocket:
                client.acceptWebSocket()
                wait()
            }
        }
        let server = try server(hostile)
        #expect(try await run(server).map(\.name) == ["a.png"])
        #expect(other.heard.withLock { $0 }.isEmpty)
        #expect(hostile.heard.withLock { $0 }.count { $0.hasPrefix("GET /ws") } <= 1)
    }

    enum Flood: String, CaseIterable { case hugeFrame, hugeClaim, fragments, pings, texts, deepJSON }

    @Test(arguments: Flood.allCases)
    func `a WebSocket that floods is hung up on or kept waiting, and the run comes to its end`(_ flood: Flood)
        async throws
    {
        let sent = Mutex(0)
        let hostile = try HostileServer { client in
            if client.request.hasPrefix("GET /ws") {
                client.acceptWebSocket()
                let part = [UInt8](repeating: UInt8(ascii: "["), count: 65535)
                let count =
                    switch flood {
                    case .hugeFrame:
                        client.send([0x81, 127, 0, 0, 0, 0, 0x40, 0, 0, 0]) ? client.flood(part) : 0
                    case .hugeClaim:
                        client.send([0x81, 127] + [UInt8](repeating: 0xFF, count: 8)) ? client.flood(part) : 0
                    case .fragments:
                        client.send([0x01, 126, 0xFF, 0xFF] + part) ? client.flood([0x00, 126, 0xFF, 0xFF] + part) : 0
                    case .pings: client.flood([0x89, 4, 1, 2, 3, 4], limit: 32 << 20)
                    case .texts: client.flood([0x81, 2, 0x7B, 0x7D], limit: 16 << 20)
                    case .deepJSON: client.flood([0x81, 126, 0xFF, 0xFF] + part, limit: 64 << 20)
                    }
                sent.withLock { $0 = count }
                return
            }
            if client.request.hasPrefix("POST /prompt") { return client.answer(#"{"prompt_id":"p-1"}"#) }
            if client.request.hasPrefix("GET /history/") {
                usleep(100_000)
                return client.answer(
                    #"{"p-1":{"status":{"status_str":"success"},"outputs":{"9":{"images":[{"filename":"a.png"}]}}}}"#)
            }
            client.answer("{}")
        }
        let server = try server(hostile)
        #expect(try await run(server).map(\.name) == ["a.png"])
        #expect(sent.withLock { $0 } < 96 << 20)
    }
}
