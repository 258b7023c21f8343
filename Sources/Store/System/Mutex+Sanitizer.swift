import CLinux
package import Synchronization

extension Mutex {
    /// `withLock`, which ThreadSanitizer sees in debug builds.
    package borrowing func withSeenLock<Result, Problem: Error>(
        _ body: (inout sending Value) throws(Problem) -> sending Result
    ) throws(Problem) -> sending Result {
        try withLock { value throws(Problem) in
            #if DEBUG
                withUnsafeMutablePointer(to: &value) { reprofs_took_lock($0) }
                defer { withUnsafeMutablePointer(to: &value) { reprofs_lets_lock_go($0) } }
            #endif
            return try body(&value)
        }
    }
}
