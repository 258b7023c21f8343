import Glibc
import Store

/// How many of libfuse's threads take requests at once.
///
/// libfuse has a thread more whenever all are busy, and the kernel wakes the one that has slept longest; with sixteen of them
/// every request has to wake somebody. A few that are awake are faster for what only computes. Who is about to wait, for the disk
/// or for the catalogue's writer, gives its place to another, so that nobody else waits with it; where all wait without having
/// known that they would, a tick of 100 ms brings another.
package final class RequestGate: Sendable {
    private struct State {
        /// Threads that take requests, or work on one that does not wait.
        var active = 0
        /// Of these, those that have none.
        var idle = 0
        /// Threads without a place.
        var parked = 0
        /// Whether a request was taken since the last tick.
        var isMoving = false

        /// Gives a place to a parked thread, which must be woken then.
        mutating func admit() -> Bool {
            guard parked > 0 else { return false }
            parked -= 1
            active += 1
            return true
        }
    }

    private let state = Lock(.gate, State())
    private let limit: Int
    /// Rung when all that have a place are at work.
    let bell = Bell()
    /// A semaphore's address: libfuse ends its threads where they wait, which a semaphore survives.
    private let places: UInt
    /// Set in a thread that has a place.
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

    /// Until somebody gives up a place to this thread.
    private func wait() {
        guard let semaphore else { return }
        while sem_wait(semaphore) != 0 {}
    }

    private func wake() {
        guard let semaphore else { return }
        sem_post(semaphore)
    }

    private var hasPlace: Bool { pthread_getspecific(mark) != nil }

    /// The thread is about to take a request; it waits for a place.
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

    /// The thread took one.
    package func take() {
        let (wakes, isBusy) = state.withLock { state in
            state.idle -= 1
            state.isMoving = true
            return (state.idle == 0 && state.active < limit && state.admit(), state.idle == 0)
        }
        if wakes { wake() }
        if isBusy { bell.ring() }
    }

    /// Called every 100 ms while all are at work that have a place: they may wait for something. Whether somebody has none by now.
    package func tick() -> Bool {
        let (wakes, isQuiet) = state.withLock { state in
            defer { state.isMoving = false }
            return (state.idle == 0 && !state.isMoving && state.admit(), state.idle > 0)
        }
        if wakes { wake() }
        return isQuiet
    }

    /// What the thread does next may take long.
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
