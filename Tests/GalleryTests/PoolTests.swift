import Foundation
import Gallery
import Store
import Support
import Synchronization
import Testing

/// Who asks while the store has much to do.
@Suite(.timeLimit(.minutes(20))) struct `The threads of the gallery` {
    private final class Counts: Sendable {
        let busy = Atomic(0)
        let done = Atomic(0)
    }

    @Test func `have so many wait, and tell the others to come again`() async throws {
        let fixture = try StoreFixture()
        let pool = StorePool(fixture.store)
        let counts = Counts()
        let held = DispatchSemaphore(value: 0)
        let places = StorePool.threads + StorePool.queue
        let tasks = (0..<places + 10).map { _ in
            Task {
                do {
                    try await pool.ask { _ in held.wait() }
                    counts.done.add(1, ordering: .relaxed)
                } catch is StorePool.Busy { counts.busy.add(1, ordering: .relaxed) }
            }
        }
        try await eventually { counts.busy.load(ordering: .relaxed) == 10 }
        #expect(counts.done.load(ordering: .relaxed) == 0)
        for _ in 0..<places { held.signal() }
        for task in tasks { try await task.value }
        #expect(counts.done.load(ordering: .relaxed) == places && counts.busy.load(ordering: .relaxed) == 10)
        try await pool.stop()
    }

    @Test func `begin nothing for whoever has gone meanwhile, and tell what is at work`() async throws {
        let fixture = try StoreFixture()
        let pool = StorePool(fixture.store, threads: 1)
        let (counts, held) = (Counts(), DispatchSemaphore(value: 0))
        let (first, second) = (StorePool.Asker(), StorePool.Asker())
        let working = Task {
            try await pool.ask(for: first) { _, asker in
                counts.busy.add(1, ordering: .relaxed)
                held.wait()
                return asker.isThere
            }
        }
        try await eventually { counts.busy.load(ordering: .relaxed) == 1 }
        let waiting = Task { try await pool.ask(for: second) { _, _ in Issue.record("nobody waits for this") } }
        first.leave()
        second.leave()
        held.signal()
        #expect(try await working.value == false)
        await #expect(throws: CancellationError.self) { try await waiting.value }
        try await pool.stop()
    }
}
