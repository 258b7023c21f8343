import Glibc
import Recipe
import Store

/// Whether the kernel reads blobs directly, and if not, why, and what the user can do about it. `.reprofs/status` shows it.
package final class PassthroughStatus: Sendable {
    /// Why the kernel does not read models directly.
    package struct Reason: Sendable {
        /// A part of a sentence: "the kernel does not read models by itself: …".
        package let why: String
        /// What the user can do about it; nil if nothing can be done.
        package let advice: String?
        /// Whether it concerns all files, and not only the one that was tried.
        let isLasting: Bool

        init(_ why: String, advice: String?, isLasting: Bool = true) {
            self.why = why
            self.advice = advice
            self.isLasting = isLasting
        }

        static var service: String {
            "mount it as a system service: \(ShellCommand.reprofs("service install --system"))"
        }
        /// `isInstalled`: whether systemd was told of the helper, which does not listen then.
        private static func helper(isInstalled: Bool) -> String {
            guard isInstalled else {
                return "have root install the helper: \(ShellCommand.reprofs("service install --helper"))"
            }
            return """
                the helper is installed, but \(BackingUnits.socket) does not listen; have root start it: \
                \(ShellCommand.line("systemctl restart", BackingUnits.socket)); \
                '\(ShellCommand.line("systemctl status", BackingUnits.socket))' says why
                """
        }

        static let notAskedFor = Reason("it was switched off with --no-passthrough", advice: nil)
        static let noPrivilege = Reason(
            "the process that serves the mount lacks CAP_SYS_ADMIN in the first user namespace", advice: service)
        /// The helper gave no answer, and asking it failed with this errno.
        package static func noHelper(_ problem: CInt, isInstalled: Bool) -> Reason {
            switch problem {
            case ENOENT, ECONNREFUSED: Reason(noPrivilege.why, advice: helper(isInstalled: isInstalled))
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
                    "the helper reprofs-backing cannot see who owns the mount",
                    advice: "it takes a kernel that tells the number of a connection, such as Linux 6.16")
            case EACCES: Reason("the mount and its process belong to different users", advice: service)
            case EXDEV:
                Reason(
                    "the helper reprofs-backing does not register files of the store's file system",
                    advice: "put the store on a local file system, such as ext4, XFS or btrfs, which root has mounted")
            case ENOENT:
                Reason(
                    "the store's file system is mounted in a mount namespace that the helper reprofs-backing does not see",
                    advice: "mount ReproFS outside of containers and other mount namespaces")
            case EDQUOT, ENFILE, EAGAIN:
                Reason("the helper reprofs-backing has too many requests", advice: nil, isLasting: false)
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
                    "the store is on a file system that is stacked on others",
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

    /// The helper, which registers files for a mount that may not.
    package struct Helper: Sendable {
        /// Whether it listens.
        package let isThere: Bool
        /// Why it is not used; nil if it is.
        package let problem: String?
    }

    private struct State {
        var reason: Reason? = Reason("the mount is not up yet", advice: nil)
        var helper: Helper?
    }

    private let state = Lock(.report, State())
    package init() {}

    /// Nil while the kernel reads models directly.
    package var problem: Reason? { state.withLock { $0.reason } }
    /// Nil if the mount needs no helper.
    package var helper: Helper? { state.withLock { $0.helper } }

    func turnOn() { state.withLock { $0.reason = nil } }
    func turnOff(_ why: Reason) { state.withLock { $0.reason = why } }
    /// Records the result of the last request to the helper.
    func asked(_ helper: Helper, _ reason: Reason?) {
        state.withLock { $0 = State(reason: reason, helper: helper) }
    }
}
