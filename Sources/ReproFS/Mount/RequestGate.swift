import Glibc
import Store

/// Limits how many of libfuse's threads take requests at once.
///
/// libfuse adds a thread whenever all are busy, and the kernel wakes the one that has slept longest; with sixteen threads, every request
/// has to wake one. A few threads that stay awake answer faster when requests only compute. A thread that is about to wait, for the disk or
/// for the catalogue's writer, gives its place to another, so that no other request waits with it. If all threads wait without having
/// announced it, a tick every 100 ms admits another.
package final class RequestGate: Sendable {
    private struct State {
        /// Threads that take requests, or work on one without waiting.
        var active = 0
        /// Those of them without a request.
        var idle = 0
        /// Threads that wait for a place.
        var parked = 0
        /// Whether a request was taken since the last tick.
        var isMoving = false

        /// Gives a place to a parked thread, which the caller must then wake.
        mutating func admit() -> Bool {
            guard parked > 0 else { return false }
            parked -= 1
            active += 1
            return true
        }
    }

    private let state = Lock(.gate, State())
    private let limit: Int
    /// Rung when all threads with a place are working.
    let bell = Bell()
    /// The address of a semaphore: libfuse cancels its threads where they wait, which a semaphore survives.
    private let places: UInt
    /// Set for a thread that has a place.
    private let mark: pthread_key_t

    package init(limit: Int) {
        self.limit = limit
        let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
        places = UInt(bitPattern: semaphore)
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        mark = key
    }

    deinit {
        pthread_key_delete(mark)
        guard let semaphore else { return }
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    private var semaphore: UnsafeMutablePointer<sem_t>? { UnsafeMutablePointer(bitPattern: places) }

    /// Waits until a place is given to this thread.
    private func wait() {
        guard let semaphore else { return }
        while sem_wait(semaphore) != 0 {}
    }

    private func wake() {
        guard let semaphore else { return }
        sem_post(semaphore)
    }

    private var hasPlace: Bool { pthread_getspecific(mark) != nil }

    /// Called before a thread takes a request; waits for a place.
    package func enter() {
        let hadPlace = hasPlace
        let isFull = state.withLock { state in
            if hadPlace { state.active -= 1 }
            guard state.active >= limit else {
                state.active += 1
                return false
            }
            state.parked += 1
            return true
        }
        if isFull { wait() }
        if !hadPlace { pthread_setspecific(mark, UnsafeRawPointer(bitPattern: 1)) }
        state.withLock { $0.idle += 1 }
    }

    /// Called when the thread has taken a request.
    package func take() {
        let (wakes, isBusy) = state.withLock { state in
            state.idle -= 1
            state.isMoving = true
            return (state.idle == 0 && state.active < limit && state.admit(), state.idle == 0)
        }
        if wakes { wake() }
        if isBusy { bell.ring() }
    }

    /// Called every 100 ms while all threads with a place are working, since they may be waiting. Returns whether a thread with a place is
    /// idle now.
    package func tick() -> Bool {
        let (wakes, isQuiet) = state.withLock { state in
            defer { state.isMoving = false }
            return (state.idle == 0 && !state.isMoving && state.admit(), state.idle > 0)
        }
        if wakes { wake() }
        return isQuiet
    }

    /// Called before the thread does something that may take long.
    package func leave() {
        guard hasPlace else { return }
        pthread_setspecific(mark, nil)
        let wakes = state.withLock { state in
            state.active -= 1
            return state.idle == 0 && state.admit()
        }
        if wakes { wake() }
    }
}
