import Foundation
import GRDB
import Glibc
package import Recipe
import SystemPackage

/// What came of a report, or of one output of it.
package enum ReportOutcome: Sendable {
    case snapshot(image: String, SnapshotResult)
    /// What could not be done; whether it is not tried again.
    case failed(String, isFinal: Bool)
}

extension Store {
    /// The longest report. Bytes.
    package static let reportLimit = 32 << 20
    /// How often a report is tried that cannot be turned into snapshots; the n-th time not before n squared seconds have
    /// passed since it came, so it is given up after a minute and a half.
    private static let attempts = 10

    private static func report(_ bytes: [UInt8]) throws(StoreError) -> RunReport {
        do { return try RunReport(bytes) } catch { throw .refusedReport(error.description) }
    }

    /// Keeps a report until its snapshots are made. `process` is who the mount saw writing it, as `writer`.
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

    /// The newest report that waits; nil where none does.
    package func newestReport() throws(StoreError) -> Int64? {
        try one("SELECT max(id) AS id FROM report", []) { try $0.value("id") as Int64? } ?? nil
    }

    /// Makes the snapshots of the reports up to `newest`, in their order. Several processes may do it at once.
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
                // What is refused now is refused later too.
                if case .refusedReport = error { isFinal = true }
                try catalogue.write { db in
                    if isFinal { try db.deleteReport(id) } else { try db.setFailures(failures, ofReport: id) }
                }
                body(.failed("a reported run has no snapshot: \(error)", isFinal: isFinal))
            }
        }
    }

    /// Makes the snapshots of one report at once. `process` is who ran it, as the mount knew it.
    package func snapshot(
        report: [UInt8], by process: String?
    ) throws(StoreError) -> [(image: String, result: SnapshotResult)] {
        try snapshot(try Self.report(report), by: process, try ReportReader(.own))
    }

    /// Who wrote a report that waits; of one that an older version took it was whoever runs this.
    private func writer(_ text: String?) throws(StoreError) -> ReportWriter {
        guard let text else { return .own }
        guard let writer = (try? JSONParser.parse(text)).flatMap({ ReportWriter($0) }) else {
            throw .refusedReport("its writer is not known")
        }
        if let why = writer.refusal { throw .refusedReport(why) }
        return writer
    }

    /// A row of `report`. One that says what none can say is nobody's to be read, and is given up like a damaged one.
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
