/// Loads on their way into the catalogue: noting one costs an append, and whoever has time writes them all at once.
package final class LoadBuffer: Sendable {
    /// More than these are not held while the catalogue cannot be written.
    private static let limit = 100_000

    private struct State {
        var loads: [Load] = []
        var lost = 0
    }

    private let state = Lock(.loads, State())

    package init() {}

    /// Takes no time and no transaction; a thread of the mount writes it down later.
    package func note(_ load: Load) {
        state.withLock { state in
            if state.loads.count < Self.limit { state.loads.append(load) } else { state.lost += 1 }
        }
    }

    /// Whether everything was written down.
    package var isEmpty: Bool { state.withLock { $0.loads.isEmpty } }

    /// Writes what is there. After a failure it is still there; how many loads had to be let go is thrown with it.
    package func flush(into store: Store) throws(StoreError) {
        let loads = state.withLock { state in
            defer { state.loads = [] }
            return state.loads
        }
        do throws(StoreError) { try store.record(loads) } catch {
            let lost = state.withLock { state in
                state.loads = loads + state.loads
                return state.lost
            }
            guard lost > 0 else { throw error }
            throw .catalogue("\(lost) opened models were not recorded: \(error)")
        }
    }
}
