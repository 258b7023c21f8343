import CFuse
import Dispatch
import Foundation
import Logging
import Store
import Synchronization

/// Tells the kernel to forget names that another process gave other bytes, so that a change is seen at once and not
/// only when a timeout ends. It has a thread of its own and holds no lock when it calls the kernel.
final class Notifier: Sendable {
    /// Seconds between two looks at the catalogue.
    private static let interval = 0.1

    private let isStopped = Mutex(false)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts looking. `session` must outlive ``stop()``.
    init(_ session: OpaquePointer, root: Root, logger: Logger) {
        let session = UInt(bitPattern: session)
        Thread.detachNewThread { [self] in
            defer { ended.signal() }
            guard let session = OpaquePointer(bitPattern: session) else { return }
            do {
                let feed = try ChangeFeed(root.context.store)
                while !isStopped.withLock({ $0 }) {
                    if let changes = try feed.next() {
                        for (parent, name) in root.names(in: changes) {
                            fuse_lowlevel_notify_inval_entry(session, parent.rawValue, name, name.utf8.count)
                        }
                    }
                    Thread.sleep(forTimeInterval: Self.interval)
                }
            } catch {
                // Names still change when their timeouts end.
                logger.warning("changes by other processes are seen later: \(error)")
            }
        }
    }

    /// Returns when the thread has made its last call.
    func stop() {
        isStopped.withLock { $0 = true }
        ended.wait()
    }
}
