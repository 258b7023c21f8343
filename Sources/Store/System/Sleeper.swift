import CLinux
import Glibc
import Synchronization

/// What one thread sleeps on.
package final class Sleeper: Sendable {
    private let woken = Atomic(false)
    /// A semaphore's address.
    private let address: UInt

    /// Not woken yet.
    package init() {
        let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
        address = UInt(bitPattern: semaphore)
    }

    deinit {
        guard let semaphore else { return }
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    private var semaphore: UnsafeMutablePointer<sem_t>? { UnsafeMutablePointer(bitPattern: address) }

    /// Whether somebody woke it since it heard last.
    package var isWoken: Bool { woken.load(ordering: .sequentiallyConsistent) }

    /// Wakes the thread, or keeps it from falling asleep the next time.
    package func wake() {
        // Who was woken and has not looked yet need not be woken again: that costs a call of the kernel.
        guard !isWoken, !woken.exchange(true, ordering: .sequentiallyConsistent), let semaphore else { return }
        sem_post(semaphore)
    }

    /// Forgets that it was woken: the thread is about to look at everything.
    package func hear() { woken.store(false, ordering: .sequentiallyConsistent) }

    /// Sleeps until it is woken, or until `end`; false where that has come.
    package func sleep(until end: ContinuousClock.Instant?) -> Bool {
        guard let semaphore else { return false }
        guard let end else {
            sem_wait(semaphore)
            return true
        }
        let left = ContinuousClock.now.duration(to: end)
        guard left > .zero else { return false }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let (seconds, attoseconds) = left.components
        let nanoseconds = time.tv_nsec + Int(attoseconds / 1_000_000_000)
        time.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        // A signal wakes nobody: whoever calls looks what it was.
        _ = sem_clockwait(semaphore, CLOCK_MONOTONIC, &time)
        return true
    }
}
