import Foundation
import GRDB
package import Recipe

/// An entry of a pinned tree: a directory, or a file with its bytes.
package struct PinRow: Sendable {
    /// Its place in the set, which is part of its node's number. 0 is the root.
    package let position: Int64
    /// The name in its directory.
    package let name: EntryName
    /// Nil for a directory.
    package let blob: Blob?
    /// The number of the version; nil if only the bytes are pinned.
    package let version: Int?
    /// How its bytes are known; nil for a directory.
    package let evidence: Evidence?

    init(_ row: Row) throws {
        position = try row.id("position", bits: 20)
        name = try row.name("name")
        blob = try row.value("blob") as Int64? == nil ? nil : try Blob(row)
        version = try row.value("version")
        evidence = (try row.value("evidence") as String?).flatMap(Evidence.init)
    }
}

/// A tree of pinned files to be stored; equal trees share one row.
struct PinTree {
    struct File {
        let components: [EntryName]
        let digest: Digest
        let version: Int?
        let evidence: Evidence
    }

    private(set) var files: [File] = []
    private var taken: Set<[EntryName]> = []

    /// Adds a file, unless a file or directory already has its place.
    mutating func add(_ resolution: Recipe.Resolution, _ evidence: Evidence, at components: [EntryName]) {
        let parents = (1..<max(1, components.count)).map { Array(components.prefix($0)) }
        let isFileAbove = parents.contains { parent in files.contains { $0.components == parent } }
        guard !isFileAbove, !taken.contains(components) else { return }
        taken.formUnion(parents + [components])
        files.append(
            .init(components: components, digest: resolution.sha256, version: resolution.version, evidence: evidence))
    }

    /// The digest that identifies the set.
    var identity: Digest {
        let lines = files.sorted { $0.components.lexicographicallyPrecedes($1.components) }.map {
            "\(ViewPath($0.components))\0\($0.digest)\0\($0.version ?? 0)\0\($0.evidence.rawValue)\n"
        }
        return SHA256.digest(of: Array(lines.joined().utf8))
    }
}

extension Database {
    /// The row of a tree, which is stored if it is new.
    func pinSet(_ tree: PinTree) throws -> Int64 {
        let identity = tree.identity.data
        let known = try Int64.fetchOne(self, sql: "SELECT id FROM pinSet WHERE sha256 = ?", arguments: [identity])
        if let known { return known }
        let set = try insertPinSet(identity)
        var positions: [[EntryName]: Int64] = [[]: 0]
        func insert(_ components: [EntryName], _ file: PinTree.File?) throws {
            let position = Int64(positions.count)
            positions[components] = position
            try insertPin(
                components.last, file, at: position, in: positions[Array(components.dropLast())], of: set)
        }
        for file in tree.files.sorted(by: { $0.components.lexicographicallyPrecedes($1.components) }) {
            for depth in 1..<max(1, file.components.count) {
                let parent = Array(file.components.prefix(depth))
                if positions[parent] == nil { try insert(parent, nil) }
            }
            try insert(file.components, file)
        }
        return set
    }
}

private let pinColumns = """
    SELECT pin.position, pin.name, pin.blob, pin.version, pin.evidence, blob.sha256, blob.size, blob.private
    FROM pin LEFT JOIN blob ON blob.id = pin.blob
    """

extension Store {
    /// The entry at this place of a tree; nil if there is none.
    package func pin(_ position: Int64, in set: Int64) throws(StoreError) -> PinRow? {
        try one("\(pinColumns) WHERE pin.pinSet = ? AND pin.position = ?", [set, position], PinRow.init)
    }

    /// The entry of this name in a directory of a tree; nil if there is none.
    package func pin(named name: EntryName, under parent: Int64, in set: Int64) throws(StoreError) -> PinRow? {
        try one(
            "\(pinColumns) WHERE pin.pinSet = ? AND pin.parent = ? AND pin.name = ?",
            [set, parent, name.databaseValue], PinRow.init)
    }

    /// The next entries of a pinned directory, ordered by place.
    package func pins(
        under parent: Int64, in set: Int64, after position: Int64, limit: Int
    ) throws(StoreError) -> [PinRow] {
        try page(
            "\(pinColumns) WHERE pin.pinSet = ? AND pin.parent = ? AND pin.position > ? ORDER BY pin.position",
            [set, parent, position], limit, PinRow.init)
    }

    /// Every file of a pinned tree with its path, ordered by place.
    package func pinnedFiles(in set: Int64) throws(StoreError) -> [(path: ViewPath, pin: PinRow, blob: Blob)] {
        try page(
            """
            WITH RECURSIVE down(position, path) AS (
                SELECT position, name FROM pin WHERE pinSet = ?1 AND parent = 0 AND position <> 0
                UNION ALL SELECT pin.position, down.path || '/' || pin.name FROM pin
                JOIN down ON pin.pinSet = ?1 AND pin.parent = down.position AND pin.position <> 0
            ) SELECT down.path, pin.position, pin.name, pin.blob, pin.version, pin.evidence, blob.sha256, blob.size, blob.private
            FROM down JOIN pin ON pin.pinSet = ?1 AND pin.position = down.position JOIN blob ON blob.id = pin.blob
            ORDER BY pin.position
            """, [set], 1 << 20
        ) { try (path: Self.path($0.value("path")), pin: PinRow($0), blob: Blob($0)) }
    }

    private static func path(_ text: String) throws -> ViewPath {
        guard let path = ViewPath(parsing: text) else { throw StoreError.catalogue("'\(text)' is not a path of pins") }
        return path
    }
}
