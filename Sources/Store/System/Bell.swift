/// Wakes the threads that have nothing to do, whenever something happened that may be work for one of them: a request was answered, or
/// another process changed the catalogue.
package final class Bell: Sendable {
    private let sleepers = Lock(.bell, [Sleeper]())

    package init() {}

    /// Whoever sleeps there is woken by each ring from now on.
    package func add(_ sleeper: Sleeper) { sleepers.withLock { $0.append(sleeper) } }

    /// What happened must be there to be seen before.
    package func ring() {
        for sleeper in sleepers.withLock({ $0 }) { sleeper.wake() }
    }
}
