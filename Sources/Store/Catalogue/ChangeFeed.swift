import GRDB
package import Recipe
import SystemPackage

/// Names that stand for something else than they did.
package struct NameChanges: Sendable {
    package init() {}

    /// In the live view: rows of directories and names.
    package var live: [(directory: Int64, name: EntryName)] = []
    /// In by-image: directory rows and names of images.
    package var images: [(directory: Int64, name: EntryName)] = []
    /// Whether any recipe in by-image became another text.
    package var recipes = false
}

/// Tells a mount what other processes changed in the catalogue, without any protocol between them.
///
/// A look costs one pragma while nothing changes. It belongs to one thread.
package final class ChangeFeed {
    /// More changes at once than these are left to the kernel's short timeouts.
    private static let limit = 4096

    private let connection: DatabaseQueue
    private var version: Int?
    private var lastLive: Int64 = 0
    private var lastImage: Int64 = 0
    private var recipes: Int64 = 0
    private let mount: Int64

    /// `mount` is the row of the mount that is told; what it made itself, it knows.
    package init(_ store: Store, for mount: Int64) throws(StoreError) {
        self.mount = mount
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            connection = try DatabaseQueue(
                path: store.path.appending("catalogue.sqlite").string, configuration: configuration)
            _ = try look()
        } catch { throw .catalogue("\(error)") }
    }

    /// What changed since the last call; nil where nothing was written at all.
    package func next() throws(StoreError) -> NameChanges? {
        do { return try look() } catch { throw .catalogue("\(error)") }
    }

    private func look() throws -> NameChanges? {
        let current = try connection.read { db in try Int.fetchOne(db, sql: "PRAGMA data_version") }
        guard current != version else { return nil }
        let isFirst = version == nil
        version = current
        return try connection.read { db in
            var changes = NameChanges()
            if !isFirst {
                changes.live = try names(
                    "SELECT parent, name FROM live WHERE id > ?1 AND parent IS NOT NULL AND mount IS NOT ?2", lastLive,
                    db)
                changes.images = try names(
                    "SELECT directory, name FROM imageChange WHERE id > ?1 AND ?2 = ?2", lastImage, db)
            }
            let recipes = try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'recipes'") ?? 0
            changes.recipes = recipes != self.recipes
            self.recipes = recipes
            lastLive = try Int64.fetchOne(db, sql: "SELECT max(id) FROM live") ?? 0
            lastImage = try Int64.fetchOne(db, sql: "SELECT max(id) FROM imageChange") ?? 0
            return changes
        }
    }

    private func names(_ sql: String, _ last: Int64, _ db: Database) throws -> [(directory: Int64, name: EntryName)] {
        try Row.fetchAll(db, sql: "\(sql) ORDER BY id LIMIT \(Self.limit)", arguments: [last, mount])
            .map { (directory: $0[0], name: $0[1]) }
    }
}
