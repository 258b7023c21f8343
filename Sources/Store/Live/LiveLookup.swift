import GRDB
package import Recipe

// Finds nodes of the live view by number and by name, in memory if they are known there.

extension Store {
    /// The row of a node; nil if it is gone.
    package func live(_ id: Int64) throws(StoreError) -> LiveRow? {
        if let row = mirror.row(id) { return row }
        return try catalogue.readOne { try $0.live(id) }
    }

    /// The row of a name in a directory; nil if there is none.
    package func live(named name: EntryName, in directory: Int64) throws(StoreError) -> LiveRow? {
        switch mirror.name(name, in: directory) {
        case .node(let row): return row
        case .absent: return nil
        case .unknown(isWorthReading: true): try mirror.read(directory, in: catalogue)
        case .unknown: break
        }
        return try catalogue.readOne { try $0.live(named: name, in: directory) }
    }

    /// The path of a node of the live view; nil if a part of it is gone.
    package func path(ofLive id: Int64) throws(StoreError) -> [EntryName]? {
        if let path = mirror.path(of: id) { return path }
        return try catalogue.read { try $0.path(ofLive: id) }
    }

    /// The next nodes in a directory, ordered by row.
    package func live(in parent: Int64, after id: Int64, limit: Int) throws(StoreError) -> [LiveRow] {
        try page(
            "\(LiveRow.columns) WHERE live.parent = ? AND live.id > ? ORDER BY live.id", [parent, id], limit,
            LiveRow.init)
    }

    /// The folders that hold or held models, and the directories at the top of the live view.
    package func folders() throws(StoreError) -> [EntryName] {
        try page(
            """
            SELECT name FROM directory WHERE parent = ? UNION SELECT name FROM live WHERE parent = ? AND kind = ?
            """,
            [DirectoryRow.Root.models.rawValue, LiveRow.root, LiveRow.Kind.directory.rawValue], Int(Int32.max)
        ) { try $0.name("name") }
    }

    // The same within a transaction, which sees its own changes.

    func live(_ id: Int64, _ db: Database) throws -> LiveRow? {
        if mirror.isUntouched, let row = mirror.row(id) { return row }
        return try db.live(id)
    }

    func live(named name: EntryName, in directory: Int64, _ db: Database) throws -> LiveRow? {
        guard mirror.isUntouched else { return try db.live(named: name, in: directory) }
        switch mirror.name(name, in: directory) {
        case .node(let row): return row
        case .absent: return nil
        case .unknown: return try db.live(named: name, in: directory)
        }
    }

    func path(ofLive id: Int64, _ db: Database) throws -> [EntryName]? {
        if mirror.isUntouched, let path = mirror.path(of: id) { return path }
        return try db.path(ofLive: id)
    }
}
