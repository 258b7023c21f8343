import CBacking
import Glibc
import Logging
import Store
import SystemPackage

/// Asks reprofs-backing, a process of the system's, for what takes CAP_SYS_ADMIN, which an ordinary user's mount lacks.
///
/// Whatever it does, it costs whoever opens a file one attempt of bounded length, and after one that failed nobody tries for a
/// while: files are read through ReproFS then.
final class BackingHelper: Sendable {
    /// Milliseconds for one request.
    private static let patience: CInt = 200
    /// Seconds until it is asked again, where that cost nothing and where it cost time.
    private static let shortPause = 1, longPause = 10

    private struct State {
        /// The connection to the kernel; nil before it is agreed upon and after its end. A descriptor of its own, so that no number is
        /// another file's while somebody asks.
        var device: OwnedDescriptor?
        /// Seconds of the monotonic clock.
        var pausedUntil = 0
    }

    private let state = Lock(.backings, State())
    private let status: PassthroughStatus
    private let logger: Logger

    init(_ status: PassthroughStatus, logger: Logger) {
        self.status = status
        self.logger = logger
    }

    func begin(on device: CInt) {
        let own = fcntl(device, F_DUPFD_CLOEXEC, 3)
        guard own >= 0 else { return }
        state.withLock { $0.device = OwnedDescriptor(FileDescriptor(rawValue: own)) }
    }

    func end() { state.withLock { $0.device = nil } }

    /// Whether it would be asked now, which may take a moment.
    var isAsked: Bool { device != nil }

    private var device: OwnedDescriptor? {
        state.withLock { $0.pausedUntil <= Backings.now ? $0.device : nil }
    }

    /// The number by which the kernel reads this file by itself; nil where it does not. No lock may be held.
    func open(_ file: OwnedDescriptor) -> CInt? {
        guard let device else { return nil }
        var answer: Int32 = 0
        let problem = ask(UInt32(reprofs_backing_ask_open), 0, device, file.rawValue, &answer)
        if problem == 0, answer > 0 {
            status.asked(.init(isThere: true, problem: nil), nil)
            return answer
        }
        let reason: PassthroughStatus.Reason =
            problem == 0 ? .refused(-answer) : .noHelper(problem)
        pause(problem == ETIMEDOUT || problem == 0 && reason.isLasting ? Self.longPause : Self.shortPause)
        let isThere = problem != ENOENT && problem != ECONNREFUSED
        if isThere { logger.warning("the kernel does not read a file by itself: \(reason.why)") }
        status.asked(.init(isThere: isThere, problem: isThere ? reason.why : "it is not there"), reason)
        return nil
    }

    /// Numbers that nobody uses any more. Those that cannot be given back end with the mount.
    func close(_ backings: [CInt]) {
        for backing in backings {
            guard let device else { return }
            var answer: Int32 = 0
            let problem = ask(UInt32(reprofs_backing_ask_close), UInt32(backing), device, -1, &answer)
            guard problem == 0 else { return pause(problem == ETIMEDOUT ? Self.longPause : Self.shortPause) }
        }
    }

    /// 0, or the errno for which there is no answer.
    private func ask(
        _ operation: UInt32, _ backing: UInt32, _ device: OwnedDescriptor, _ file: CInt, _ answer: inout Int32
    ) -> CInt {
        Activity.perform(.wait) {
            reprofs_helper_ask(operation, backing, device.rawValue, file, Self.patience, &answer) == 0 ? 0 : errno
        }
    }

    private func pause(_ seconds: Int) {
        let until = Backings.now + seconds
        state.withLock { $0.pausedUntil = max($0.pausedUntil, until) }
    }
}
