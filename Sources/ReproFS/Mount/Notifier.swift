import CFuse
import Glibc
import Logging
import Store
import Synchronization

/// Tells the kernel to forget names that another process gave other bytes, so that a change is seen at once and not
/// only when a timeout ends. It has a thread of its own and holds no lock when it calls the kernel.
final class Notifier: Sendable {
    /// Microseconds between two looks at the catalogue.
    private static let interval: UInt32 = 100_000

    private let session: UInt
    private let root: Root
    private let logger: Logger
    private let isStopped = Mutex(false)
    private let thread = Mutex<pthread_t?>(nil)

    /// `session` must outlive ``stop()``.
    init(_ session: OpaquePointer, root: Root, logger: Logger) {
        self.session = UInt(bitPattern: session)
        self.root = root
        self.logger = logger
    }

    func start() {
        let reference = Unmanaged.passRetained(self)
        var started = pthread_t()
        let result = pthread_create(
            &started, nil,
            { data in
                data.map { Unmanaged<Notifier>.fromOpaque($0).takeRetainedValue() }?.look()
                return nil
            }, reference.toOpaque())
        guard result == 0 else { return reference.release() }
        thread.withLock { $0 = started }
    }

    /// Returns when the thread has made its last call.
    func stop() {
        isStopped.withLock { $0 = true }
        if let thread = thread.withLock({ $0 }) { pthread_join(thread, nil) }
    }

    private func look() {
        guard let session = OpaquePointer(bitPattern: session) else { return }
        do {
            let feed = try ChangeFeed(root.context.store)
            while !isStopped.withLock({ $0 }) {
                for (parent, name) in root.names(in: try feed.next() ?? NameChanges()) {
                    fuse_lowlevel_notify_inval_entry(session, parent.rawValue, name, name.utf8.count)
                }
                usleep(Self.interval)
            }
        } catch {
            // Names still change when their timeouts end.
            logger.warning("changes by other processes are seen later: \(error)")
        }
    }
}
