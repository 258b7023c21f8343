import CLinux
import Synchronization

/// A `Mutex` that ThreadSanitizer sees in debug builds. The sanitizer does not see the locks of a library that was built without it, and
/// reports what they protect as races.
package struct SeenMutex<Value>: ~Copyable, Sendable {
    private let mutex: Mutex<Value>
    #if DEBUG
        /// The address that stands for the lock: using the value's own address would itself be an unordered access.
        private final class Token: Sendable {}
        private let token = Token()
        private var address: UnsafeMutableRawPointer { Unmanaged.passUnretained(token).toOpaque() }
    #endif

    package init(_ value: consuming sending Value) { mutex = Mutex(value) }

    /// Runs `body` with exclusive access to the state.
    package borrowing func withLock<Result, Problem: Error>(
        _ body: (inout sending Value) throws(Problem) -> sending Result
    ) throws(Problem) -> sending Result {
        try mutex.withLock { value throws(Problem) in
            #if DEBUG
                reprofs_took_lock(address)
                defer { reprofs_lets_lock_go(address) }
            #endif
            return try body(&value)
        }
    }

    package borrowing func withLockIfAvailable<Result, Problem: Error>(
        _ body: (inout sending Value) throws(Problem) -> sending Result
    ) throws(Problem) -> sending Result? {
        try mutex.withLockIfAvailable { value throws(Problem) in
            #if DEBUG
                reprofs_took_lock(address)
                defer { reprofs_lets_lock_go(address) }
            #endif
            return try body(&value)
        }
    }
}
