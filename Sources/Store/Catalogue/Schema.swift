import GRDB
import Recipe
import SystemPackage

/// The catalogue's tables as numbered migrations: a released one is never edited, only followed by another.
///
/// Ids are AUTOINCREMENT: node numbers are computed from them, so none may ever be used twice.
enum Schema {
    /// The oldest ReproFS that can open a catalogue of this version.
    static let neededVersion = "0.3.0"

    static func migrator(_ migration: Migration = .none) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: first) }
        migrator.registerMigration("2") { try $0.execute(sql: second) }
        migrator.registerMigration("3") { db in
            try db.execute(sql: third)
            // The takeover of the old files needs the newest tables.
            try db.execute(sql: fourth)
            try migration.takeOver?(db)
        }
        migrator.registerMigration("4") { db in
            // Only stores that were at 3 before there was a 4 lack this column.
            if try !db.columns(in: "blob").contains(where: { $0.name == "private" }) { try db.execute(sql: fourth) }
        }
        migrator.registerMigration("5") { try $0.execute(sql: fifth) }
        migrator.registerMigration("6") { try $0.execute(sql: sixth) }
        migrator.registerMigration("7") { try $0.execute(sql: seventh) }
        migrator.registerMigration("8") { try $0.execute(sql: eighth) }
        migrator.registerMigration("9") { try $0.execute(sql: ninth) }
        migrator.registerMigration("10") { try $0.execute(sql: tenth) }
        migrator.registerMigration("11") { try $0.execute(sql: eleventh) }
        return migrator
    }

    /// Why a catalogue from elsewhere must not be used: it has other tables than ReproFS makes, a view or a trigger of its own, or a value
    /// that does not have its column's type. Nil if nothing is wrong. Names are not checked here.
    static func problem(with db: Database) throws -> String? {
        let migrator = migrator()
        let own = try DatabaseQueue()
        guard let newest = try migrator.completedMigrations(db).last else { return "it is empty" }
        try migrator.migrate(own, upTo: newest)
        let made = try own.read(objects)
        guard try objects(db) == made else { return "its tables are not those of a catalogue" }
        if let stranger = try ValueRange.strangers(in: db).first {
            return "a row of '\(stranger.table)' has a value that its column '\(stranger.column)' cannot have"
        }
        return try Circles.find(in: db).first.map { "rows of '\($0.table)' lie in each other in a circle" }
    }

    private static func objects(_ db: Database) throws -> Set<String> {
        // SQLite's own tables are not part of the schema.
        Set(
            try Row.fetchAll(
                db,
                sql: "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            ).map { row in
                try ["type", "name", "tbl_name", "sql"].map { try row.value($0) as String? ?? "" }.joined(
                    separator: " ")
            })
    }
}
