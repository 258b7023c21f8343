import GRDB
import Recipe

// Everything that is written into `snapshot`.

extension Database {
    /// `values` are in the order of the columns.
    func insertSnapshot(_ values: StatementArguments) throws -> Int64 {
        try execute(
            sql: """
                INSERT INTO snapshot
                    (sha256, short, image, parent, document, prompt, workflow, parameters, records, environment, models, inputs,
                    nodes, recorded)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, arguments: values)
        return lastInsertedRowID
    }

    /// Sets the time of a snapshot that was recorded before the catalogue was lost.
    func setRecorded(_ time: Timestamp, ofSnapshot id: Int64) throws {
        try execute(sql: "UPDATE snapshot SET recorded = ? WHERE id = ?", arguments: [time.nanoseconds, id])
    }

    func deleteSnapshots(in rows: String) throws {
        try execute(sql: "UPDATE snapshot SET parent = NULL WHERE parent IN (\(rows))")
        try execute(sql: "DELETE FROM snapshot WHERE id IN (\(rows))")
    }
}
