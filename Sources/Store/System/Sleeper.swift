import CLinux
import Glibc
import Synchronization

/// What one idle thread sleeps on.
package final class Sleeper: Sendable {
    private let woken = Atomic(false)
    /// The address of a semaphore.
    private let address: UInt

    /// Makes one that is not woken yet.
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

    /// Whether it was woken since it last listened.
    package var isWoken: Bool { woken.load(ordering: .sequentiallyConsistent) }

    /// Wakes the thread, or keeps it from falling asleep the next time.
    package func wake() {
        // A thread that was woken and has not looked yet need not be woken again, which would cost a system call.
        guard !isWoken, !woken.exchange(true, ordering: .sequentiallyConsistent), let semaphore else { return }
        sem_post(semaphore)
    }

    /// Forgets that it was woken: the thread is about to look at everything.
    package func hear() { woken.store(false, ordering: .sequentiallyConsistent) }

    /// Sleeps until it is woken, or until `end`; false if that has come.
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
        // A signal does not count as waking: the caller checks.
        _ = sem_clockwait(semaphore, CLOCK_MONOTONIC, &time)
        return true
    }
}
