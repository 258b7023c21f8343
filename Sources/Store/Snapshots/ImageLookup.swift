import Foundation
import GRDB
package import Recipe
package import SystemPackage

/// An image under one of its names in `by-image`, for commands that take a text.
package struct NamedImage: Sendable {
    /// The row of the image's snapshot with the strongest evidence.
    package let snapshot: Int64
    /// The id of the snapshot.
    package let snapshotID: Digest
    /// The digest of the image's file.
    package let image: Digest
    /// The path as `list images` shows it.
    package let path: String
    /// The name in its directory.
    package let name: EntryName
    /// When the image was made, as far as it is known.
    package let time: Timestamp

    init(_ row: Row) throws {
        snapshot = try row.value("snapshot")
        snapshotID = try row.digest("snapshotID")
        image = try row.digest("sha256")
        path = try ImageListing.shown(row.path("path"), image, isNewest: row.value("newest"))
        name = try row.name("name")
        time = try row.time("time")
    }
}

extension ImageListing {
    /// The path of exactly this image: an older image of the same name is at `PATH@<8 hex>`.
    static func shown(_ path: String, _ image: Digest, isNewest: Bool) -> String {
        isNewest ? path : "\(path)@\(image.hex.prefix(8))"
    }
}

/// Takes the row of the root of all images as its first argument.
private let imageColumns = """
    \(DirectoryRow.paths) SELECT path.text || '/' || imageName.name AS path, imageName.id AS row, imageName.name, imageName.time,
    imageName.newest, image.sha256, image.snapshot, snapshot.sha256 AS snapshotID
    FROM imageName JOIN path ON path.id = imageName.directory JOIN image ON image.id = imageName.image
    JOIN snapshot ON snapshot.id = image.snapshot
    """

extension Store {
    private func namedImages(
        _ condition: String, _ arguments: StatementArguments, limit: Int = 10_000
    ) throws(StoreError) -> [NamedImage] {
        try page(
            "\(imageColumns) WHERE \(condition) ORDER BY imageName.time DESC, imageName.id DESC",
            [DirectoryRow.Root.images.rawValue] + arguments, limit, NamedImage.init)
    }

    /// The images of these rows of `imageName`, by row number.
    func images(inRows rows: [Int64]) throws(StoreError) -> [Int64: NamedImage] {
        let found = try page(
            "\(imageColumns) WHERE imageName.id IN (SELECT value FROM json_each(?2))",
            [DirectoryRow.Root.images.rawValue, Self.list(rows)], rows.count
        ) { (try $0.id("row"), try NamedImage($0)) }
        return Dictionary(found) { first, _ in first }
    }

    /// The images that have this name, in any folder, the newest first.
    package func images(named name: EntryName) throws(StoreError) -> [NamedImage] {
        try namedImages("imageName.name = ? AND imageName.newest", [name.databaseValue])
    }

    /// The image at a path as `list images` shows it; nil if there is none. `NAME@<8 hex>` is an older one of that name.
    package func image(listed path: ViewPath) throws(StoreError) -> NamedImage? {
        guard let name = path.name, !path.parents.isEmpty else { return nil }
        guard let directory = try imageDirectory(path.parents) else { return nil }
        let holder = try namedImages(
            "imageName.directory = ? AND imageName.name = ? AND imageName.newest", [directory, name.databaseValue])
        if let holder = holder.first { return holder }
        guard let (before, digits) = name.text.splitAtLast("@"), let prefix = DigestPrefix(hex: digits),
            prefix.digits == 8, let bare = try? EntryName(before)
        else { return nil }
        return try namedImages(
            "imageName.directory = ? AND imageName.name = ? AND image.sha256 BETWEEN ? AND ?",
            [directory, bare.databaseValue, Data(prefix.low), Data(prefix.high)]
        ).first
    }

    /// The images whose files' SHA-256 begins so, under each of their names.
    package func images(ofBytes prefix: DigestPrefix) throws(StoreError) -> [NamedImage] {
        try namedImages("image.sha256 BETWEEN ? AND ?", [Data(prefix.low), Data(prefix.high)])
    }

