import Dispatch
import Store
import Synchronization
import SystemPackage

/// Reads the hashes by which other tools identify a model, on another processor, while it is being added.
final class SourceReading: Sendable {
    /// Smaller files are read afterwards instead. Bytes.
    private static let worthwhile = 16 << 20

    private let store: Store
    private let group = DispatchGroup()
    private let found = Mutex<SourceIdentity?>(nil)
    private let isWanted = Atomic(true)

    /// Nil if the file is too small.
    init?(_ open: @escaping @Sendable () throws(StoreError) -> OpenFile, size: Int, _ store: Store) {
        guard size >= Self.worthwhile else { return nil }
        self.store = store
        DispatchQueue.global().async(group: group) { [self] in
            // What cannot be read now is read afterwards, which reports the problem.
            let identity = try? store.identity(of: open()) { self.isWanted.load(ordering: .relaxed) }
            found.withLock { $0 = identity }
        }
    }

    /// Waits for it, and stores the hashes if they are of the bytes that were added.
    func keep(as added: AddedBytes) throws(StoreError) {
        guard added.isNew else { return isWanted.store(false, ordering: .relaxed) }
        group.wait()
        if let identity = found.withLock({ $0 }) { try store.keep(identity, of: added) }
    }
}
