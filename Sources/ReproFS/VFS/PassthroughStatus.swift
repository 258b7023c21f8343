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

        static let notAskedFor = Reason("it was switched off with --no-passthrough", advice: nil)
        static let noPrivilege = Reason(
            "the process that serves the mount lacks CAP_SYS_ADMIN in the first user namespace", advice: service)
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

    private let reason = Lock(.report, Reason?.some(Reason("the mount is not up yet", advice: nil)))
    package init() {}

    /// Nil while the kernel reads by itself.
    package var problem: Reason? { reason.withLock { $0 } }
    func turnOn() { reason.withLock { $0 = nil } }
    func turnOff(_ why: Reason) { reason.withLock { $0 = why } }
}
