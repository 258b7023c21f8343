import Synchronization

/// What is found of a node when it is first asked for, and then kept, by the node's place. In a hostile graph, many nodes ask for the same of
/// one node that has very many inputs.
final class Once<Value: Sendable>: Sendable {
    private let known = Mutex<[Int: Value]>([:])

    /// The value of this place; `find` looks for it the first time.
    func value(_ place: Int, _ find: () -> Value) -> Value {
        if let value = known.withLock({ $0[place] }) { return value }
        let value = find()
        known.withLock { $0[place] = value }
        return value
    }
}
