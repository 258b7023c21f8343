import Foundation
import GRDB
package import Recipe

// Look-ups by name and pages by id, for the views. A page never uses an offset, so every page costs the same.

private let modelColumns = """
    SELECT *, (SELECT max(number) FROM version JOIN blob ON blob.id = version.blob
        WHERE version.model = model.id AND blob.dropped IS NULL) AS newest FROM model
    """
private let versionColumns = """
    SELECT version.id, version.number, model.directory, model.name, version.modified, version.recorded, version.blob,
    blob.sha256, blob.size, blob.private
    FROM version JOIN model ON model.id = version.model JOIN blob ON blob.id = version.blob
    """
private let blobColumns = "SELECT \(Blob.columns) FROM blob"

extension Store {
    /// The name of this row; nil if there is none.
    package func model(_ id: Int64) throws(StoreError) -> ModelRow? {
        try one("\(modelColumns) WHERE id = ?", [id], ModelRow.init)
    }

    /// The name of a model in a directory; nil if there has never been one.
    package func model(named name: EntryName, in directory: Int64) throws(StoreError) -> ModelRow? {
        try one("\(modelColumns) WHERE directory = ? AND name = ?", [directory, name.databaseValue], ModelRow.init)
    }

    /// A page of names in a directory, ordered by row: those after `id`.
    package func models(in directory: Int64, after id: Int64, limit: Int) throws(StoreError) -> [ModelRow] {
        try page(
            "\(modelColumns) WHERE directory = ? AND id > ? ORDER BY id", [directory, id], limit, ModelRow.init)
    }

    /// The version of this row; nil if there is none.
    package func version(_ id: Int64) throws(StoreError) -> VersionRow? {
        try one("\(versionColumns) WHERE version.id = ?", [id], VersionRow.init)
    }

    /// The version of this number; nil if the name has none.
    package func version(_ number: Int, of model: Int64) throws(StoreError) -> VersionRow? {
        try one(
            "\(versionColumns) WHERE version.model = ? AND version.number = ? AND blob.dropped IS NULL",
            [model, number], VersionRow.init)
    }

    /// A page of a name's versions, the oldest first: those after `id`.
    package func versions(of model: Int64, after id: Int64, limit: Int) throws(StoreError) -> [VersionRow] {
        try page(
            "\(versionColumns) WHERE version.model = ? AND version.id > ? AND blob.dropped IS NULL ORDER BY version.id",
            [model, id], limit, VersionRow.init)
    }

    /// The blob of this row; nil if there is none.
    package func blob(_ id: Int64) throws(StoreError) -> Blob? {
        try one("\(blobColumns) WHERE id = ?", [id], Blob.init)
    }

    /// The blob with these bytes; nil if there is none.
    package func blob(_ digest: Digest) throws(StoreError) -> Blob? {
        try one("\(blobColumns) WHERE sha256 = ? AND dropped IS NULL", [digest.data], Blob.init)
    }

    /// The only blob whose digest begins with `prefix`; nil if there is none or more than one.
    package func blob(_ prefix: DigestPrefix) throws(StoreError) -> Blob? {
        let found = try page(
            "\(blobColumns) WHERE sha256 BETWEEN ? AND ? AND dropped IS NULL", [Data(prefix.low), Data(prefix.high)], 2,
            Blob.init)
        return found.count == 1 ? found[0] : nil
    }

    /// A page of all blobs, ordered by row: those after `id`.
    package func blobs(after id: Int64, limit: Int) throws(StoreError) -> [Blob] {
        try page("\(blobColumns) WHERE id > ? AND dropped IS NULL ORDER BY id", [id], limit, Blob.init)
    }

    func one<Result>(
        _ sql: String, _ arguments: StatementArguments, _ make: (Row) throws -> Result
    ) throws(StoreError) -> Result? {
        try catalogue.readOne { db in
            guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments) else { return nil }
            return try make(row)
        }
    }

    func page<Result>(
        _ sql: String, _ arguments: StatementArguments, _ limit: Int, _ make: (Row) throws -> Result
    ) throws(StoreError) -> [Result] {
        // The statement has no limit, because rows with bad names are skipped and a page that is not full ends a listing.
        try catalogue.readOne { db in
            let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
            var made: [Result] = []
            while made.count < limit, let row = try rows.next() {
                do { made.append(try make(row)) } catch  where error.isOfRow { continue }
            }
            return made
        }
    }
}
