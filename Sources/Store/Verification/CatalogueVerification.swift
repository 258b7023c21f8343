import Foundation
import GRDB
package import Recipe
import SystemPackage

extension Store {
    /// Whether the catalogue is whole in itself: SQLite's pages and indexes, and rows that name other rows.
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
                        detail:
                            "\(row["table"] as String) row \(row["rowid"] ?? 0) names a \(row["parent"] as String) that is not there"
                    ))
            }
            return found
        }
    }

    /// Whether the documents in the catalogue are what their hashes say. `progress` is told of every one.
    package func verifyDocuments(_ progress: () throws(StoreError) -> Void) throws(StoreError) -> [Damage] {
        var found: [Damage] = []
        var last: Int64 = 0
        while true {
            let rows = try page(
                """
                SELECT id AS blob, sha256, size, private, zstd, damaged FROM document JOIN blob ON blob.id = document.blob
                WHERE document.blob > ? ORDER BY document.blob
                """, [last], 500
            ) { (blob: try Blob($0), zstd: $0["zstd"] as Data, isKnown: $0["damaged"] as Bool) }
            guard let newest = rows.last else { return found }
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

    /// What lies in blobs/ and is in no row. What changed since `grace` may be about to get one.
    package func verifyFiles(grace: Timestamp) throws(StoreError) -> [Damage] {
        var found: [Damage] = []
        for bytes in try DirectoryListing.entries(in: files.directory) {
            let name = String(decoding: bytes, as: UTF8.self)
            guard let digest = Digest(hex: name), name == digest.hex else {
                found.append(Damage(kind: .foreign, digest: nil, detail: "blobs/sha256/\(name) is no blob"))
                continue
            }
            let isNamed = try one(
                "SELECT 1 FROM blob WHERE sha256 = ? AND (changed IS NOT NULL OR damaged) AND dropped IS NULL",
                [digest.data]
            ) { _ in true }
            guard isNamed == nil, let facts = try FileFacts.at(files.path(of: digest), followLinks: false),
                facts.changed < grace
            else { continue }
            found.append(Damage(kind: .stray, digest: digest, detail: "no row names it; 'reprofs gc' takes it away"))
        }
        return found
    }

    /// Where `index.json` and the catalogue do not have the same pins.
    package func verifyPins() throws(StoreError) -> [Damage] {
        guard let unknown = try unknownPins() else {
            return [Damage(kind: .pins, digest: nil, detail: "index.json cannot be read; --repair writes it anew")]
        }
        var found = unknown.map {
            Damage(
                kind: .pins, digest: $0.manifest,
                detail: "the catalogue does not know the pin '\($0.name)' of index.json; --repair brings it back")
        }
        if found.isEmpty, try LayoutIndex.read(in: path) != layoutIndex().bytes {
            found.append(
                Damage(kind: .pins, digest: nil, detail: "index.json does not have every pin; --repair writes it anew"))
        }
        return found
    }

    /// How far the store's bytes have been read again. Times are nil where nothing was read yet.
    package struct VerificationState: Sendable {
        /// When a blob was read last, and when the one was that was read longest ago.
        package let newest, oldest: Timestamp?
        /// Blobs in files that were not read since they were published, and blobs that are lost.
        package let unchecked, damaged: Int
    }

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
                damaged: try Int.fetchOne(db, sql: "SELECT count(*) FROM blob WHERE damaged AND dropped IS NULL") ?? 0)
        }
    }
}
