import GRDB
package import Recipe

/// A run that made an image again, or did not, as a list of runs shows it.
package struct CertificateListing: Sendable {
    /// Its row; later runs have larger ones.
    package let id: Int64
    /// The SHA-256 of the image's file.
    package let image: Digest
    /// The newest file name of the image.
    package let name: String
    package let attempt: Attempt
}

extension Store {
    /// Runs of all images, the newest first: those before a row, or the newest ones.
    package func certificates(before id: Int64 = .max, limit: Int) throws(StoreError) -> [CertificateListing] {
        let rows = try page(
            """
            SELECT certificate.id AS id, certificate.verdict AS verdict, certificate.time AS time, image.sha256 AS image,
            blob.sha256 AS document,
            (SELECT name FROM imageName WHERE image = image.id ORDER BY time DESC, id DESC LIMIT 1) AS name
            FROM certificate JOIN snapshot ON snapshot.id = certificate.snapshot JOIN image ON image.id = snapshot.image
            JOIN blob ON blob.id = certificate.document WHERE certificate.id < ? ORDER BY certificate.id DESC
            """, [id], limit
        ) { row in
            (
                id: try row.value("id") as Int64, verdict: try row.value("verdict") as String,
                time: try row.time("time"), image: try row.digest("image"), document: try row.digest("document"),
                name: try row.value("name") as String?
            )
        }
        var listings: [CertificateListing] = []
        for row in rows {
            // A certificate that can no longer be read is listed all the same: the run took place.
            let bytes = try blob(row.document).flatMap { blob in try? self.bytes(of: blob) }
            let attempt = Attempt(
                ReproductionVerdict(rawValue: row.verdict) ?? .different, at: row.time, certificate: row.document,
                reading: bytes.flatMap { try? JSONParser.parse($0) })
            listings.append(
                CertificateListing(id: row.id, image: row.image, name: row.name ?? "image", attempt: attempt))
        }
        return listings
    }
}
