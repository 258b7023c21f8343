import CLinux
import GRDB
import Glibc
import SystemPackage

/// The right to write a store's live view, which one process at a time has: an open file description lock, which ends with its
/// process, however that ends.
package final class LiveLease: Sendable {
    private let store, path: FilePath
    private let isReadOnly: Bool
    private let file = Lock(.lease, OwnedDescriptor?.none)

    init(_ store: Store) {
        self.store = store.path
        isReadOnly = store.isReadOnly
        path = store.path.appending("live.lease")
    }

    /// Whether this process may write.
    package var isHeld: Bool { file.withLock { $0 != nil } }

    /// Takes it, if nobody else has it; says whether this process has it now. `places` is where it serves the view, which others
    /// are told. Nobody may write before `prepare` is done; where that fails, it is not taken.
    package func take(
        serving places: [String], _ prepare: () throws(StoreError) -> Void = {}
    ) throws(StoreError) -> Bool {
        if isHeld { return true }
        if isReadOnly { return false }
        let file = try Kernel.open(path, .readWrite, options: [.create, .noFollow], permissions: [.ownerReadWrite])
        guard reprofs_lock_whole_file(file.rawValue) == 0 else {
            let problem = Errno(rawValue: errno)
            guard [.resourceTemporarilyUnavailable, .permissionDenied].contains(problem) else {
                throw .system("cannot lock", path, problem)
            }
            return false
        }
        // For people alone: what counts is the lock.
        let text = Array("\(getpid())\n\(places.joined(separator: "\n"))\n".utf8)
        _ = ftruncate(file.rawValue, 0)
        _ = pwrite(file.rawValue, text, text.count, 0)
        try prepare()
        self.file.withLock { $0 = file }
        return true
    }

    /// Somebody else may have it from now on.
    package func give() { file.withLock { $0 = nil } }

    /// Who has it, in words, as far as that is known: `process 812, which serves /models`.
    package var holder: String {
        guard let bytes = try? Kernel.open(path, .readOnly).readAll(path) else { return "another process" }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let process = lines.first else { return "another process" }
        let places = lines.dropFirst().joined(separator: " and ")
        return places.isEmpty ? "process \(process)" : "process \(process), which serves \(places)"
    }

    /// Throws where this process may not write.
    package func require() throws(StoreError) {
        guard !isHeld else { return }
        throw obstacle
    }

    /// Why this process may not write, where it may not.
    package var obstacle: StoreError { isReadOnly ? .readOnlyStore(store) : .leased(holder) }
}
