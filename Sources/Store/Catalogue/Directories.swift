import GRDB
package import Recipe

/// A directory of the live view and `by-name`, or of `by-image`.
package struct DirectoryRow: Sendable {
    /// Its row, from which the node's number is computed.
    package let id: Int64
    /// Nil for the root.
    package let parent: Int64?
    /// The name in its parent.
    package let name: EntryName
    /// When its entries in the live view or in `by-image` last changed.
    package let changed: Timestamp
    /// When its entries in `by-name` last changed.
    package let named: Timestamp

    /// The rows that stand for whole views.
    package enum Root: Int64, Sendable {
        case models = 1
        case images = 2
        case hashes = 3
        case snapshots = 4
    }

    /// How deep directories may be nested: rows from elsewhere may be each other's parents.
    package static let depthLimit = 4096

    /// The beginning of a query for the paths of all directories below one, which is its first argument. Every row has one parent, so only
    /// a circle through that directory could go on for ever; it is never entered again.
    static let paths = """
        WITH RECURSIVE path(id, text) AS (
            SELECT id, name FROM directory WHERE parent = ?1 AND id <> ?1
            UNION ALL SELECT directory.id, path.text || '/' || directory.name FROM directory
            JOIN path ON directory.parent = path.id AND directory.id <> ?1)
        """

    init(_ row: Row) throws {
        id = try row.id("id")
        parent = try row.value("parent")
        name = try row.name("name")
        changed = try row.time("changed")
        named = try row.time("named")
    }
}

extension Database {
    func touch(_ root: DirectoryRow.Root) throws { try touch(root.rawValue) }

    /// The directory at `components` under `root`; nil if one is absent.
    func directory(under root: Int64, _ components: some Sequence<EntryName>) throws -> Int64? {
        var id = root
        for name in components {
            let next = try Int64.fetchOne(
                cachedStatement(sql: "SELECT id FROM directory WHERE parent = ? AND name = ?"),
                arguments: [id, name.databaseValue])
            guard let next else { return nil }
            id = next
        }
        return id
    }

    /// The directory at `components` under `root`, which is made if it is absent.
    func makeDirectory(under root: Int64, _ components: some Sequence<EntryName>) throws -> Int64 {
        var id = root
        for name in components {
            if let next = try directory(under: id, [name]) {
                id = next
                continue
            }
            try touch(id)
            try touch(id, .named)
            id = try insertDirectory(name, in: id)
        }
        return id
    }
}

extension Store {
    /// The directory of this row; nil if there is none.
    package func directory(_ id: Int64) throws(StoreError) -> DirectoryRow? {
        try catalogue.read { db in
            try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM directory WHERE id = ?"), arguments: [id]).map(
                DirectoryRow.init)
        }
    }

    /// The directory of this name in another one; nil if there is none.
    package func directory(named name: EntryName, in parent: Int64) throws(StoreError) -> DirectoryRow? {
        try catalogue.read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: "SELECT * FROM directory WHERE parent = ? AND name = ?"),
                arguments: [parent, name.databaseValue]
            ).map(DirectoryRow.init)
        }
    }

    /// The next directories of `parent`, ordered by id.
    package func directories(in parent: Int64, after id: Int64, limit: Int) throws(StoreError) -> [DirectoryRow] {
        try page(
            "SELECT * FROM directory WHERE parent = ? AND id > ? ORDER BY id", [parent, id], limit, DirectoryRow.init)
    }
}
