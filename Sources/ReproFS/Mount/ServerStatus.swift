import Glibc
import Recipe

/// Reads back what `.reprofs/status` says.
enum ServerStatus {
    /// The process that serves the mount, when it runs on this machine in this process namespace.
    static func process(in status: JSON) -> pid_t? {
        status["process"]?.number?.int.flatMap { pid_t(exactly: $0) }
    }
}
