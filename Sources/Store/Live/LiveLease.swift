import CLinux
import GRDB
import Glibc
import SystemPackage

/// The right to write a store's live view, which one process has at a time. It is an open file description lock, so it ends with its
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

    /// Takes the lease if no other process has it; returns whether this process has it now. `places` are the mount points that others are
    /// told. `prepare` runs before anybody may write; if it fails, the lease is not taken.
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
        // For people to read; only the lock counts.
        let text = Array("\(getpid())\n\(places.joined(separator: "\n"))\n".utf8)
        _ = ftruncate(file.rawValue, 0)
        _ = pwrite(file.rawValue, text, text.count, 0)
        try prepare()
        self.file.withLock { $0 = file }
        return true
    }

    /// Gives the lease back: another process may take it.
    package func give() { file.withLock { $0 = nil } }

    /// The process that has the lease, in words, as far as it is known: `process 812, which serves /models`.
    package var holder: String {
        guard let bytes = try? Kernel.open(path, .readOnly).readAll(path) else { return "another process" }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let process = lines.first else { return "another process" }
        let places = lines.dropFirst().joined(separator: " and ")
        return places.isEmpty ? "process \(process)" : "process \(process), which serves \(places)"
    }

    /// Throws if this process may not write.
    package func require() throws(StoreError) {
        guard !isHeld else { return }
        throw obstacle
    }

    /// Why this process may not write.
    package var obstacle: StoreError { isReadOnly ? .readOnlyStore(store) : .leased(holder) }
}
