import Foundation
import Store
import Support
import Synchronization
import Testing

/// What has nothing to do sleeps until it is told of something.
@Suite(.timeLimit(.minutes(20))) struct `A thread without work` {
    @Test func `is woken once, however often it was told before it slept`() {
        let (bell, sleeper) = (Bell(), Sleeper())
        bell.add(sleeper)
        for _ in 0..<5 { bell.ring() }
        #expect(sleeper.isWoken)
        #expect(sleeper.sleep(until: nil))
        sleeper.hear()
        #expect(!sleeper.isWoken)
        // No second waking waits for it: the time comes first.
        let end = ContinuousClock.now + .milliseconds(20)
        while sleeper.sleep(until: end) { #expect(!sleeper.isWoken) }
        bell.ring()
        #expect(sleeper.isWoken && sleeper.sleep(until: nil))
    }

    @Test func `wakes once for each time that it is told, and never by itself`() throws {
        let bell = Bell()
        let sleepers = [Sleeper(), Sleeper()]
        for sleeper in sleepers { bell.add(sleeper) }
        let counts = Mutex([0, 0])
        let isEnded = Mutex(false)
        for (index, sleeper) in sleepers.enumerated() {
            Thread.detachNewThread {
                while !isEnded.withLock({ $0 }) {
                    sleeper.hear()
                    counts.withLock { $0[index] += 1 }
                    _ = sleeper.sleep(until: nil)
                }
            }
        }
        defer {
            isEnded.withLock { $0 = true }
            for sleeper in sleepers {
                sleeper.hear()
                sleeper.wake()
            }
        }
        for turn in 1...5 {
            try eventually { counts.withLock { $0 } == [turn, turn] }
            // Long enough for hundreds of turns of something that would look again and again.
            usleep(20_000)
            #expect(counts.withLock { $0 } == [turn, turn])
            bell.ring()
        }
        try eventually { counts.withLock { $0 } == [6, 6] }
    }
}
