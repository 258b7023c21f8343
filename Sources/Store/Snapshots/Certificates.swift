import Foundation
import GRDB
package import Recipe

/// A certificate: what was to be reproduced, what the run opened, where it ran, and the result.
package struct CertificateRow: Sendable {
    /// The result of the run.
    package let verdict: ReproductionVerdict
    /// When the image was made again.
    package let time: Timestamp
    /// The certificate itself.
    package let document: Blob
}

extension Store {
    /// Stores a certificate with its snapshot. A verified one counts for every snapshot of the image that pins the same bytes.
    package func keep(
        certificate: JSON, _ verdict: ReproductionVerdict, of snapshot: SnapshotRow
    ) throws(StoreError) {
        let blob = try files.publish(
            Array(certificate.canonical().utf8), isPrivate: snapshot.document.isPrivate)
        try catalogue.write { db in
            let document = try snapshotDocument(snapshot.document.id, of: snapshot.id, db)
            let number = try db.insertCertificate(
                try db.blob(blob, in: files), verdict, of: snapshot.id, pins: document.recipe.pinnedBytes)
            let environment = try document.environment.flatMap { try JSONParser.parse(documentBytes($0.sha256, db)) }
            let causes = document.recipe.causes(in: environment)
            // Every grade that depends on one of its causes may have changed.
            if try db.learn(causes, from: number, verdict, certificate) {
                try db.renderAgain()
            }
            try db.renderAgain(besides: snapshot.id)
        }
    }

    /// Every certificate of a snapshot, the newest first.
    package func certificates(of snapshot: Int64) throws(StoreError) -> [CertificateRow] {
        try page(
            """
            SELECT certificate.verdict, certificate.time, \(Blob.columns) FROM certificate
            JOIN blob ON blob.id = certificate.document WHERE snapshot = ? ORDER BY certificate.id DESC
            """, [snapshot], 10_000
        ) { row in
            CertificateRow(
                verdict: ReproductionVerdict(rawValue: try row.value("verdict")) ?? .different,
                time: try row.time("time"), document: try Blob(row))
        }
    }

    /// The attempts to make an image again from the bytes that a recipe pins, the oldest first; at most the last thousand.
    func attempts(on recipe: Recipe, image: Int64, _ db: Database) throws -> [Attempt] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT certificate.verdict, certificate.time, certificate.document, blob.sha256 FROM certificate
                JOIN snapshot ON snapshot.id = certificate.snapshot JOIN blob ON blob.id = certificate.document
                WHERE snapshot.image = ? AND certificate.pins = ? ORDER BY certificate.id DESC LIMIT 1000
                """, arguments: [image, recipe.pinnedBytes.data])
        return try rows.reversed().map { row in
            Attempt(
                ReproductionVerdict(rawValue: try row.value("verdict")) ?? .different,
                at: try row.time("time"), certificate: try row.digest("sha256"),
                reading: try? JSONParser.parse(try documentBytes(row.value("document") as Int64, db)))
        }
    }

    /// The pixel digest of a snapshot's image; nil if its pixels are not exact.
    package func pixels(ofSnapshot id: Int64) throws(StoreError) -> Digest? {
        try one("SELECT pixels FROM snapshot JOIN image ON image.id = snapshot.image WHERE snapshot.id = ?", [id]) {
            row in
            try (row.value("pixels") as Data?).map { try Digest(column: $0) }
        } ?? nil
    }
}

extension Recipe {
    /// Identifies all pinned bytes: equal for two snapshots that pin the same files under the same names.
    fileprivate var pinnedBytes: Digest {
        let lines =
            models.compactMap { use in
                use.resolution.map { "\(use.reference.node)\0\(use.reference.input)\0\($0.sha256)\n" }
            }
            + inputs.compactMap { use in use.resolution.map { "\(use.reference.node)\0\($0.sha256)\n" } }
        return SHA256.digest(of: Array(Set(lines).sorted().joined().utf8))
    }
}
