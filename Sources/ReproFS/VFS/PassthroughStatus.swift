import Glibc
import Store

/// Whether the kernel reads blobs by itself, and if not, exactly why and what can be done: what `.reprofs/status` says.
package final class PassthroughStatus: Sendable {
    /// Why the kernel does not read by itself.
    package struct Reason: Sendable {
        /// A part of a sentence: "the kernel does not read models by itself: …".
        package let why: String
        /// What the user can do about it; nil if nothing can be done.
        package let advice: String?
        /// Whether no other file would fare better.
        let isLasting: Bool

        init(_ why: String, advice: String?, isLasting: Bool = true) {
            self.why = why
            self.advice = advice
            self.isLasting = isLasting
        }

        static let service = "mount it as a system service: reprofs service install --system"
        static let helper = "have root install the helper: reprofs service install --helper"

        static let notAskedFor = Reason("it was switched off with --no-passthrough", advice: nil)
        static let noPrivilege = Reason(
            "the process that serves the mount lacks CAP_SYS_ADMIN in the first user namespace", advice: service)
        /// The helper gave no answer, for this errno.
        static func noHelper(_ problem: CInt) -> Reason {
            switch problem {
            case ENOENT, ECONNREFUSED: Reason(noPrivilege.why, advice: helper)
            case EPIPE, ECONNRESET, EAGAIN: refused(EAGAIN)
            case ETIMEDOUT: Reason("the helper reprofs-backing gives no answer", advice: nil, isLasting: false)
            case let other:
                Reason(
                    "the helper reprofs-backing cannot be asked: \(String(cString: strerror(other)))", advice: nil,
                    isLasting: false)
            }
        }
        /// The helper refused a file with this errno.
        static func refused(_ problem: CInt) -> Reason {
            switch problem {
            case ENOTCONN:
                Reason(
                    "the helper reprofs-backing cannot see whose the mount is",
                    advice: "it takes a kernel that tells the number of a connection, such as Linux 6.16")
            case EACCES: Reason("the mount belongs to another user than its process", advice: service)
            case EXDEV:
                Reason(
                    "the store's file system is not one of those that the helper reprofs-backing hands over",
                    advice: "put the store on a local file system, such as ext4, XFS or btrfs, which root has mounted")
            case ENOENT:
                Reason(
                    "the helper reprofs-backing does not see the store's file system, which is mounted for some processes alone",
                    advice: "mount ReproFS outside of containers and other mount namespaces")
            case EDQUOT, ENFILE, EAGAIN:
                Reason("the helper reprofs-backing has too much to do", advice: nil, isLasting: false)
            case let other: Reason(refusal: other)
            }
        }
        static func oldKernel(_ release: String) -> Reason {
            Reason(
                "Linux \(release) does not offer it",
                advice: "it takes Linux 6.9 or later, built with CONFIG_FUSE_PASSTHROUGH")
        }
        static func noClone(_ problem: String) -> Reason {
            Reason("no read-only view of the blobs can be made: \(problem)", advice: service)
        }

        /// From the errno with which the kernel refused a file.
        init(refusal: CInt) {
            switch refusal {
            case EPERM: self = .noPrivilege
            case ELOOP:
                self.init(
                    "the store lies on a file system that is stacked on others",
                    advice: "put the store on a file system of its own, such as ext4, XFS or btrfs")
            case EOPNOTSUPP, EINVAL, ENODEV:
                self.init(
                    "the store's file system cannot be read that way",
                    advice: "put the store on a local file system, such as ext4, XFS or btrfs")
            case let other:
                self.init(
                    "the kernel refused a file: \(String(cString: strerror(other)))", advice: nil, isLasting: false)
            }
        }
    }

    /// The process that has the right where the mount lacks it.
    package struct Helper: Sendable {
        /// Whether it listens.
        package let isThere: Bool
        /// Why it is not used; nil where it is.
        package let problem: String?
    }

    private struct State {
        var reason: Reason? = Reason("the mount is not up yet", advice: nil)
        var helper: Helper?
    }

    private let state = Lock(.report, State())
    package init() {}

    /// Nil while the kernel reads by itself.
    package var problem: Reason? { state.withLock { $0.reason } }
    /// Nil where none is needed.
    package var helper: Helper? { state.withLock { $0.helper } }

    func turnOn() { state.withLock { $0.reason = nil } }
    func turnOff(_ why: Reason) { state.withLock { $0.reason = why } }
    /// What came of asking the helper last.
    func asked(_ helper: Helper, _ reason: Reason?) {
        state.withLock { $0 = State(reason: reason, helper: helper) }
    }
}
