/// Wakes idle threads when something happened that may be work for one of them: a request was answered, or another process changed the
/// catalogue.
package final class Bell: Sendable {
    private let sleepers = Lock(.bell, [Sleeper]())

    package init() {}

    /// From now on each ring wakes this sleeper.
    package func add(_ sleeper: Sleeper) { sleepers.withLock { $0.append(sleeper) } }

    /// Wakes the sleepers; what happened must be visible before this is called.
    package func ring() {
        for sleeper in sleepers.withLock({ $0 }) { sleeper.wake() }
    }
}
