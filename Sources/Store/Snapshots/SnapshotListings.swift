import Foundation
import GRDB
package import Recipe

// What `reprofs list` shows of snapshots and images.

/// A snapshot as `list snapshots` shows it.
package struct SnapshotListing: Sendable {
    /// The snapshot's id.
    package let id: Digest
    /// The shortest beginning of the id that is a name in `by-snapshot`.
    package let short: String
    /// The name of its image.
    package let image: String
    /// How far it can be reproduced now.
    package let grade: Grade
    /// How many models it pins.
    package let models: Int
    /// When it was made.
    package let recorded: Timestamp
    /// The image's snapshot with better evidence, if there is one.
    package let supersededBy: Digest?
}

package struct ImageListing: Sendable {
    /// The path in `by-image` of exactly this image.
    package let path: String
    /// The digest of the image's file.
    package let sha256: Digest
    /// The id of its current snapshot.
    package let snapshot: Digest
    /// How far it can be reproduced now.
    package let grade: Grade
    /// When the image was made, as far as it is known.
    package let time: Timestamp
}

extension Store {
    /// Every snapshot, or some of them, the oldest first.
    package func forEachSnapshot(
        _ filter: ImageFilter = .init(), _ body: (SnapshotListing) throws -> Void
    ) throws(StoreError) {
        let rows = try page(
            """
            SELECT id FROM snapshot WHERE \(Self.pins("?1")) AND (?2 IS NULL OR recorded >= ?2)
            AND (?3 IS NULL OR EXISTS (SELECT 1 FROM imageName WHERE imageName.image = snapshot.image
                AND instr(lower(imageName.name), lower(?3))))
            ORDER BY \(filter.limit == nil ? "id" : "id DESC")
            """, [try rows(of: filter.models), filter.since?.nanoseconds, filter.text], Int(Int32.max)
        ) { try $0.id("id") }
        try each(rows, newest: filter.limit) { ids throws(StoreError) in
            var listed: [SnapshotListing] = []
            for id in ids { if let row = try snapshot(id) { listed.append(try listing(row)) } }
            return listed
        } where: {
            filter.isWanted($0.grade)
        } _: {
            try body($0)
        }
    }

    func listing(_ row: SnapshotRow) throws(StoreError) -> SnapshotListing {
        let pins = try one(
            """
            SELECT (SELECT count(*) FROM pin WHERE pinSet = ?1 AND blob IS NOT NULL) AS models,
            (SELECT newer.sha256 FROM snapshot AS own JOIN image ON image.id = own.image
                JOIN snapshot AS newer ON newer.id = image.snapshot WHERE own.id = ?2 AND newer.id <> own.id) AS newer
            """, [row.models, row.id]
        ) {
            try (models: $0.value("models") as Int, newer: ($0.value("newer") as Data?).map { try Digest(column: $0) })
        }
        return SnapshotListing(
            id: row.digest, short: row.short.text, image: row.imageName,
            grade: try rendering(.json, of: row.id, named: row.imageName).grade, models: pins?.models ?? 0,
            recorded: row.recorded, supersededBy: pins?.newer)
    }

    /// Every name in `by-image` with every image that has had it, or some of them, the oldest first.
    package func forEachImage(
        _ filter: ImageFilter = .init(), _ body: (ImageListing) throws -> Void
    ) throws(StoreError) {
        let rows = try page(
            """
            \(DirectoryRow.paths) SELECT imageName.id
            FROM imageName JOIN path ON path.id = imageName.directory JOIN image ON image.id = imageName.image
            JOIN snapshot ON snapshot.id = image.snapshot WHERE \(Self.pins("?2"))
            AND (?3 IS NULL OR imageName.time >= ?3)
            AND (?4 IS NULL OR instr(lower(path.text || '/' || imageName.name), lower(?4)))
            ORDER BY \(filter.limit == nil ? "imageName.id" : "imageName.time DESC, imageName.id DESC")
            """,
            [
                DirectoryRow.Root.images.rawValue, try rows(of: filter.models), filter.since?.nanoseconds, filter.text,
            ], Int(Int32.max)
        ) { try $0.id("id") }
        try each(rows, newest: filter.limit) { ids throws(StoreError) in
            let images = try self.images(inRows: ids)
            var listed: [ImageListing] = []
            for image in ids.compactMap({ images[$0] }) { listed.append(try listing(image)) }
            return listed
        } where: {
            filter.isWanted($0.grade)
        } _: {
            try body($0)
        }
    }

    private func listing(_ image: NamedImage) throws(StoreError) -> ImageListing {
        ImageListing(
            path: image.path, sha256: image.image, snapshot: image.snapshotID,
            grade: try rendering(.json, of: image.snapshot, named: image.name.text).grade, time: image.time)
    }
}
