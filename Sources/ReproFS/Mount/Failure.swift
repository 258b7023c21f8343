import Recipe
import Store
package import SystemPackage

/// Why an operation fails: the errno for the program, the words for the log.
package struct Failure: Error {
    /// What the program that asked is answered.
    package let errno: Errno
    /// Why, for the log.
    package let message: String
    /// Whether it belongs in the log: damage does, an absent name doesn't.
    package let isNoteworthy: Bool

    init(_ errno: Errno, _ message: String, isNoteworthy: Bool = false) {
        self.errno = errno
        self.message = message
        self.isNoteworthy = isNoteworthy
    }

    /// The one place where what an operation throws gets its errno: of a view what the store threw, of the adapter its own.
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

    /// EROFS: what is asked would change a view that shows what is.
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
            // What a program did wrong it is told; what the disk did, everybody is.
            switch errno {
            case .invalidArgument, .fileTooLarge, .notSupported, .noFunction: (errno, false)
            case .noSpace, .diskQuotaExceeded, .tooManyOpenFiles: (errno, true)
            default: (.ioError, true)
            }
        case .blobMissing, .blobDamaged, .catalogue, .moved, .unsafeCatalogue, .unsuitable, .newerStore, .notAStore,
            .noCatalogue, .inUse, .notEmpty, .changedWhileRead, .conflict, .refusedName, .notAnImage, .isModel,
            .interrupted:
            (.ioError, true)
        }
    }
}
