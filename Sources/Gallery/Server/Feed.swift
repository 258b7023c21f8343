import Foundation
import Hummingbird
import Logging
import NIOCore
import Recipe
import Store
import Synchronization

/// Tells open pages when the library has changed: images are new, or have other grades. It does not tell what has changed: each page asks
/// again for what it shows. The progress of runs is sent as it is, several times a second.
final class Feed: Sendable {
    private struct State {
        /// What the library said of itself last, and its newest image.
        var seen: Seen?
        var number = 0
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
        var isStopped = false
        var hasEnded = false
        /// Who waits for the thread's end.
        var ending: CheckedContinuation<Void, Never>?
    }

    private struct Seen: Equatable, Sendable {
        let summary: LibrarySummary
        let newest: String
    }

    /// Pages that may listen at once, over all tabs.
    private static let limit = 64
    /// A page is told of runs no sooner than this after the last time.
    private static let rest = Duration.milliseconds(100)
    /// After so long at the latest, a page that is gone is noticed.
    private static let pulse = Duration.seconds(20)

    private let store: Store
    private let logger: Logger
    private let watch: CommitWatch
    /// Tells this start's numbers from those of others.
    private let start = String(UInt32.random(in: 0 ... .max), radix: 36)
    private let isStopped = Atomic(false)
    private let state = Mutex(State())

    init(_ store: Store, logger: Logger) throws {
        self.store = store
        self.logger = logger
        watch = try CommitWatch(store)
    }

    /// Which state of the library was told last. It can stand in an address.
    var revision: String { "\(start)-\(state.withLock { $0.number })" }

    /// Keeps the library's rows current and tells of changes, on a thread of its own, until ``stop()``.
    func begin() {
        let thread = Thread { [self] in
            look()
            watch.run {
                self.look()
            } cannotBeTold: { problem in
                self.logger.warning("the store's directory cannot be watched: \(problem); it is looked at instead")
            }
            let waiting = state.withLock { state in
                state.hasEnded = true
                return state.ending
            }
            waiting?.resume()
        }
        thread.name = "changes"
        thread.start()
    }

    /// Returns when its thread has ended: nothing uses the store any more, and nobody listens.
    func stop() async {
        isStopped.store(true, ordering: .relaxed)
        watch.stop()
        let listeners = state.withLock { state in
            state.isStopped = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.ending = continuation }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Has every page be told what it does not know yet.
    func wake() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
    }

    private func look() {
        do {
            if !store.isReadOnly { _ = try store.updateLibrary { !self.isStopped.load(ordering: .relaxed) } }
            let newest = try store.library(LibraryQuery(), limit: 1).first
            let seen = Seen(summary: try store.librarySummary(), newest: newest?.image.hex ?? "")
            let isOther = state.withLock { state in
                defer { state.seen = seen }
                guard state.seen != nil, state.seen != seen else { return false }
                state.number += 1
                return true
            }
            if isOther { wake() }
        } catch { logger.warning("the library cannot be read: \(error)") }
    }

    /// An endless answer with an event for each change. `revision` is what the page knows: where that is old, it is told at once.
    func stream(after revision: String?, runs: RunQueue?) throws -> Response {
        guard state.withLock({ $0.listeners.count < Self.limit }) else { throw StorePool.Busy() }
        let body = ResponseBody { [self] writer in
            let (changes, listener) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            let number = state.withLock { state in
                state.listeners[state.next] = listener
                state.next += 1
                if state.isStopped { listener.finish() }
                return state.next - 1
            }
            // What changed before it listened.
            listener.yield()
            // A pulse is an event that nobody hears, and by which a closed connection shows.
            let pulse = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: Self.pulse)
                    listener.yield()
                }
            }
            defer {
                pulse.cancel()
                state.withLock { $0.listeners[number] = nil }
            }
            var told = revision ?? self.revision
            var toldRuns = RunQueue.nothing
            try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
            for await _ in changes {
                let current = self.revision
                var text = current == told ? "" : "id: \(current)\nevent: change\ndata: \(current)\n\n"
                told = current
                let state = runs?.json ?? toldRuns
                let isRun = state != toldRuns
                if isRun { text += "event: run\ndata: \(state)\n\n" }
                toldRuns = state
                try await writer.write(ByteBuffer(string: text.isEmpty ? ":\n\n" : text))
                if isRun { try await Task.sleep(for: Self.rest) }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }
}