    /// The images with exactly these pixels, under each of their names.
    package func images(ofPixels digest: Digest) throws(StoreError) -> [NamedImage] {
        try namedImages("image.pixels = ?", [digest.data])
    }

    /// Those of `images` with the same record as the file at `path`; all of them if the file says nothing of how it was made, since its
    /// record may have been stripped.
    package func images(
        _ images: [NamedImage], withRecordOf path: FilePath
    ) throws(StoreError) -> [NamedImage] {
        let reading = try RecipeFile.read(path, classes: classes)
        guard !reading.recipe.passes.isEmpty || !reading.recipe.models.isEmpty else { return images }
        let texts = [
            reading.prompt, reading.workflow, reading.parameters, reading.records.isEmpty ? nil : reading.records,
        ]
        let own = texts.map { $0.map(SHA256.digest) }
        var found: [NamedImage] = []
        for image in images {
            guard let row = try snapshot(image.snapshot) else { continue }
            let kept = [row.prompt, row.workflow, row.parameters, row.records].map { $0?.digest }
            // Other fields of a file change when it is saved anew; the graph or the parameters that were recorded do not.
            let (mine, theirs) =
                own[..<3].allSatisfy { $0 == nil } ? (own, kept) : (Array(own[..<3]), Array(kept[..<3]))
            if zip(mine, theirs).allSatisfy({ $0 == nil || $0 == $1 }) { found.append(image) }
        }
        return found
    }

    /// Every name that an image has, once, in no order.
    package func forEachImageName(_ body: (EntryName) -> Void) throws(StoreError) {
        try each("SELECT DISTINCT name FROM imageName", []) { body(try $0.name(0)) }
    }

    // Completion of names while they are typed. Indexes serve it, so it is fast for any number of images.

    /// Directories of `by-image` in the one at `path` whose names begin with `prefix`.
    package func imageDirectories(
        beginningWith prefix: String, in path: some Sequence<EntryName>, limit: Int
    ) throws(StoreError) -> [EntryName] {
        guard let parent = try imageDirectory(path) else { return [] }
        return try page(
            "SELECT name FROM directory WHERE parent = ? AND name BETWEEN ? AND \(Self.end) ORDER BY name",
            [parent, prefix, prefix], limit
        ) { try $0.name("name") }
    }

    /// The newest images in the directory of `by-image` at `path` whose names begin with `prefix`.
    package func images(
        beginningWith prefix: String, in path: some Sequence<EntryName>, limit: Int
    ) throws(StoreError) -> [NamedImage] {
        guard let directory = try imageDirectory(path) else { return [] }
        return try namedImages(
            "imageName.directory = ? AND imageName.newest AND imageName.name BETWEEN ? AND \(Self.end)",
            [directory, prefix, prefix], limit: limit)
    }

    /// The images in the directory of `by-image` at `path` that have or had this name, the newest first.
    package func images(
        called name: EntryName, in path: some Sequence<EntryName>, limit: Int
    ) throws(StoreError) -> [NamedImage] {
        guard let directory = try imageDirectory(path) else { return [] }
        return try namedImages(
            "imageName.directory = ? AND imageName.name = ?", [directory, name.databaseValue], limit: limit)
    }

    /// Names that begin with `prefix` and that one image alone has.
    package func imageNames(beginningWith prefix: String, limit: Int) throws(StoreError) -> [EntryName] {
        try page(
            """
            SELECT name FROM imageName WHERE newest AND name BETWEEN ? AND \(Self.end)
            GROUP BY name HAVING COUNT(DISTINCT image) = 1 ORDER BY name
            """, [prefix, prefix], limit
        ) { try $0.name("name") }
    }

    private func imageDirectory(_ path: some Sequence<EntryName>) throws(StoreError) -> Int64? {
        try catalogue.read { db in try db.directory(under: DirectoryRow.Root.images.rawValue, path) }
    }

    /// A text that sorts after every name that begins with the argument.
    private static let end = "? || char(0x10FFFF)"
}
