import GRDB
import SystemPackage

/// Finds out which version a catalogue has, and brings it up to date.
extension Schema {
    /// Brings the schema up to date, after a backup of the old one, and returns whether it was not. No other process may have the store open
    /// meanwhile.
    static func migrate(_ pool: any DatabaseWriter, path: FilePath, _ migration: Migration) throws(StoreError) -> Bool {
        let migrator = migrator(migration)
        do {
            try refuseNewer(pool, migrator, path)
            let done = try pool.read(migrator.appliedIdentifiers)
            // A database of another program is never changed.
            if done.isEmpty, let table = try pool.read(Self.strangeTable) {
                throw StoreError.conflict("\(path) is not a catalogue: it has a table '\(table)' of another program")
            }
            if !done.isEmpty, done.count < migrator.migrations.count {
                try migration.isAlone?()
                try migration.backUp?("before-\(migrator.migrations.count)") { target in
                    try Catalogue.copy(pool, to: target)
                }
            }
            try migrator.migrate(pool)
            return done.count < migrator.migrations.count
        } catch let error as StoreError { throw error } catch { throw .catalogue("\(error)") }
    }

    /// Throws if the schema is not this version's.
    static func requireNewest(_ pool: any DatabaseWriter, path: FilePath) throws(StoreError) {
        let migrator = migrator()
        do {
            try refuseNewer(pool, migrator, path)
            guard try pool.read(migrator.hasCompletedMigrations) else {
                throw StoreError.olderStore(path.removingLastComponent())
            }
        } catch let error as StoreError { throw error } catch { throw .catalogue("\(error)") }
    }

    private static func strangeTable(_ db: Database) throws -> String? {
        try String.fetchOne(db, sql: "SELECT name FROM sqlite_master WHERE name <> 'grdb_migrations' LIMIT 1")
    }

    private static func refuseNewer(_ pool: any DatabaseWriter, _ migrator: DatabaseMigrator, _ path: FilePath) throws {
        let newer = try pool.read { db in
            try migrator.hasBeenSuperseded(db)
                ? try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'needs'") ?? "unknown" : nil
        }
        if let newer { throw StoreError.newerStore(path.removingLastComponent(), needs: newer) }
    }
}
