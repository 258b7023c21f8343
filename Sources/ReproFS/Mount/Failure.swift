import Recipe
import Store
package import SystemPackage

/// Why an operation fails: the errno for the program, the message for the log.
package struct Failure: Error {
    /// The errno that the program gets.
    package let errno: Errno
    /// The reason, for the log.
    package let message: String
    /// Whether it belongs in the log: damage does, an absent name does not.
    package let isNoteworthy: Bool

    init(_ errno: Errno, _ message: String, isNoteworthy: Bool = false) {
        self.errno = errno
        self.message = message
        self.isNoteworthy = isNoteworthy
    }

    /// The only place that gives errors an errno: those that views pass on from the store, and the adapter's own.
    package init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as StoreError:
            let (errno, isNoteworthy) = Self.answer(to: error)
            self.init(errno, error.description, isNoteworthy: isNoteworthy)
        case let error as NameError: self.init(Self.answer(to: error), error.description)
        default: self.init(.ioError, "\(error)", isNoteworthy: true)
        }
    }

    /// EROFS: the operation would change a view that only shows what there is.
    static let readOnly = Failure(.readOnlyFileSystem, "this tree is read-only")

    /// The errno of a name that no directory can have.
    private static func answer(to error: NameError) -> Errno {
        switch error {
        case .tooLong: .fileNameTooLong
        case .notUTF8: .illegalByteSequence
        case .empty, .absolute, .leavesTheFolder, .holdsNUL, .holdsSlash, .holdsBackslash, .isReserved, .notOfItsID:
            .invalidArgument
        }
    }

    /// The errno of a store's error. The switch has no default: a new error does not compile until one is chosen.
    private static func answer(to error: StoreError) -> (Errno, isNoteworthy: Bool) {
        switch error {
        case .notFound, .absent: (.noSuchFileOrDirectory, false)
        case .exists, .attributeExists: (.fileExists, false)
        // The kernel looks the name up again.
        case .gone: (.staleNFSFileHandle, false)
        case .isDirectory: (.isDirectory, false)
        case .notDirectory: (.notDirectory, false)
        case .notEmptyDirectory: (.directoryNotEmpty, false)
        case .loop: (.invalidArgument, false)
        case .isRead: (.textFileBusy, false)
        case .noAttribute: (.noData, false)
        case .noRoomForAttribute: (.noSpace, false)
        case .leased, .readOnlyStore, .olderStore: (.readOnlyFileSystem, false)
        case .noSpace: (.noSpace, true)
        case .leavesView: (.notPermitted, true)
        case .refusedReport: (.invalidArgument, true)
        case .system(_, _, let errno):
            // A program is told of its own mistakes; errors of the disk are also logged.
            switch errno {
            case .invalidArgument, .fileTooLarge, .notSupported, .noFunction: (errno, false)
            case .noSpace, .diskQuotaExceeded, .tooManyOpenFiles: (errno, true)
            default: (.ioError, true)
            }
        case .blobMissing, .blobDamaged, .catalogue, .moved, .unsuitable, .newerStore, .notAStore,
            .noCatalogue, .inUse, .notEmpty, .changedWhileRead, .conflict, .refusedName, .notAnImage, .textTooLong,
            .isModel, .interrupted:
            (.ioError, true)
        }
    }
}
