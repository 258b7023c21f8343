/// A lock around some state. Debug builds trap if a thread takes it out of the order of ``Rank``.
package struct Lock<State>: ~Copyable, Sendable {
    private let mutex: SeenMutex<State>
    private let rank: Rank

    /// A lock for threads whose other locks all have lower ranks.
    package init(_ rank: Rank, _ state: consuming sending State) {
        self.rank = rank
        mutex = SeenMutex(state)
    }

    /// Runs `body` with exclusive access to the state; debug builds trap if the order of ranks is violated.
    package borrowing func withLock<Result, Problem: Error>(
        _ body: (inout sending State) throws(Problem) -> sending Result
    ) throws(Problem) -> sending Result {
        let activity = Activity.current
        activity.waits(for: rank)
        defer { activity.left(rank) }
        return try mutex.withLock { state throws(Problem) in
            activity.took(rank)
            return try body(&state)
        }
    }

    /// The same if the lock is free; nil if it is not.
    package borrowing func withLockIfAvailable<Result, Problem: Error>(
        _ body: (inout sending State) throws(Problem) -> sending Result
    ) throws(Problem) -> sending Result? {
        let activity = Activity.current
        activity.waits(for: rank)
        var isMine = false
        defer { if isMine { activity.left(rank) } else { activity.waitsNoMore() } }
        return try mutex.withLockIfAvailable { state throws(Problem) in
            isMine = true
            activity.took(rank)
            return try body(&state)
        }
    }
}
