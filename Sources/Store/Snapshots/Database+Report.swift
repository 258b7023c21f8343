import Foundation
import GRDB
import Recipe

// Everything that is written into `report`.

extension Database {
    func insertReport(_ compressed: [UInt8], size: Int, by writer: String, process: String?) throws {
        try execute(
            sql: "INSERT INTO report (process, received, size, zstd, writer) VALUES (?, ?, ?, ?, ?)",
            arguments: [process, Timestamp.now().nanoseconds, size, Data(compressed), writer])
    }

    func deleteReport(_ id: Int64) throws { try execute(sql: "DELETE FROM report WHERE id = ?", arguments: [id]) }

    func setFailures(_ failures: Int, ofReport id: Int64) throws {
        try execute(sql: "UPDATE report SET failures = ? WHERE id = ?", arguments: [failures, id])
    }
}
