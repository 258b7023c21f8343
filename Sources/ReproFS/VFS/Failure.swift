import Recipe
package import SystemPackage

/// Why an operation fails: the errno for the program, the words for the log.
package struct Failure: Error {
    /// What the program that asked is answered.
    package let errno: Errno
    /// Why, for the log.
    package let message: String
    /// Whether it belongs in the log: damage does, an absent name doesn't.
    package let isNoteworthy: Bool

    package init(_ errno: Errno, _ message: String, isNoteworthy: Bool = false) {
        self.errno = errno
        self.message = message
        self.isNoteworthy = isNoteworthy
    }

    /// The errno of a name that no directory can have.
    init(_ error: NameError) {
        switch error {
        case .tooLong: self.init(.fileNameTooLong, error.description)
        case .notUTF8: self.init(.illegalByteSequence, error.description)
        case .empty, .absolute, .leavesTheFolder, .holdsNUL, .holdsSlash, .holdsBackslash, .isReserved, .notOfItsID:
            self.init(.invalidArgument, error.description)
        }
    }

    /// EROFS: what is asked would change a view that shows what is.
    package static let readOnly = Failure(.readOnlyFileSystem, "this tree is read-only")
    /// The node's row is gone, or its name leads to another; the kernel looks the name up again.
    static let stale = Failure(.staleNFSFileHandle, "the node is gone")
}
