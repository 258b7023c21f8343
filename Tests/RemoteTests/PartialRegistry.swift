import Foundation
import Recipe
import Support
import Synchronization

/// A registry that keeps what came of a request that broke off, as distribution 3 does, and looks at offsets. It counts what it gets.
final class PartialRegistry: Sendable {
    struct State {
        var uploads: [String: [UInt8]] = [:]
        var blobs: [Digest: [UInt8]] = [:]
        /// Bytes of all bodies.
        var received = 0
        /// Methods of uploads, as they came.
        var methods: [String] = []
        /// Bodies longer than this are refused with 413. Bytes.
        var limit = Int.max
        /// The chunk that it stores twice, counted from 0.
        var doubled: Int?
        /// What it keeps of a blob that it says it took. Bytes.
        var keeps = Int.max
        /// Statuses that PATCH and PUT are answered with first, after the body was taken.
        var failures: [Int] = []
        /// Who brings no token of these is sent away; nil lets everybody in.
        var tokens: [String]?
    }

    private let box: Shared
    private let server: HostileServer

    var port: UInt16 { server.port }

    init(_ change: (inout State) -> Void = { _ in }) throws {
        var first = State()
        change(&first)
        let shared = Shared(first)
        box = shared
        server = try HostileServer(readsBodies: false) { client in shared.answer(client) }
    }

    /// A look at it.
    func see<Result: Sendable>(_ look: (inout State) -> sending Result) -> Result { box.state.withLock { look(&$0) } }

    private final class Shared: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }

        func answer(_ client: HostileServer.Client) {
            let words = client.request.split(separator: " ")
            let method = String(words[0])
            let path = String(words[1].prefix { $0 != "?" })
            let name = String(path.split(separator: "/").last ?? "")
            let isUpload = path.contains("/uploads")
            if path == "/token" {
                let number = state.withLock { state in
                    state.tokens = ["t\((state.tokens?.count ?? 0) + 1)"] + (state.tokens ?? [])
                    return state.tokens?.count ?? 0
                }
                return client.answer(#"{"access_token": "t\#(number)", "expires_in": 3600}"#)
            }
            if let newest = state.withLock({ $0.tokens.map { $0.first ?? "" } }),
                client.headers["authorization"] != "Bearer \(newest)" || newest == ""
            {
                client.readBody { _ in }
                return client.answer(
                    "", status: "401 Unauthorized",
                    "WWW-Authenticate: Bearer realm=\"/token\",service=\"s\"\r\n")
            }
            if isUpload, method != "GET" { state.withLock { $0.methods.append(method) } }
            if isUpload, method == "POST" {
                let id = UUID().uuidString
                state.withLock { $0.uploads[id] = [] }
                return client.answer("", status: "202 Accepted", location(id) + "Range: 0-0\r\n")
            }
            if isUpload { return upload(client, method, id: name) }
            guard let digest = Digest(hex: name.dropFirst("sha256:".count)),
                let blob = state.withLock({ $0.blobs[digest] })
            else {
                return client.answer("", status: "404 Not Found")
            }
            if method == "HEAD" {
                return _ = client.send("HTTP/1.1 200 OK\r\nContent-Length: \(blob.count)\r\nConnection: close\r\n\r\n")
            }
            client.send("HTTP/1.1 200 OK\r\nContent-Length: \(blob.count)\r\nConnection: close\r\n\r\n")
            client.send(blob)
        }

        /// Relative, as some registries have it.
        private func location(_ id: String) -> String { "Location: /v2/team/models/blobs/uploads/\(id)\r\n" }

        private func upload(_ client: HostileServer.Client, _ method: String, id: String) {
            guard let before = state.withLock({ $0.uploads[id]?.count }) else {
                return client.answer("", status: "404 Not Found")
            }
            func range(_ count: Int) -> String { location(id) + "Range: 0-\(max(count - 1, 0))\r\n" }
            if method == "GET" { return client.answer("", status: "204 No Content", range(before)) }
            if method == "DELETE" {
                state.withLock { $0.uploads[id] = nil }
                return client.answer("", status: "204 No Content")
            }
            if client.length > state.withLock({ $0.limit }) {
                client.answer("", status: "413 Content Too Large")
                // An answer is lost with a connection that is closed while more comes.
                return _ = client.readBody { _ in }
            }
            let start = client.headers["content-range"].flatMap { Int($0.prefix { $0 != "-" }) } ?? 0
            if client.length > 0, start != before {
                client.readBody { _ in }
                return client.answer("", status: "416 Range Not Satisfiable", range(before))
            }
            let isWhole = client.readBody { part in
                state.withLock {
                    $0.uploads[id]? += part
                    $0.received += part.count
                }
            }
            let (count, failure) = state.withLock { state in
                let last = state.uploads[id]?.suffix(client.length) ?? []
                if state.doubled == 0 { state.uploads[id]? += last }
                state.doubled = state.doubled.map { $0 - 1 }
                return (state.uploads[id]?.count ?? 0, state.failures.isEmpty ? nil : state.failures.removeFirst())
            }
            guard isWhole else { return }
            if let failure { return client.answer("", status: "\(failure) Failure") }
            guard method == "PUT" else { return client.answer("", status: "202 Accepted", range(count)) }
            let wanted = client.request.split(separator: "digest=sha256:").last.flatMap { Digest(hex: $0.prefix(64)) }
            let isRight = state.withLock { state in
                guard let bytes = state.uploads.removeValue(forKey: id), let wanted, SHA256.digest(of: bytes) == wanted
                else { return false }
                state.blobs[wanted] = Array(bytes.prefix(state.keeps))
                return true
            }
            client.answer("", status: isRight ? "201 Created" : "400 Bad Request")
        }
    }
}
