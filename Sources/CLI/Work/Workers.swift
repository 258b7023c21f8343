import Dispatch
import Glibc
import Synchronization

/// Lets every processor work on a list.
enum Workers {
    static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// Gives `body` every place of a list of `count`, `share` of them at a time, by up to `limit` workers.
    static func forEach(of count: Int, share: Int, limit: Int = processors, _ body: @Sendable (Range<Int>) -> Void) {
        let next = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: max(1, min((count + share - 1) / share, limit))) { _ in
            while true {
                let start = next.withLock { next in
                    next += share
                    return next - share
                }
                guard start < count else { return }
                body(start..<min(start + share, count))
            }
        }
    }
}
