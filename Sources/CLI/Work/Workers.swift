import Dispatch
import Glibc
import Synchronization

/// Distributes a list over all processors.
enum Workers {
    /// How many processors there are.
    static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// Calls `body` for every place of a list of `count`, with `share` places at a time, on up to `limit` workers. After a failure, which
    /// is thrown, no further places are begun.
    static func forEach<Failure: Error>(
        of count: Int, share: Int, limit: Int = processors, _ body: @Sendable (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        let next = Atomic(0)
        let failure = Mutex(Failure?.none)
        DispatchQueue.concurrentPerform(iterations: max(1, min((count + share - 1) / share, limit))) { _ in
            while true {
                let start = next.wrappingAdd(share, ordering: .relaxed).oldValue
                guard start < count else { return }
                do throws(Failure) { try body(start..<min(start + share, count)) } catch {
                    failure.withLock { if $0 == nil { $0 = error } }
                    return next.store(count, ordering: .relaxed)
                }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}
