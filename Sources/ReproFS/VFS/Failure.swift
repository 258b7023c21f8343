package import SystemPackage

/// Why an operation fails: the errno for the program, the words for the log.
package struct Failure: Error {
    package let errno: Errno
    package let message: String
    /// Whether it belongs in the log: damage does, an absent name doesn't.
    package let isNoteworthy: Bool

    package init(_ errno: Errno, _ message: String, isNoteworthy: Bool = false) {
        self.errno = errno
        self.message = message
        self.isNoteworthy = isNoteworthy
    }

    package static let readOnly = Failure(.readOnlyFileSystem, "this tree is read-only")
    /// The node's row is gone, or its name leads to another; the kernel looks the name up again.
    static let stale = Failure(.staleNFSFileHandle, "the node is gone")
}
