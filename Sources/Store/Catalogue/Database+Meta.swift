import GRDB

// Everything that is written into `meta`, except by migrations.

extension Database {
    /// Nil removes the key.
    func setMeta(_ key: String, _ value: (any DatabaseValueConvertible)?) throws {
        guard let value else { return try execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [key]) }
        try execute(sql: "INSERT OR REPLACE INTO meta VALUES (?, ?)", arguments: [key, value])
    }
}
