import Foundation
import ReproFS
import Store
import Support
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The places for requests` {
    /// Threads inside now, and the most that ever were.
    private final class Count: Sendable {
        private let state = SeenMutex((now: 0, most: 0))
        var most: Int { state.withLock { $0.most } }
        var now: Int { state.withLock { $0.now } }
        func comeIn() {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
        }
        func goOut() { state.withLock { $0.now -= 1 } }
    }

    @Test func `are never taken by more than there are`() {
        let gate = RequestGate(limit: 2)
        let count = Count()
        let ended = DispatchSemaphore(value: 0)
        for _ in 0..<8 {
            Thread.detachNewThread {
                for _ in 0..<200 {
                    gate.enter()
                    gate.take()
                    count.comeIn()
                    sched_yield()
                    count.goOut()
                }
                gate.leave()
                ended.signal()
            }
        }
        for _ in 0..<8 { ended.wait() }
        #expect(count.most == 2 || count.most == 1)
    }

    @Test func `go to another thread where one is about to wait`() {
        let gate = RequestGate(limit: 1)
        let isWaiting = DispatchSemaphore(value: 0)
        let mayEnd = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            gate.enter()
            gate.take()
            isWaiting.signal()
            gate.leave()
            mayEnd.wait()
            gate.enter()
            gate.leave()
            ended.signal()
        }
        isWaiting.wait()
        Thread.detachNewThread {
            gate.enter()
            mayEnd.signal()
            gate.take()
            gate.leave()
            ended.signal()
        }
        for _ in 0..<2 { ended.wait() }
    }

    @Test func `become more where all who have one wait unexpectedly`() throws {
        let gate = RequestGate(limit: 1)
        let count = Count()
        let mayEnd = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        for _ in 0..<3 {
            Thread.detachNewThread {
                gate.enter()
                gate.take()
                count.comeIn()
                mayEnd.wait()
                gate.leave()
                ended.signal()
            }
        }
        try eventually { count.now == 1 }
        // The first finds that a request was taken.
        try eventually {
            _ = gate.tick()
            return count.now == 3
        }
        for _ in 0..<3 { mayEnd.signal() }
        for _ in 0..<3 { ended.wait() }
    }
}
