import CFuse
import Recipe

/// What the kernel is told without having asked. Good until the session is destroyed.
struct Session: Sendable {
    /// libfuse locks what it needs to send a message.
    private let address: UInt

    init(_ session: OpaquePointer) { address = UInt(bitPattern: session) }

    private var pointer: OpaquePointer? { OpaquePointer(bitPattern: address) }

    /// The kernel asks for the attributes again; its pages stay, so who has an old text open reads it to its end.
    func forgetAttributes(of id: NodeID) {
        guard let pointer else { return }
        fuse_lowlevel_notify_inval_inode(pointer, id.rawValue, -1, 0)
    }

    /// Answers requests until it is told to end; a negative errno where the connection broke.
    func serve(_ configuration: OpaquePointer) -> CInt {
        guard let pointer else { return 0 }
        return reprofs_session_loop(pointer, configuration)
    }

    /// Nothing more is read. Threads that wait for a request do not notice it by themselves.
    func exit() { if let pointer { fuse_session_exit(pointer) } }

    /// The end of it.
    func destroy() {
        guard let pointer else { return }
        fuse_session_unmount(pointer)
        fuse_session_destroy(pointer)
    }
}
