import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
package import Recipe

/// A running ComfyUI by its HTTP API. Source: ComfyUI's server.py; routes as of 0.33, older ones where they differ.
package struct ComfyServer: Sendable {
    /// Without a slash at the end.
    package let address: String
    /// Limits for its answers.
    package var documents = Exchange.Bounds.document
    /// Limits for answers that are files.
    package var files = Exchange.Bounds.file

    /// `address` is `http://HOST:PORT` or `https://…`, or the same without a scheme; throws for anything else.
    package init(_ address: String) throws {
        let full = address.contains("://") ? address : "http://" + address
        guard let url = URL(string: full), let host = url.host, !host.isEmpty, ["http", "https"].contains(url.scheme),
            url.port.map((1...65_535).contains) ?? true
        else { throw ComfyError.noAddress(address) }
        self.address = String(full.reversed().drop { $0 == "/" }.reversed())
    }

    /// The server's versions, arguments and devices.
    package func systemStats() async throws -> JSON { try await get("/system_stats") }

    /// The inputs of these classes, by class; a class that the server does not have is left out.
    package func objectInfo(of classes: some Sequence<String>) async throws -> JSON {
        var found = JSON.Object()
        for name in classes {
            let answer = try await get("/object_info/" + Self.escaped(name))
            if let info = answer[name] { found[name] = info }
        }
        return .object(found)
    }

    /// The directories of each kind of model, in the server's order; nil if this version does not say.
    package func folderPaths() async throws -> [String: [String]]? {
        guard let answer = try await optional("/internal/folder_paths"), let folders = answer.object else { return nil }
        var paths: [String: [String]] = [:]
        for (name, value) in folders.members { paths[name] = value.array?.compactMap(\.string) }
        return paths
    }

    /// The names that the server lists in a folder; nil if it has no such folder.
    package func models(in folder: String) async throws -> [String]? {
        try await optional("/models/" + Self.escaped(folder))?.array?.compactMap(\.string)
    }

    /// Unloads every model from memory: only then are replaced files read again.
    ///
    /// The server does so between two prompts, so this returns earlier; a prompt that is queued afterwards runs afterwards.
    package func free() async throws {
        let body: JSON = ["unload_models": true, "free_memory": true]
        let (status, _) = try await send(.POST, "/free", Array(body.compact().utf8), type: "application/json")
        guard status == 200 else { throw ComfyError.unexpected("POST /free gives \(status)") }
    }

    /// The result of a run; nil while it has not ended.
    package func history(of prompt: String) async throws -> JSON? {
        try await get("/history/" + Self.escaped(prompt))[prompt]
    }

    /// Whether the run is waiting or running.
    package func isQueued(_ prompt: String) async throws -> Bool {
        let queue = try await get("/queue")
        let entries = (queue["queue_running"]?.array ?? []) + (queue["queue_pending"]?.array ?? [])
        return entries.contains { $0.array?.dropFirst().first?.string == prompt }
    }

    /// How many runs have begun whose reports the node pack has not yet offered to a mount; nil if the server has no node pack that answers
    /// this.
    package func untoldRuns() async -> Int? {
        guard let answer = try? await optional("/reprofs/reports") else { return nil }
        return answer["untold"]?.number?.int
    }

    /// Whether it is idle.
    package func isIdle() async throws -> Bool {
        let queue = try await get("/queue")
        return queue["queue_running"]?.array?.isEmpty != false && queue["queue_pending"]?.array?.isEmpty != false
    }

    /// Removes a run from the queue, or stops it.
    package func cancel(_ prompt: String) async throws {
        let delete: JSON = ["delete": [.string(prompt)]]
        _ = try await send(.POST, "/queue", Array(delete.compact().utf8), type: "application/json")
        let stop: JSON = ["prompt_id": .string(prompt)]
        _ = try await send(.POST, "/interrupt", Array(stop.compact().utf8), type: "application/json")
    }

    /// Queues a graph. Returns the run's id, or throws the server's objections to the graph.
    package func queue(_ prompt: JSON, client: String, extra: JSON) async throws -> String {
        // In Python's form: a graph may hold NaN, which is not JSON.
        let body: JSON = ["prompt": prompt, "client_id": .string(client), "extra_data": extra]
        let (status, bytes) = try await send(.POST, "/prompt", Array(body.python().utf8), type: "application/json")
        let answer = try? JSONParser.parse(bytes)
        guard status == 200, let id = answer?["prompt_id"]?.string, Self.isPlain(id) else {
            guard status == 400, let answer else { throw ComfyError.unexpected("POST /prompt gives \(status)") }
            throw ComfyError.rejected(Self.reasons(in: answer))
        }
        return id
    }

    /// Uploads an image. Returns the name by which a graph can use it.
    package func upload(_ bytes: [UInt8], name: String, subfolder: String, type: String) async throws -> String {
        let boundary = "reprofs-" + UUID().uuidString
        var body: [UInt8] = []
        for (key, value) in [("overwrite", "true"), ("subfolder", subfolder), ("type", type)] {
            body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(key)\"\r\n\r\n\(value)\r\n".utf8
        }
        let safe = name.map { $0 == "\"" || $0.isNewline ? "_" : $0 }
        body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"image\"; filename=\"\(String(safe))\"\r\n".utf8
        body += "Content-Type: application/octet-stream\r\n\r\n".utf8
        body += bytes
        body += "\r\n--\(boundary)--\r\n".utf8
        let (status, answer) = try await send(
            .POST, "/upload/image", body, type: "multipart/form-data; boundary=\(boundary)")
        let told = try? JSONParser.parse(answer)
        guard status == 200, let stored = told?["name"]?.string else {
            throw ComfyError.unexpected("POST /upload/image gives \(status)")
        }
        let folder = told?["subfolder"]?.string ?? ""
        let path = folder.isEmpty ? stored : "\(folder)/\(stored)"
        do { _ = try ModelPath(path) } catch {
            throw ComfyError.unexpected("it stored the image under an invalid name: \(error)")
        }
        return path
    }

    /// The bytes of an output.
    package func view(_ file: RunOutput) async throws -> [UInt8] {
        let query = [("filename", file.name), ("subfolder", file.subfolder), ("type", file.type)]
            .map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
        let (status, bytes) = try await send(.GET, "/view?" + query, within: files)
        guard status == 200 else { throw ComfyError.unexpected("GET /view of \(file.name) gives \(status)") }
        return bytes
    }

    private func get(_ path: String) async throws -> JSON {
        guard let answer = try await optional(path) else {
            throw ComfyError.unexpected("GET \(path) is not known to it")
        }
        return answer
    }

    /// Nil if the server does not have the path.
    private func optional(_ path: String) async throws -> JSON? {
        let (status, bytes) = try await send(.GET, path)
        if status == 404 || status == 405 { return nil }
        guard status == 200 else { throw ComfyError.unexpected("GET \(path) gives \(status)") }
        guard let json = try? JSONParser.parse(bytes) else { throw ComfyError.unexpected("GET \(path) gives no JSON") }
        return json
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil, type: String? = nil,
        within bounds: Exchange.Bounds? = nil
    ) async throws -> (status: UInt, body: [UInt8]) {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        if let type { request.headers.add(name: "Content-Type", value: type) }
        if let body { request.body = .bytes(body) }
        let route = path.utf8.split(separator: UInt8(ascii: "?")).first.flatMap { String($0) } ?? path
        let what = "\(method.rawValue) \(route)"
        let exchange = Exchange(request: request, what: what, address: address, bounds: bounds ?? documents)
        return try await exchange.answer()
    }

    /// The server's objections to a graph, one line for each error, with the values that it would accept.
    private static func reasons(in answer: JSON) -> [String] {
        var lines: [String] = []
        for (node, problem) in answer["node_errors"]?.object?.members ?? [] {
            let kind = problem["class_type"]?.string ?? "a node"
            for error in problem["errors"]?.array ?? [] {
                let what = [error["message"]?.string, error["details"]?.string].compactMap { $0 }.filter { !$0.isEmpty }
                var line = "node \(node), \(kind): \(what.joined(separator: ": "))"
                if let valid = error["extra_info"]?["input_config"]?.array?.first?.array?.compactMap(\.string),
                    !valid.isEmpty, !line.contains(valid[0])
                {
                    line += "; it would take \(valid.prefix(20).joined(separator: ", "))"
                }
                lines.append(line)
            }
        }
        if lines.isEmpty {
            lines = [answer["error"]?["message"]?.string ?? answer["error"]?.string ?? "no reason is given"]
        }
        return lines
    }

    /// Whether a text can be a run's id, which is used in paths and in output.
    private static func isPlain(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_".utf8.contains($0) }
    }

    private static let unreserved = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }
}
