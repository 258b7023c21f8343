import Foundation
import GRDB
package import Recipe

// What `reprofs list` shows of snapshots and images.

/// A snapshot as `list snapshots` shows it.
package struct SnapshotListing: Sendable {
    /// The snapshot's id.
    package let id: Digest
    /// The beginning of the id that names it alone.
    package let short: String
    /// The name of its image.
    package let image: String
    /// How far it can be reproduced now.
    package let grade: Grade
    /// How many models it pins.
    package let models: Int
    /// When it was made.
    package let recorded: Timestamp
    /// Whether no other snapshot supersedes it.
    package let isCurrent: Bool
}

package struct ImageListing: Sendable {
    /// The path in by-image, which stands for this image alone.
    package let path: String
    /// Of the image's file.
    package let sha256: Digest
    /// The id of its current snapshot.
    package let snapshot: Digest
    /// How far it can be reproduced now.
    package let grade: Grade
    /// When the image was made, as far as is known.
    package let time: Timestamp
}

extension Store {
    /// Every snapshot, oldest first.
    package func forEachSnapshot(_ body: (SnapshotListing) throws -> Void) throws(StoreError) {
        var last: Int64 = 0
        while true {
            let rows = try snapshots(after: last, limit: 500)
            guard let newest = rows.last else { return }
            last = newest.id
            for row in rows {
                let listing = try listing(row)
                do { try body(listing) } catch { throw .catalogue("\(error)") }
            }
        }
    }

    func listing(_ row: SnapshotRow) throws(StoreError) -> SnapshotListing {
        let pins = try one(
            """
            SELECT (SELECT count(*) FROM pin WHERE pinSet = ?1 AND blob IS NOT NULL) AS models,
            EXISTS (SELECT 1 FROM image WHERE snapshot = ?2) AS isCurrent
            """, [row.models, row.id]
        ) { try (models: $0.value("models") as Int, isCurrent: $0.value("isCurrent") as Bool) }
        return SnapshotListing(
            id: row.digest, short: row.short.text, image: row.imageName,
            grade: try rendering(.json, of: row.id, named: row.imageName).grade, models: pins?.models ?? 0,
            recorded: row.recorded, isCurrent: pins?.isCurrent ?? false)
    }

    /// Every name in by-image with every image that has held it.
    package func forEachImage(_ body: (ImageListing) throws -> Void) throws(StoreError) {
        var last: Int64 = 0
        while true {
            let rows = try page(
                """
                \(DirectoryRow.paths) SELECT imageName.id, path.text || '/' || imageName.name AS path, imageName.name, imageName.time,
                imageName.newest, image.sha256, image.snapshot, snapshot.sha256 AS snapshotDigest
                FROM imageName JOIN path ON path.id = imageName.directory JOIN image ON image.id = imageName.image
                JOIN snapshot ON snapshot.id = image.snapshot WHERE imageName.id > ? ORDER BY imageName.id
                """, [DirectoryRow.Root.images.rawValue, last], 500
            ) { (id: try $0.id("id"), row: $0.copy()) }
            guard let newest = rows.last else { return }
            last = newest.id
            do {
                for (_, row) in rows {
                    guard let path = try [row].named({ try $0.path("path") }).first else { continue }
                    let image = try row.digest("sha256")
                    try body(
                        ImageListing(
                            path: try ImageListing.shown(path, image, isNewest: row.value("newest")), sha256: image,
                            snapshot: try row.digest("snapshotDigest"),
                            grade: try rendering(.json, of: row.value("snapshot"), named: row.value("name")).grade,
                            time: try row.time("time")))
                }
            } catch let error as StoreError { throw error } catch { throw .catalogue("\(error)") }
        }
    }
}
