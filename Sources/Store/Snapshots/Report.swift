import Foundation
import GRDB
import Glibc
package import Recipe
import SystemPackage

/// What became of a report, or of one of its outputs.
package enum ReportOutcome: Sendable {
    case snapshot(image: String, SnapshotResult)
    /// What could not be done, and whether it is given up.
    case failed(String, isFinal: Bool)
}

extension Store {
    /// The longest report. Bytes.
    package static let reportLimit = 32 << 20
    /// How often a report is tried that cannot be turned into snapshots. The n-th attempt comes at least n squared seconds after the
    /// report, so it is given up after a minute and a half.
    private static let attempts = 10

    private static func report(_ bytes: [UInt8]) throws(StoreError) -> RunReport {
        do { return try RunReport(bytes) } catch { throw .refusedReport(error.description) }
    }

    /// Stores a report until its snapshots are made. `process` is the process that the mount saw writing it, and `writer` its rights.
    package func accept(
        report bytes: [UInt8], from process: String?, by writer: ReportWriter = .own
    ) throws(StoreError) {
        let report = try Self.report(bytes)
        let writer = writer.seeing(report.places)
        let process = writer.process(claimed: report.process, seen: process)
        let compressed = Compression.compress(bytes)
        try catalogue.write { db in
            try db.insertReport(compressed, size: bytes.count, by: writer.json.compact(), process: process)
        }
    }

    /// The newest report that waits; nil if none does.
    package func newestReport() throws(StoreError) -> Int64? {
        try one("SELECT max(id) AS id FROM report", []) { try $0.value("id") as Int64? } ?? nil
    }

    /// Makes the snapshots of the reports up to `newest`, in order. Several processes may do so at once.
    package func takeReports(
        upTo newest: Int64, at now: Timestamp = .now(), _ body: (ReportOutcome) -> Void
    ) throws(StoreError) {
        var last: Int64 = 0
        while let waiting = try one(
            """
            SELECT * FROM report WHERE id > ?1 AND id <= ?2 AND received + failures * failures * 1000000000 <= ?3
            ORDER BY id LIMIT 1
            """, [last, newest, now.nanoseconds], WaitingReport.init)
        {
            let id = waiting.id
            last = id
            do throws(StoreError) {
                guard let bytes = Compression.decompress(waiting.zstd, size: waiting.size) else {
                    throw .refusedReport("it is damaged")
                }
                let report = try Self.report(bytes)
                let reader = try ReportReader(try writer(waiting.writer))
                for (image, result) in try snapshot(report, by: waiting.process, reader) {
                    body(.snapshot(image: image, result))
                }
                for what in reader.leftOut { body(.failed(what, isFinal: true)) }
                try catalogue.write { db in try db.deleteReport(id) }
            } catch {
                let failures = waiting.failures + 1
                var isFinal = failures >= Self.attempts
                // A report that is refused now would be refused later, too.
                if case .refusedReport = error { isFinal = true }
                try catalogue.write { db in
                    if isFinal { try db.deleteReport(id) } else { try db.setFailures(failures, ofReport: id) }
                }
                body(.failed("a reported run has no snapshot: \(error)", isFinal: isFinal))
            }
        }
    }

    /// Makes the snapshots of one report at once. `process` is the process that ran it, as the mount knew it.
    package func snapshot(
        report: [UInt8], by process: String?
    ) throws(StoreError) -> [(image: String, result: SnapshotResult)] {
        try snapshot(try Self.report(report), by: process, try ReportReader(.own))
    }

    /// The writer of a waiting report; for one from an older version, the user of this process.
    private func writer(_ text: String?) throws(StoreError) -> ReportWriter {
        guard let text else { return .own }
        guard let writer = (try? JSONParser.parse(text)).flatMap({ ReportWriter($0) }) else {
            throw .refusedReport("its writer is not known")
        }
        if let why = writer.refusal { throw .refusedReport(why) }
        return writer
    }

    /// A row of `report`. If its values are invalid it is given up like a damaged report.
    private struct WaitingReport {
        let id: Int64
        let size, failures: Int
        let zstd: [UInt8]
        let process, writer: String?

        init(_ row: Row) throws {
            id = try row.value("id")
            size = (try? row.size("size")) ?? -1
            failures = min(Store.attempts, max(0, (try? row.value("failures")) ?? 0))
            zstd = Array((try? row.value("zstd")) ?? Data())
            process = try? row.value("process")
            writer = (try? row.value("writer") as String?) ?? nil
        }
    }
}
