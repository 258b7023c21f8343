import SystemPackage

#if DEBUG
    import Glibc
    package import Synchronization
#endif

/// A step at which a process may end or an operation may fail: every change of a file and every commit is one.
///
/// Tests choose with REPROFS_FAULT which step of a process is hit, and how: `kill:7`, `eio:7`, `enospc:7`. Release builds contain none of
/// this.
package enum FaultPoint {
    #if DEBUG
        /// Some steps wait for up to this many microseconds, so that other threads' steps come before them; 0 for never.
        package static let pause = Atomic<UInt32>(0)

        /// Called at each step, and when a whole file is read; tests hold threads there. Below every rank.
        package static let visitor = SeenMutex<(@Sendable (_ operation: String, _ path: String) -> Void)?>(nil)

        /// The same for the steps of one thread.
        package static let visitors = SeenMutex<[UInt: @Sendable (_ operation: String, _ path: String) -> Void]>([:])

        private static let fault: (number: Int, errno: Errno?)? = {
            guard let text = getenv("REPROFS_FAULT").map({ String(cString: $0) }),
                let colon = text.firstIndex(of: ":"), let number = Int(text[text.index(after: colon)...])
            else { return nil }
            switch text[..<colon] {
            case "eio": return (number, .ioError)
            case "enospc": return (number, .noSpace)
            default: return (number, nil)
            }
        }()
        private static let count = Atomic(0)
    #endif

    /// A step that changes nothing, at which no fault is injected.
    @inline(__always)
    static func pass(_ operation: @autoclosure () -> String, _ path: @autoclosure () -> FilePath) {
        #if DEBUG
            if let visit = visitor.withLock({ $0 }) { visit(operation(), path().string) }
            if let visit = visitors.withLock({ $0[UInt(pthread_self())] }) { visit(operation(), path().string) }
        #endif
    }

    @inline(__always)
    static func reach(_ operation: @autoclosure () -> String, _ path: @autoclosure () -> FilePath) throws(StoreError) {
        #if DEBUG
            pass(operation(), path())
            let pause = pause.load(ordering: .relaxed)
            if pause > 0, UInt8.random(in: 0...3) == 0 { usleep(.random(in: 0...pause)) }
            guard let fault, count.wrappingAdd(1, ordering: .relaxed).newValue == fault.number else { return }
            guard let errno = fault.errno else {
                kill(getpid(), SIGKILL)
                return
            }
            throw .system(operation(), path(), errno)
        #endif
    }
}
