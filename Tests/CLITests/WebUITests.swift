import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// Answers GET requests on a port of its own, with what a test wants said, until it is gone.
private final class SmallServer: Sendable {
    let port: UInt16
    private let descriptor: CInt

    init(_ answers: [String: String]) throws {
        let (listener, port) = try Loopback.listen()
        descriptor = listener
        self.port = port
        Thread.detachNewThread {
            while case let client = accept(listener, nil, nil), client >= 0 {
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = recv(client, &buffer, buffer.count, 0)
                let path = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
                    .dropFirst().first
                let body = answers[String(path ?? "")]
                let status = body == nil ? "404 Not Found" : "200 OK"
                let text =
                    "HTTP/1.1 \(status)\r\nContent-Length: \((body ?? "").utf8.count)\r\nConnection: close\r\n\r\n\(body ?? "")"
                _ = Array(text.utf8).withUnsafeBytes {
                    send(client, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                close(client)
            }
        }
    }

    deinit {
        shutdown(descriptor, CInt(SHUT_RDWR))
        close(descriptor)
    }
}

@Suite(.timeLimit(.minutes(20))) struct `Asking a running A1111` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        try line.writeModels(seed: 1)
        try #require(try line.run("init").status == 0)
        try #require(try line.run("add", line.directory.appending("models").string).status == 0)
    }

    private func image() throws -> String {
        let text = "a cat\nSteps: 1, Seed: 1, CFG scale: 7, Model: other name, RNG: CPU"
        return try line.directory.write(SmallImage.infotext(text), to: "output/a.png").string
    }

    @Test func `finds a model by the hash that it gives for the name, which stays a claim`() throws {
        let digest = SmallModel.digest(seed: 1).hex
        let server = try SmallServer([
            "/sdapi/v1/sd-models":
                #"[{"title": "x", "model_name": "other name", "hash": "x", "sha256": "\#(digest)", "filename": "/m"}]"#
        ])
        let image = try image()
        let result = try line.run("snapshot", image, "--from", "http://127.0.0.1:\(server.port)")
        #expect(result.status == 0, "\(result.complaint)")
        let recipe = try #require(try line.run("recipe", image, "--json").json)
        #expect(recipe["models"]?.array?.first?["name"] == "model.safetensors")
        #expect(recipe["grade"]?["reasons"]?.array?.contains { $0["code"] == "model.claim_match" } == true)
    }

    @Test func `fails clearly where it does not answer`() throws {
        let server = try SmallServer(["/sdapi/v1/sd-models": "<html>"])
        let odd = try line.run("snapshot", try image(), "--from", "http://127.0.0.1:\(server.port)")
        #expect(odd.status == 1 && odd.complaint.contains("does not answer as A1111 or Forge do"))
        #expect(
            try line.run("snapshot", try image(), "--from", "http://127.0.0.1:1").complaint.contains("does not answer"))
        #expect(try line.run("snapshot", try image(), "--from", "/nowhere").status == 64)
    }
}
