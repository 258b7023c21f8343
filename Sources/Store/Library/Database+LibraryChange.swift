import GRDB
import Recipe

// Everything that is written into `libraryChange`, except by triggers.

extension Database {
    /// Makes the row of an image anew; if its recipe has to be rendered first, the image goes on waiting.
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
