import Foundation
import GRDB
package import Recipe
import SystemPackage

/// A name in `by-image`, and the image that has or had it.
package struct ImageNameRow: Sendable {
    /// Its row, from which the node's number is computed.
    package let id: Int64
    /// The directory of `by-image` that it is in.
    package let directory: Int64
    /// The name in that directory.
    package let name: EntryName
    /// The SHA-256 of the image's file.
    package let image: Digest
    /// The image's snapshot with the strongest evidence.
    package let snapshot: Int64
    /// What is known of its renderings without making them; listings need their sizes.
    package let json, card: RenderingFacts?
    /// Whether only its owner could read the image.
    package let isPrivate: Bool

    /// Reads columns by position: a listing makes a million of these, and looking up columns by name would take most of the time.
    init(_ row: Row) throws {
        id = try row.id(0)
        directory = try row.value(1)
        name = try row.name(2)
        image = try Digest(column: row.value(3))
        snapshot = try row.value(4)
        json = try Self.facts(row.value(5), row.value(6), row.value(7), row.value(8))
        card = try Self.facts(row.value(9), row.value(10), row.value(11), row.value(12))
        isPrivate = try row.value(13) ?? false
    }

    private static func facts(_ row: Int64?, _ size: Int?, _ time: Int64?, _ text: Data?) -> RenderingFacts? {
        guard let row, let size, let time else { return nil }
        return RenderingFacts(
            row: row, size: size, rendered: Timestamp(nanoseconds: time), compressed: text.map { Array($0) })
    }
}

/// Where `by-image` shows an image: below a registered folder, by its path in that.
struct ImagePlace {
    /// The directory that is or will be registered.
    let root: FilePath
    /// Directories between the root and the image.
    let directories: [EntryName]
    let name: EntryName
}

extension Database {
    /// The place of the image at `path`: in the nearest registered folder around it, else below `root`, else below its own directory.
    func imagePlace(of path: FilePath, root: FilePath?) throws -> ImagePlace {
        let name = try Self.entryName(path.lastComponent)
        var directories: [EntryName] = []
        var above = path.removingLastComponent()
        let fallback = root ?? above
        var inFallback: [EntryName]?
        while true {
            let known = try Bool.fetchOne(
                self, sql: "SELECT EXISTS (SELECT 1 FROM imageRoot WHERE path = ?)", arguments: [above.string])
            if known == true { return ImagePlace(root: above, directories: directories, name: name) }
            if above == fallback { inFallback = directories }
            guard let component = above.lastComponent else { break }
            directories.insert(try Self.entryName(component), at: 0)
            above = above.removingLastComponent()
        }
        return ImagePlace(root: fallback, directories: inFallback ?? [], name: name)
    }

    private static func entryName(_ component: FilePath.Component?) throws -> EntryName {
        do { return try EntryName(component?.string ?? "") } catch { throw StoreError.refusedName(error.description) }
    }

    /// Gives the image the name; the newest image with a name holds it.
    func nameImage(_ image: Int64, at place: ImagePlace, label: EntryName?, time: Timestamp) throws -> Int64 {
        let root = try imageRoot(place.root, label: label)
        let directory = try makeDirectory(under: root, place.directories)
        let key: StatementArguments = [directory, place.name.databaseValue]
        let before = try Int64.fetchOne(
            self, sql: "SELECT id FROM imageName WHERE directory = ? AND name = ? AND newest", arguments: key)
        try insertImageName(place.name, in: directory, of: image, time: time)
        let holder = try Int64.fetchOne(
            self, sql: "SELECT id FROM imageName WHERE directory = ? AND name = ? ORDER BY time DESC, id DESC LIMIT 1",
            arguments: key)
        if holder != before {
            try setNewest(false, imageName: before)
            try setNewest(true, imageName: holder)
            try touch(directory)
        }
        return try Int64.fetchOne(
            self, sql: "SELECT id FROM imageName WHERE directory = ? AND name = ? AND image = ?",
            arguments: key + [image]) ?? 0
    }

