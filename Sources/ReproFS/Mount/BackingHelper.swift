import CBacking
import Glibc
import Logging
import Store
import SystemPackage

extension BackingUnits {
    static var areInstalled: Bool { access(directory.appending(socket).string, F_OK) == 0 }
}

/// Asks the system service reprofs-backing to register files with the kernel, which takes CAP_SYS_ADMIN; an ordinary user's mount lacks it.
///
/// An open waits for one request at most, and a request for a bounded time. After a request that failed, none is made for a while, and
/// files are read through ReproFS.
final class BackingHelper: Sendable {
    /// How long a request may take. Milliseconds.
    private static let patience: CInt = 200
    /// How long the helper is not asked after an immediate failure, and after a failure that took time. Seconds.
    private static let shortPause = 1, longPause = 10

    private struct State {
        /// The connection to the kernel; nil before passthrough is agreed and after the end. It is a duplicate, so that its number cannot become
        /// another file's during a request.
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

    /// Whether an open would ask the helper now, and so might wait.
    var isAsked: Bool { device != nil }

    private var device: OwnedDescriptor? {
        state.withLock { $0.pausedUntil <= Backings.now ? $0.device : nil }
    }

    /// Registers a file and returns its backing id; nil if that fails. The caller must not hold a lock.
    func open(_ file: OwnedDescriptor) -> CInt? {
        guard let device else { return nil }
        var answer: Int32 = 0
        let problem = ask(UInt32(reprofs_backing_ask_open), 0, device, file.rawValue, &answer)
        if problem == 0, answer > 0 {
            status.asked(.init(isThere: true, problem: nil), nil)
            return answer
        }
        let reason: PassthroughStatus.Reason =
            problem == 0 ? .refused(-answer) : .noHelper(problem, isInstalled: BackingUnits.areInstalled)
        pause(problem == ETIMEDOUT || problem == 0 && reason.isLasting ? Self.longPause : Self.shortPause)
        let isThere = problem != ENOENT && problem != ECONNREFUSED
        if isThere { logger.warning("the kernel does not read a file by itself: \(reason.why)") }
        status.asked(.init(isThere: isThere, problem: isThere ? reason.why : "it is not there"), reason)
        return nil
    }

    /// Closes unused backing ids. Those that cannot be closed end with the mount.
    func close(_ backings: [CInt]) {
        for backing in backings {
            guard let device else { return }
            var answer: Int32 = 0
            let problem = ask(UInt32(reprofs_backing_ask_close), UInt32(backing), device, -1, &answer)
            guard problem == 0 else { return pause(problem == ETIMEDOUT ? Self.longPause : Self.shortPause) }
        }
    }

    /// 0, or the errno of the failed request.
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
