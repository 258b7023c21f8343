import CLinux
import SystemPackage

/// Tells which nodes of the live view are open in other processes. Each process shares a lock on the byte of `live.open` at the node's
/// number; the process that writes tests that lock before it removes a node without a name. Locks end with their process.
final class LiveOpenRows: Sendable {
    private let path: FilePath
    private let state = Lock(.openRows, State())

    private struct State {
        var file: OwnedDescriptor?
        /// How often each node is open in this process.
        var counts: [Int64: Int] = [:]

        mutating func opened(_ path: FilePath) -> OwnedDescriptor? {
            if file == nil {
                // If the file cannot be made, the store cannot be written at all, so no node is removed.
                file = try? Kernel.open(
                    path, .readWrite, options: [.create, .noFollow], permissions: [.ownerReadWrite])
            }
            return file
        }
    }

    init(_ store: FilePath) { path = store.appending("live.open") }

    func opened(_ row: Int64) {
        state.withLock { state in
            state.counts[row, default: 0] += 1
            guard state.counts[row] == 1, let file = state.opened(path) else { return }
            _ = reprofs_share_byte(file.rawValue, Int(row))
        }
    }

    func closed(_ row: Int64) {
        state.withLock { state in
            let count = (state.counts[row] ?? 1) - 1
            state.counts[row] = count > 0 ? count : nil
            guard count <= 0, let file = state.file else { return }
            _ = reprofs_let_byte_go(file.rawValue, Int(row))
        }
    }

    /// Whether another process has the node open.
    func isOpenElsewhere(_ row: Int64) -> Bool {
        state.withLock { state in
            guard let file = state.opened(path) else { return false }
            return reprofs_is_byte_shared(file.rawValue, Int(row)) != 0
        }
    }
}
