import Store
import SystemPackage

extension Failure {
    /// The errno of a store's error. The switch has no default: a new error does not compile until one is chosen.
    init(_ error: StoreError) {
        switch error {
        case .blobMissing, .blobDamaged: self.init(.ioError, error.description, isNoteworthy: true)
        case .notFound: self.init(.noSuchFileOrDirectory, error.description)
        case .system(_, _, let errno):
            self.init(errno == .noSpace ? .noSpace : .ioError, error.description, isNoteworthy: true)
        case .noSpace: self.init(.noSpace, error.description, isNoteworthy: true)
        case .catalogue, .unsafeCatalogue, .newerStore, .notAStore, .notEmpty, .changedWhileRead, .conflict,
            .refusedName,
            .notAnImage, .refusedReport:
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
