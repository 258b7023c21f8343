import GRDB
package import Recipe

/// What was made from an image: the newest images, and how many there are.
package struct Descendants: Sendable {
    /// Variations and reproductions.
    package let varied: [LibraryEntry]
    package let variedCount: Int
    /// Images for which it was an input.
    package let used: [LibraryEntry]
    package let usedCount: Int
}

extension Store {
    /// What was made from an image itself, the newest first: so many of each kind at most.
    package func descendants(ofImage digest: Digest, limit: Int) throws(StoreError) -> Descendants {
        try catalogue.read { db in
            guard let image = try db.image(digest) else {
                throw StoreError.notFound("the image \(digest.hex.prefix(12))")
            }
            let varied = LibraryStatement(sql: "FROM libraryImage AS i WHERE i.subject = ?", arguments: [image])
            let used = LibraryStatement(
                sql: """
                    FROM libraryImage AS i WHERE i.image IN (SELECT snapshot.image FROM blob JOIN pin ON pin.blob = blob.id
                    JOIN snapshot ON snapshot.inputs = pin.pinSet WHERE blob.sha256 = ?) AND i.image <> ?
                    """, arguments: [digest.data, image])
            func newest(_ which: LibraryStatement) throws -> [LibraryEntry] {
                let places = try Int64.fetchAll(
                    db, sql: "SELECT i.place \(which.sql) ORDER BY i.place DESC LIMIT ?",
                    arguments: which.arguments + [limit])
                return try db.libraryEntries(at: places, .newest)
            }
            func count(_ which: LibraryStatement) throws -> Int {
                try Int.fetchOne(db, sql: "SELECT count(*) \(which.sql)", arguments: which.arguments) ?? 0
            }
            return Descendants(
                varied: try newest(varied), variedCount: try count(varied), used: try newest(used),
                usedCount: try count(used))
        }
    }
}
