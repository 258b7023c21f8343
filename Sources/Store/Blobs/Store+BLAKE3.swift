import Foundation
import GRDB
import Recipe

/// BLAKE3 of models, by which InvokeAI and Civitai know them. Reading it would slow the ingest by a seventh, and few images
/// record it: a mount reads it at leisure, and commands where an image waits for it.
extension Store {
    /// Whether it can be had on this machine.
    package static var hasBLAKE3: Bool { BLAKE3Process.isInstalled }

    /// Models whose other hashes are known; none where b3sum is not installed.
    package func withoutBLAKE3(limit: Int = .max) throws(StoreError) -> [Blob] {
        guard Self.hasBLAKE3 else { return [] }
        return try page(
            """
            SELECT blob.id AS blob, sha256, size FROM identity JOIN blob ON blob.id = identity.blob
            WHERE identity.blake3 IS NULL AND changed IS NOT NULL AND NOT damaged ORDER BY blob.id
            """, [], limit, Blob.init)
    }

    /// Whether an image recorded a hash of this length that is no model's yet.
    package func isWaitingForBLAKE3() throws(StoreError) -> Bool {
        guard Self.hasBLAKE3 else { return false }
        return try one("SELECT 1 FROM want WHERE kind = 'hash' AND length(value) = 64 LIMIT 1", []) { _ in true }
            ?? false
    }

    /// Has b3sum read a model, and keeps what it says.
    package func readBLAKE3(of blob: Blob) throws(StoreError) {
        guard case .file(let file) = try contents(of: blob) else { return }
        let cache = PageCacheGuard(file, size: blob.size)
        defer { cache.restore() }
        guard let process = BLAKE3Process(files.path(of: blob.digest)) else { return }
        let digest = process.finish()
        try catalogue.write { db in
            // No bytes say that b3sum failed, so that it is not tried for ever.
            try db.execute(
                sql: "UPDATE identity SET blake3 = ? WHERE blob = ?", arguments: [digest?.data ?? Data(), blob.id])
            if let digest { try db.came(hash: digest.hex) }
            try db.touch(.hashes)
        }
    }
}
