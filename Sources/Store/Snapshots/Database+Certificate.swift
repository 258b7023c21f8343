import GRDB
import Recipe

// Everything that is written into `certificate` and `lesson`.

extension Database {
    func insertCertificate(
        _ document: Int64, _ verdict: ReproductionVerdict, of snapshot: Int64, pins: Digest
    ) throws -> Int64 {
        try execute(
            sql: "INSERT INTO certificate (snapshot, verdict, pins, time, document) VALUES (?, ?, ?, ?, ?)",
            arguments: [snapshot, verdict.rawValue, pins.data, Timestamp.now().nanoseconds, document])
        return lastInsertedRowID
    }

    func deleteCertificates(ofSnapshotsIn rows: String) throws {
        try execute(sql: "DELETE FROM certificate WHERE snapshot IN (\(rows))")
    }

    func insertLesson(_ cause: String, isSame: Bool, of certificate: Int64) throws {
        try execute(
            sql: "INSERT OR IGNORE INTO lesson (certificate, cause, same) VALUES (?, ?, ?)",
            arguments: [certificate, cause, isSame])
    }
}
