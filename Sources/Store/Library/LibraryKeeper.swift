import GRDB
import Recipe

/// Keeps the rows of the library in step: what a transaction of this process changes of an image is in its row when that commits, as
/// long as it is little. The rest waits in `libraryChange` for ``Store/updateLibrary(pieces:mayGoOn:)``.
final class LibraryKeeper: CatalogueParticipant {
    /// Images of one transaction whose rows are made within it.
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
        // What folds under an image that was changed is noted as this goes.
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

extension Database {
    /// Makes the row of an image anew; nil where its recipe has to be made before, and then it waits as it did.
    func updateLibrary(_ image: Int64, _ files: BlobFiles) throws -> LibraryReading.Result {
        let old = try libraryRow(of: image)
        let result = try LibraryReading(files: files, db: self).read(image, old)
        let new: LibraryRow?
        switch result {
        case .stale: return result
        case .none: new = nil
        case .row(let row): new = row
        }
        try replace(old, with: new)
        try execute(cachedStatement(sql: "DELETE FROM libraryChange WHERE image = ?"), [image])
        if old?.fold.base != new?.fold.base || new == nil {
            try execute(
                cachedStatement(
                    sql: "INSERT OR IGNORE INTO libraryChange SELECT image FROM libraryImage WHERE subject = ?"),
                [image])
        }
        try execute(
            cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO libraryChange SELECT libraryImage.image FROM snapshot JOIN libraryImage
                    ON awaited IN (lower(hex(snapshot.sha256)), snapshot.short) WHERE snapshot.image = ?
                    """), [image])
        return result
    }
}

extension Store {
    /// Works off what came since the library's rows were made, or may have another grade now, each piece in a transaction of its own.
    ///
    /// Returns whether nothing is left. `mayGoOn` is asked after each of the pieces.
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

    /// Images of one transaction, whose recipes may have to be made: the writer is kept from others for some tens of milliseconds.
    private static let libraryPiece = 32

    func pendingInLibrary() throws(StoreError) -> Int {
        try one("SELECT count(*) FROM libraryChange", []) { try $0.value(0) } ?? 0
    }
}
