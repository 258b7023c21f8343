import Foundation
import GRDB
package import Recipe
import SystemPackage

extension Store {
    /// Checks that the catalogue is consistent: SQLite's pages and indexes, and rows that refer to other rows.
    package func verifyCatalogue() throws(StoreError) -> [Damage] {
        try catalogue.read { db in
            var found: [Damage] = []
            for text in try String.fetchAll(db, sql: "PRAGMA integrity_check(100)") where text != "ok" {
                found.append(Damage(kind: .catalogue, digest: nil, detail: text))
            }
            for row in try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(100) {
                found.append(
                    Damage(
                        kind: .catalogue, digest: nil,
                        detail: try
                            "\(row.value("table") as String) row \(row.value("rowid") as Int64? ?? 0) names a \(row.value("parent") as String) that is not there"
                    ))
            }
            for stranger in try ValueRange.strangers(in: db) {
                let detail =
                    "row \(stranger.row) of '\(stranger.table)' has a value that its column '\(stranger.column)' cannot have: "
                    + stranger.value
                found.append(Damage(kind: .catalogue, digest: nil, detail: detail))
            }
            for (table, row) in try Circles.find(in: db) {
                let detail = "row \(row) of '\(table)' is its own ancestor"
                found.append(Damage(kind: .catalogue, digest: nil, detail: detail))
            }
            return found + (try db.badNames(limit: 100))
        }
    }

    /// Checks that the documents in the catalogue have the bytes that their hashes say. `progress` is called for each of them.
    package func verifyDocuments(_ progress: () throws(StoreError) -> Void) throws(StoreError) -> [Damage] {
        var found: [Damage] = []
        var last: Int64 = 0
        while true {
            let rows = try page(
                """
                SELECT \(Blob.columns), zstd, damaged FROM document JOIN blob ON blob.id = document.blob
                WHERE document.blob > ? ORDER BY document.blob
                """, [last], 500
            ) { try (blob: Blob($0), zstd: $0.value("zstd") as Data, isKnown: $0.value("damaged") as Bool) }
            guard let newest = rows.last else { return try found + verifySnapshots() }
            last = newest.blob.id
            for row in rows {
                let bytes = Compression.decompress(Array(row.zstd), size: row.blob.size)
                if bytes.map({ SHA256.digest(of: $0) }) != row.blob.digest {
                    found.append(
                        Damage(
                            kind: .document, digest: row.blob.digest, detail: "the catalogue has other bytes for it",
                            affected: try affected(by: row.blob.digest)))
                }
                try progress()
            }
        }
    }

    /// Checks that the documents of snapshots say only what a snapshot can say. One with the right hash may still have been made to lead
    /// names out of their folders.
    private func verifySnapshots() throws(StoreError) -> [Damage] {
        var found: [Damage] = []
        var last: Int64 = 0
        while true {
            let rows = try page(
                "SELECT id, sha256, document FROM snapshot WHERE id > ? ORDER BY id", [last], 500,
                {
                    try (
                        id: $0.value("id") as Int64, digest: $0.digest("sha256"),
                        document: $0.value("document") as Int64
                    )
                }
            )
            guard let newest = rows.last else { return found }
            last = newest.id
            for row in rows {
                let problem = try catalogue.read { db -> String? in
                    do { _ = try snapshotDocument(row.document, of: row.id, db) } catch let problem
                        as UnreadableSnapshot
                    {
                        return problem.description
                    } catch is StoreError {}
                    // Missing and damaged blobs are reported where the blobs are read.
                    return nil
                }
                if let problem {
                    found.append(
                        Damage(
                            kind: .document, digest: row.digest, detail: problem, affected: try affected(by: row.digest)
                        ))
                }
            }
        }
    }

    /// Reports what is in `blobs/` and has no row. A file that changed since `grace` may be about to get one.
    package func verifyFiles(grace: Timestamp) throws(StoreError) -> [Damage] {
        var found: [Damage] = []
        for bytes in try DirectoryListing.entries(in: files.directory) {
            let name = String(decoding: bytes, as: UTF8.self)
            guard let digest = Digest(hex: name), name == digest.hex else {
                found.append(Damage(kind: .foreign, digest: nil, detail: "blobs/sha256/\(name) is not a blob"))
                continue
            }
            let isNamed = try one(
                "SELECT 1 FROM blob WHERE sha256 = ? AND (changed IS NOT NULL OR damaged) AND dropped IS NULL",
                [digest.data]
            ) { _ in true }
            guard isNamed == nil, let facts = try FileFacts.at(files.path(of: digest), followLinks: false),
                facts.changed < grace
            else { continue }
            found.append(
                Damage(
                    kind: .stray, digest: digest, detail: "no row names it; '\(ShellCommand.reprofs("gc"))' removes it")
            )
        }
        return found
    }

    /// Reports differences between the pins of `index.json` and those of the catalogue.
    package func verifyPins() throws(StoreError) -> [Damage] {
        guard let unknown = try unknownPins() else {
            return [Damage(kind: .pins, digest: nil, detail: "index.json cannot be read; --repair writes it anew")]
        }
        var found = unknown.map {
            Damage(
                kind: .pins, digest: $0.manifest,
                detail: "the catalogue does not know the pin '\($0.name)' of index.json; --repair brings it back")
        }
        let listed = try LayoutIndex.read(in: path).flatMap { LayoutIndex($0) }
        if found.isEmpty, try listed?.hasPins(of: layoutIndex()) != true {
            found.append(
                Damage(kind: .pins, digest: nil, detail: "index.json does not have every pin; --repair writes it anew"))
        }
        return found
    }

    /// How much of the store has been read again. Times are nil if nothing has been read yet.
    package struct VerificationState: Sendable {
        /// When the blob that was read last was read, and the one that was read longest ago.
        package let newest, oldest: Timestamp?
        /// Blobs in files that were not read since they were published, and lost blobs.
        package let unchecked, damaged: Int
    }

    /// How much has been read again, and when.
    package func verificationState() throws(StoreError) -> VerificationState {
        try catalogue.read { db in
            func time(_ aggregate: String) throws -> Timestamp? {
                try Int64.fetchOne(db, sql: "SELECT \(aggregate)(checked) FROM blob WHERE changed IS NOT NULL")
                    .map { Timestamp(nanoseconds: $0) }
            }
            return VerificationState(
                newest: try time("max"), oldest: try time("min"),
                unchecked: try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM servedBlob WHERE changed IS NOT NULL AND checked IS NULL"
                ) ?? 0,
                damaged: try Int.fetchOne(db, sql: "SELECT count(*) FROM blob WHERE \(Blob.isLost)") ?? 0)
        }
    }
}

extension Database {
    /// Rows with bad names. No view shows them; ReproFS itself never writes any.
    fileprivate func badNames(limit: Int) throws -> [Damage] {
        var found: [Damage] = []
        let keys = [
            "directory": "id", "model": "id", "live": "id", "imageName": "id", "pin": "pinSet || '.' || position",
            "pinName": "id",
        ]
        for (table, key) in keys.sorted(by: { $0.key < $1.key }) {
            let rows = try Row.fetchCursor(self, sql: "SELECT CAST(\(key) AS TEXT), name FROM \(table)")
            while found.count < limit, let row = try rows.next() {
                do { _ = try row.name(1) } catch let problem as NameError {
                    let detail = "row \(try row.value(0) ?? "") of '\(table)' has a bad name: \(problem)"
                    found.append(Damage(kind: .catalogue, digest: nil, detail: detail))
                }
            }
        }
        return found
    }
}
