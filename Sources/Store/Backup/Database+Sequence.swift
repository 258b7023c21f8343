import GRDB

// Everything that is written into `sqlite_sequence`, SQLite's table of row numbers.

extension Database {
    /// Rows that are inserted into the table from now on have higher numbers than this.
    func setSequence(of table: String, to number: Int64) throws {
        try execute(sql: "DELETE FROM sqlite_sequence WHERE name = ?", arguments: [table])
        try execute(sql: "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", arguments: [table, number])
    }
}
