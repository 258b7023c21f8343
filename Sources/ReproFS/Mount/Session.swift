import CFuse
import Recipe

/// Sends the kernel messages that are not replies. Valid until the session is destroyed.
struct Session: Sendable {
    /// libfuse itself locks what it needs to send a message.
    private let address: UInt

    init(_ session: OpaquePointer) { address = UInt(bitPattern: session) }

    private var pointer: OpaquePointer? { OpaquePointer(bitPattern: address) }

    /// Makes the kernel ask for a file's attributes again. It keeps the pages, so a program that has an old text open can read it to its
    /// end.
    func forgetAttributes(of id: NodeID) {
        guard let pointer else { return }
        fuse_lowlevel_notify_inval_inode(pointer, id.rawValue, -1, 0)
    }

    /// Answers requests until it is told to end; a negative errno if the connection broke.
    func serve(_ configuration: OpaquePointer) -> CInt {
        guard let pointer else { return 0 }
        return reprofs_session_loop(pointer, configuration)
    }

    /// Stops reading requests. Threads that wait for one do not notice it by themselves.
    func exit() { if let pointer { fuse_session_exit(pointer) } }

    /// Destroys the session.
    func destroy() {
        guard let pointer else { return }
        fuse_session_unmount(pointer)
        fuse_session_destroy(pointer)
    }
}
