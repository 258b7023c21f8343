import Store
import SystemPackage

extension Failure {
    /// The errno of a store's error. The switch has no default: a new error does not compile until one is chosen.
    init(_ error: StoreError) {
        switch error {
        case .blobMissing, .blobDamaged: self.init(.ioError, error.description, isNoteworthy: true)
        case .notFound: self.init(.noSuchFileOrDirectory, error.description)
        case .system(_, _, let errno):
            // What a program did wrong it is told; what the disk did, everybody is.
            let isOwn = [.invalidArgument, .fileTooLarge, .notSupported, .noFunction].contains(errno)
            let isKept = isOwn || [.noSpace, .diskQuotaExceeded, .tooManyOpenFiles].contains(errno)
            self.init(isKept ? errno : .ioError, error.description, isNoteworthy: !isOwn)
        case .noSpace: self.init(.noSpace, error.description, isNoteworthy: true)
        case .absent: self.init(.noSuchFileOrDirectory, error.description)
        case .exists: self.init(.fileExists, error.description)
        case .gone: self.init(.staleNFSFileHandle, error.description)
        case .isDirectory: self.init(.isDirectory, error.description)
        case .notDirectory: self.init(.notDirectory, error.description)
        case .notEmptyDirectory: self.init(.directoryNotEmpty, error.description)
        case .attributeExists: self.init(.fileExists, error.description)
        case .noAttribute: self.init(.noData, error.description)
        case .noRoomForAttribute: self.init(.noSpace, error.description)
        case .isRead: self.init(.textFileBusy, error.description)
        case .loop: self.init(.invalidArgument, error.description)
        case .leavesView: self.init(.notPermitted, error.description, isNoteworthy: true)
        case .leased, .readOnlyStore, .olderStore: self.init(.readOnlyFileSystem, error.description)
        case .catalogue, .moved, .unsafeCatalogue, .unsuitable, .newerStore, .notAStore, .noCatalogue, .inUse,
            .notEmpty,
            .changedWhileRead,
            .conflict,
            .refusedName,
            .notAnImage, .isModel, .refusedReport, .interrupted:
            self.init(.ioError, error.description, isNoteworthy: true)
        }
    }
}

/// Runs a call of the store and gives its error an errno.
func asking<Result>(_ body: () throws(StoreError) -> Result) throws(Failure) -> Result {
    do { return try body() } catch { throw Failure(error) }
}

extension Store {
    /// The directory of a node that the kernel knows; `stale` where its row is gone.
    func present(_ row: Int64, known: DirectoryRow? = nil) throws(Failure) -> DirectoryRow {
        if let known { return known }
        guard let found = try asking({ () throws(StoreError) in try directory(row) }) else { throw .stale }
        return found
    }
}
