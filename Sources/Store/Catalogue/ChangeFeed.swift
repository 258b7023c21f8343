import GRDB
package import SystemPackage

/// Tells a mount that other processes changed the catalogue, without any protocol between them.
///
/// A look costs one pragma while nothing changes. It belongs to one thread.
package final class ChangeFeed {
    private let connection: DatabaseQueue
    private var version: Int?
    private var recipes: Int64 = 0

    package init(_ store: FilePath) throws(StoreError) {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            connection = try DatabaseQueue(
                path: Store.cataloguePath(store).string, configuration: configuration)
            _ = try look()
        } catch { throw .catalogue("\(error)") }
    }

    package enum Change: Sendable {
        case none
        case anything
        /// Some recipe in by-image became another text.
        case recipes
    }

    /// What changed since the last call.
    package func next() throws(StoreError) -> Change {
        do { return try Activity.perform(.sql) { try look() } } catch { throw .catalogue("\(error)") }
    }

    private func look() throws -> Change {
        try connection.read { db in
            let current = try Int.fetchOne(db, sql: "PRAGMA data_version")
            guard current != version else { return .none }
            version = current
            let recipes = try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'recipes'") ?? 0
            defer { self.recipes = recipes }
            return recipes == self.recipes ? .anything : .recipes
        }
    }
}
