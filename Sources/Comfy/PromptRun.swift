import Foundation
package import Recipe
import Synchronization

/// One run of a graph on a server: queues it, follows it to its end, and lists its outputs.
package struct PromptRun: Sendable {
    /// The progress of a run, for the person who waits.
    package struct Progress: Sendable {
        /// How many nodes are done.
        package var done = 0
        /// How many nodes the graph has.
        package let nodes: Int
        /// The node that is running: its id.
        package var node: String?
        /// The class of that node; nil between nodes.
        package var kind: String?
        /// How many steps that node has done.
        package var step = 0
        /// How many steps that node has.
        package var steps = 0
        /// The newest preview of the picture; nil if there is none, or nobody wants any.
        package var preview: Preview?
    }

    /// A picture between two steps, as the server sent it: by ComfyUI's protocol a JPEG or PNG file. A new one is another object.
    package final class Preview: Sendable {
        package let bytes: [UInt8]
        init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    /// Where it runs.
    package let server: ComfyServer
    /// The prompt, as `/prompt` takes it.
    package let graph: JSON
    /// Added to the output's metadata, and passed to the node pack.
    package var extra: JSON = [:]
    /// How long the server may send nothing at all. Seconds.
    package var patience = 900
    /// Whether the server is asked for previews, which it makes by a rough formula beside the run. One from before December 2025 makes them
    /// only if it was started so. Source: ComfyUI's pull request 11261.
    package var wantsPreviews = false
    /// Whether the server can still exist; for a launched one, whether its process does.
    package var isThere: @Sendable () -> Bool = { true }

    package init(on server: ComfyServer, _ graph: JSON) {
        self.server = server
        self.graph = graph
    }

    private struct State {
        var progress: Progress
        var heard = ContinuousClock.now
        var id: String?
    }

    /// What is known about the run, shared by the listener and the polling.
    private final class Known: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }
    }

    /// Returns the outputs. Whatever ends it early, including cancellation, removes the run from the server.
    package func outputs(_ tell: @escaping @Sendable (Progress) -> Void) async throws -> [RunOutput] {
        let client = UUID().uuidString
        let known = Known(State(progress: Progress(nodes: graph.object?.members.count ?? 0)))
        // Progress is optional; the history counts. Nobody waits for the listener: a server that dies during the handshake may block it for
        // ever.
        let listener = Task {
            try? await ComfySocket.listen(to: server, client: client) { message in
                let progress = known.state.withLock { state -> Progress? in
                    state.heard = .now
                    switch message {
                    case .text(let told): return take(told, &state)
                    case .picture(let bytes):
                        guard wantsPreviews else { return nil }
                        state.progress.preview = Preview(bytes)
                        return state.progress
                    }
                }
                if let progress { tell(progress) }
            }
        }
        defer { listener.cancel() }
        var extra = extra
        if wantsPreviews, case .object(var members) = extra {
            members["preview_method"] = "latent2rgb"
            extra = .object(members)
        }
        let id = try await server.queue(graph, client: client, extra: extra)
        known.state.withLock { $0.id = id }
        do {
            return try await follow(id) { known.state.withLock { $0.heard } }
        } catch {
            // A task of its own, because this one may be cancelled.
            if isThere() { await Task { try? await server.cancel(id) }.value }
            throw error
        }
    }

    /// Asks for the history until the run is in it.
    private func follow(_ id: String, heard: () -> ContinuousClock.Instant) async throws -> [RunOutput] {
        var missed = 0
        var absent = 0
        var wait = 50
        while true {
            try await Task.sleep(for: .milliseconds(wait))
            wait = min(500, wait * 2)
            guard isThere() else { throw ComfyError.died("its process has ended") }
            do {
                if let history = try await server.history(of: id) { return try outputs(in: history) }
                // A run that is neither queued nor done is lost: the server was restarted.
                absent = try await server.isQueued(id) ? 0 : absent + 1
                if absent > 5 {
                    if let history = try await server.history(of: id) { return try outputs(in: history) }
                    throw ComfyError.died("it no longer knows the run")
                }
                missed = 0
            } catch ComfyError.absent {
                missed += 1
                if missed > 10 { throw ComfyError.died("it no longer answers") }
            }
            if heard().duration(to: .now) > .seconds(patience) { throw ComfyError.silent(patience) }
        }
    }

    private func outputs(in history: JSON) throws -> [RunOutput] {
        let status = history["status"]
        for message in status?["messages"]?.array ?? [] {
            guard let kind = message.array?.first?.string, let data = message.array?.dropFirst().first else { continue }
            if kind == "execution_error" {
                let node = "node \(data["node_id"]?.string ?? "?"), \(data["node_type"]?.string ?? "?")"
                let what = [data["exception_type"]?.string, data["exception_message"]?.string].compactMap { $0 }
                throw ComfyError.failed(
                    node: node, message: what.joined(separator: ": ").split(separator: "\n").joined(separator: " "))
            }
            if kind == "execution_interrupted" { throw ComfyError.interrupted }
        }
        if let text = status?["status_str"]?.string, text != "success" {
            throw ComfyError.failed(node: "the run", message: "it ended with '\(text)'")
        }
        do { return try RunOutput.all(in: history) } catch { throw ComfyError.unexpected(error.description) }
    }

    /// What a message changes in what is shown; nil if it is of another run or tells nothing.
    private func take(_ message: JSON, _ state: inout State) -> Progress? {
        // What comes before the server has said the run's id is of this run all the same: nobody else has its client's.
        guard let data = message["data"], let id = data["prompt_id"]?.string, state.id == nil || id == state.id else {
            return nil
        }
        switch message["type"]?.string {
        case "executing":
            guard let node = data["node"]?.string else { return nil }
            if state.progress.node != nil { state.progress.done += 1 }
            state.progress.node = node
            state.progress.kind = graph[node]?["class_type"]?.string
            state.progress.step = 0
            state.progress.steps = 0
        case "execution_cached": state.progress.done += data["nodes"]?.array?.count ?? 0
        case "progress":
            state.progress.step = data["value"]?.number?.int ?? 0
            state.progress.steps = data["max"]?.number?.int ?? 0
        default: return nil
        }
        return state.progress
    }
}
