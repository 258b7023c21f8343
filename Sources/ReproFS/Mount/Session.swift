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

    /// The kernel looks the name up again.
    func forget(_ name: EntryName, in parent: NodeID) {
        guard let pointer else { return }
        fuse_lowlevel_notify_inval_entry(pointer, parent.rawValue, name.text, name.utf8.count)
    }
}
