import Foundation
import GRDB
package import Recipe

/// A model's name: how much it holds, and how many images were made with what it has held.
package struct ModelEntry: Sendable {
    /// Its row, which never stands for another one.
    package let id: Int64
    /// The folder of the models directory.
    package let folder: String
    /// The path in the folder.
    package let name: String
    /// How many versions the name has had.
    package let versions: Int
    /// The number of the version that the name holds now.
    package let live: Int?
    /// Bytes of the versions that the store can give.
    package let size: Int
    /// Images of the library that were made with bytes that the name has had.
    package let images: Int
    /// When a name got other bytes last, a mount saw one of its versions opened, or an image was made with one; nil: never.
    package let lastUsed: Timestamp?

    /// As `list models` shows it.
    package var fullName: String { "\(folder)/\(name)" }
}

/// Which images use which bytes, in SQL. The library's blocks and members tell how many images there are and which is the newest, so no
/// image is read, except for those that still wait for their rows in the library.
enum ModelUse {
    /// Tables of a WITH clause behind ``DirectoryRow/paths``; `used` has the images and the time of the newest one of each of the blobs
    /// that a query gives.
    static func tables(of blobs: String) -> String {
        """
        called(blob, value) AS (
            SELECT version.blob, path.text || '/' || model.name || '@v' || version.number FROM version
            JOIN model ON model.id = version.model JOIN path ON path.id = model.directory WHERE version.blob IN (\(blobs))
            UNION ALL SELECT id, lower(hex(sha256)) FROM blob WHERE id IN (\(blobs))),
        used(blob, images, last) AS MATERIALIZED (SELECT blob, sum(images), max(last) FROM (
            SELECT called.blob, (SELECT sum(images) FROM libraryBlock WHERE facet = libraryFacet.id) AS images,
            (SELECT time FROM libraryImage WHERE place = (SELECT max(place) FROM libraryMember WHERE facet = libraryFacet.id)) AS last
            FROM called JOIN libraryFacet ON libraryFacet.facet = 'version' AND libraryFacet.value = called.value
            UNION ALL SELECT pin.blob, 0, imageName.time FROM libraryChange
            CROSS JOIN snapshot ON snapshot.image = libraryChange.image CROSS JOIN pin ON pin.pinSet = snapshot.models
            CROSS JOIN imageName ON imageName.image = libraryChange.image WHERE pin.blob IN (\(blobs))
            ) GROUP BY blob)
        """
    }

    /// When a row of `model` was used last; 0: never.
    static let last = """
        max(coalesce((SELECT max(recorded) FROM event WHERE event.model = model.id), 0),
            coalesce((SELECT max(load.last) FROM version JOIN load ON load.blob = version.blob WHERE version.model = model.id), 0),
            coalesce((SELECT max(used.last) FROM version JOIN used ON used.blob = version.blob WHERE version.model = model.id), 0))
        """
}

extension Store {
    /// Every model, or those that a filter selects, in no order. The filter's `limit` is ignored.
    package func modelEntries(_ filter: ModelFilter = .init()) throws(StoreError) -> [ModelEntry] {
        try entries(where: ModelFilter.condition, filter.arguments, "SELECT blob FROM version")
    }

    /// The model of this row; nil where there is none.
    package func modelEntry(_ id: Int64) throws(StoreError) -> ModelEntry? {
        try entries(where: "model.id = ?2", [id], "SELECT blob FROM version WHERE model = ?2").first
    }

    private func entries(
        where condition: String, _ arguments: StatementArguments, _ blobs: String
    ) throws(StoreError) -> [ModelEntry] {
        var all: [ModelEntry] = []
        try each(
            """
            \(DirectoryRow.paths), \(ModelUse.tables(of: blobs))
            SELECT model.id, path.text || '/' || model.name AS name, model.versions, live.number AS live,
            (SELECT coalesce(sum(held.size), 0) FROM version JOIN servedBlob AS held ON held.id = version.blob
                WHERE version.model = model.id) AS size,
            (SELECT coalesce(sum(used.images), 0) FROM version JOIN used ON used.blob = version.blob
                WHERE version.model = model.id) AS images, \(ModelUse.last) AS last
            FROM model JOIN path ON path.id = model.directory LEFT JOIN version AS live ON live.id = model.current
            WHERE \(condition)
            """, [DirectoryRow.Root.models.rawValue] + arguments
        ) { row in
            let (folder, name) = try Self.split(row.path("name"))
            let last: Int64 = try row.value("last")
            all.append(
                ModelEntry(
                    id: try row.id("id"), folder: folder, name: name, versions: try row.value("versions"),
                    live: try row.value("live"), size: try row.value("size"), images: try row.value("images"),
                    lastUsed: last == 0 ? nil : Timestamp(nanoseconds: last)))
        }
        return all
    }

    /// The row of a model, and the number of the version that its name holds now; nil where no name is known by this path.
    package func model(
        at folder: EntryName, _ path: ModelPath
    ) throws(StoreError) -> (id: Int64, live: Int?)? {
        let name = ModelName(folder: folder, path: path)
        return try catalogue.read { db in
            guard let directory = try db.directory(under: DirectoryRow.Root.models.rawValue, name.directories),
                let row = try Row.fetchOne(
                    db.cachedStatement(
                        sql: """
                            SELECT model.id, version.number FROM model LEFT JOIN version ON version.id = model.current
                            WHERE model.directory = ? AND model.name = ?
                            """), arguments: [directory, name.path.name.databaseValue])
            else { return nil }
            return (try row.id("id"), try row.value("number"))
        }
    }

    /// The versions of a model, the oldest first.
    package func versions(ofModel id: Int64) throws(StoreError) -> [VersionListing] {
        var all: [VersionListing] = []
        try eachVersion("model.id = ?2", [id]) { all.append($0) }
        return all
    }

    /// The other names and versions with the bytes of one.
    package func versions(sharing version: VersionListing) throws(StoreError) -> [VersionListing] {
        var all: [VersionListing] = []
        try eachVersion("version.blob = (SELECT id FROM blob WHERE sha256 = ?2)", [version.sha256.data]) {
            all.append($0)
        }
        return all.filter { $0.number != version.number || !$0.fullName.utf8.elementsEqual(version.fullName.utf8) }
    }

    /// How many images of the library were made with these bytes, under whatever name.
    package func images(using digest: Digest) throws(StoreError) -> Int {
        try one(
            """
            \(DirectoryRow.paths), \(ModelUse.tables(of: "SELECT id FROM blob WHERE sha256 = ?2"))
            SELECT coalesce(sum(images), 0) FROM used
            """, [DirectoryRow.Root.models.rawValue, digest.data]
        ) { try $0.value(0) } ?? 0
    }
}
