/// Loads on their way into the catalogue: noting one is an append to an array, and a thread of the mount writes them in groups.
package final class LoadBuffer: Sendable {
    /// The largest number that is held while the catalogue cannot be written.
    private static let limit = 100_000

    private struct State {
        var loads: [Load] = []
        var lost = 0
    }

    private let state = Lock(.loads, State())

    package init() {}

    /// Never waits and needs no transaction.
    package func note(_ load: Load) {
        state.withLock { state in
            if state.loads.count < Self.limit { state.loads.append(load) } else { state.lost += 1 }
        }
    }

    /// Whether everything was written.
    package var isEmpty: Bool { state.withLock { $0.loads.isEmpty } }

    /// Writes all loads. If that fails they stay; the error says how many had to be dropped.
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
