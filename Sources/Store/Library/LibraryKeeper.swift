import GRDB
import Recipe

/// Keeps the library's rows up to date: if a transaction of this process changes a few images, their rows are made before it commits. More
/// changes wait in `libraryChange` for ``Store/updateLibrary(pieces:mayGoOn:)``.
final class LibraryKeeper: CatalogueParticipant {
    /// How many images of one transaction get their rows within it.
    private static let limit = 128

    private let files: BlobFiles
    private let changed: Lock<[Int64]>

    init(_ catalogue: Catalogue, _ files: BlobFiles) {
        self.files = files
        changed = Lock(.library, [])
        catalogue.add(self)
    }

    func began(_ db: Database) { changed.withLock { $0 = [] } }

    func willCommit(_ db: Database) throws {
        var count = 0
        // While this runs, images that fold under a changed image are noted as changed, too.
        while let image = changed.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            count += 1
            guard count <= Self.limit else { return }
            _ = try db.updateLibrary(image, files)
        }
    }

    func ended(isCommitted: Bool) { changed.withLock { $0 = [] } }
}

extension LibraryKeeper: TransactionObserver {
    func observes(eventsOfKind kind: DatabaseEventKind) -> Bool {
        if case .insert("libraryChange") = kind { true } else { false }
    }
    func databaseDidChange(with event: DatabaseEvent) {
        let image = event.rowID
        changed.withLock { if $0.count <= Self.limit { $0.append(image) } }
    }
    func databaseDidCommit(_ db: Database) {}
    func databaseDidRollback(_ db: Database) {}
}

extension Store {
    /// Updates the rows of images that are new or may have another grade, each piece in a transaction of its own.
    ///
    /// Returns whether nothing is left. `mayGoOn` is checked after each piece.
    @discardableResult
    package func updateLibrary(pieces: Int = .max, mayGoOn: () -> Bool = { true }) throws(StoreError) -> Bool {
        for _ in 0..<pieces {
            let images = try page("SELECT image FROM libraryChange ORDER BY image", [], Self.libraryPiece) {
                try $0.value(0) as Int64
            }
            if images.isEmpty { return true }
            try catalogue.write { db in
                for image in images {
                    guard case .stale(let snapshot, let name) = try db.updateLibrary(image, files) else { continue }
                    try renderAnyway(snapshot, named: name, db)
                    _ = try db.updateLibrary(image, files)
                }
            }
            if !mayGoOn() { break }
        }
        return try pendingInLibrary() == 0
    }

    /// How many images one transaction updates. Their recipes may have to be rendered, so other writers wait some tens of milliseconds.
    private static let libraryPiece = 32

    func pendingInLibrary() throws(StoreError) -> Int {
        try one("SELECT count(*) FROM libraryChange", []) { try $0.value(0) } ?? 0
    }
}