    /// The directory of a registered folder. Its label is its name, unless another folder has that label.
    private func imageRoot(_ path: FilePath, label: EntryName?) throws -> Int64 {
        let known = try Int64.fetchOne(
            self, sql: "SELECT directory FROM imageRoot WHERE path = ?", arguments: [path.string])
        if let known { return known }
        let wanted = try label ?? (path.lastComponent == nil ? "root" : Self.entryName(path.lastComponent))
        var free = wanted
        var suffix = 2
        while try directory(under: DirectoryRow.Root.images.rawValue, [free]) != nil {
            free = wanted.shortened(for: "-\(suffix)")
            suffix += 1
        }
        let directory = try makeDirectory(under: DirectoryRow.Root.images.rawValue, [free])
        try insertImageRoot(directory, path)
        return directory
    }
}

private let nameColumns = columns(RenderingKind.allCases, withText: false)
/// A text that is looked up is usually opened next: it is read with the name, the other kind is not.
private let textColumns = RenderingKind.allCases.map { columns([$0], withText: true) }

/// `withText`: includes the compressed text of each kind.
private func columns(_ kinds: [RenderingKind], withText: Bool) -> String {
    var columns = ""
    var joins = ""
    for kind in RenderingKind.allCases {
        let table = "rendering\(kind.rawValue)"
        guard kinds.contains(kind) else {
            columns += ", NULL, NULL, NULL, NULL"
            continue
        }
        columns += ", \(table).rowid, \(table).size, \(table).rendered, \(withText ? "\(table).zstd" : "NULL")"
        joins += """
             LEFT JOIN rendering \(table) INDEXED BY renderingFacts ON \(table).snapshot = image.snapshot
            AND \(table).name = imageName.name AND \(table).kind = \(kind.rawValue) AND \(table).fresh
            """
    }
    return """
        SELECT imageName.id, imageName.directory, imageName.name, image.sha256, image.snapshot\(columns),
        (SELECT private FROM snapshot JOIN blob ON blob.id = snapshot.document WHERE snapshot.id = image.snapshot)
        FROM imageName JOIN image ON image.id = imageName.image\(joins)
        """
}

extension Store {
    /// The image of this row; nil if there is none.
    package func imageName(_ id: Int64) throws(StoreError) -> ImageNameRow? {
        try one("\(nameColumns) WHERE imageName.id = ?", [id], ImageNameRow.init)
    }

    /// The image that holds the name, or, among all that had it, the one whose digest begins with `prefix`. With `reading`, includes its
    /// text of that kind if that need not be rendered.
    package func imageName(
        _ name: EntryName, in directory: Int64, image prefix: DigestPrefix? = nil, reading kind: RenderingKind? = nil
    ) throws(StoreError) -> ImageNameRow? {
        let columns = kind.map { textColumns[$0.rawValue] } ?? nameColumns
        let named = "\(columns) WHERE imageName.directory = ? AND imageName.name = ?"
        guard let prefix else {
            return try one("\(named) AND imageName.newest", [directory, name.databaseValue], ImageNameRow.init)
        }
        return try one(
            "\(named) AND image.sha256 BETWEEN ? AND ? ORDER BY imageName.id DESC LIMIT 1",
            [directory, name.databaseValue, Data(prefix.low), Data(prefix.high)], ImageNameRow.init)
    }

    /// The next names of a directory, each with its image.
    package func imageNames(in directory: Int64, after id: Int64, limit: Int) throws(StoreError) -> [ImageNameRow] {
        try page(
            "\(nameColumns) WHERE imageName.directory = ? AND imageName.id > ? AND imageName.newest ORDER BY imageName.id",
            [directory, id], limit, ImageNameRow.init)
    }

    /// The newest image of this name in any folder.
    package func newestImage(named name: EntryName) throws(StoreError) -> ImageNameRow? {
        try one(
            "\(nameColumns) WHERE imageName.name = ? AND imageName.newest ORDER BY imageName.time DESC, imageName.id DESC LIMIT 1",
            [name.databaseValue], ImageNameRow.init)
    }
}
