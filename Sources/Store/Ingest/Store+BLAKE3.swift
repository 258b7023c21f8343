import Foundation
import GRDB
import Recipe

/// BLAKE3 of models, by which InvokeAI and Civitai know them. Reading it would slow the ingest by a seventh, and few images
/// record it: a mount reads it at leisure, and commands where an image waits for it.
extension Store {
    /// Whether it can be had on this machine.
    package static var hasBLAKE3: Bool { BLAKE3Process.isInstalled }

    /// More bytes or files than these are another process's.
    private static let group = (bytes: 64 << 20, files: 128)

    /// The next models whose other hashes are known, as many as one process of b3sum reads; none where it is not installed.
    package func withoutBLAKE3() throws(StoreError) -> [Blob] {
        guard Self.hasBLAKE3 else { return [] }
        let blobs = try page(
            "SELECT \(Blob.columns) \(Self.unread) ORDER BY blob.id", [], Self.group.files,
            Blob.init)
        var size = 0
        let rest = blobs.dropFirst().prefix { blob in
            size += blob.size
            return size + blobs[0].size <= Self.group.bytes
        }
        return blobs.prefix(1) + Array(rest)
    }

    /// How many models have no BLAKE3 yet.
    package func countWithoutBLAKE3() throws(StoreError) -> Int {
        try one("SELECT count(*) \(Self.unread)", []) { try $0.value(0) } ?? 0
    }

    private static let unread = """
        FROM identity JOIN servedBlob AS blob ON blob.id = identity.blob
        WHERE identity.blake3 IS NULL AND changed IS NOT NULL
        """

    /// Whether an image recorded a hash of this length that is not a model's yet.
    package func isWaitingForBLAKE3() throws(StoreError) -> Bool {
        guard Self.hasBLAKE3 else { return false }
        return try one("SELECT 1 FROM want WHERE kind = 'hash' AND length(value) = 64 LIMIT 1", []) { _ in true }
            ?? false
    }

    /// Has b3sum read models, and keeps what it says. `ending` cuts it off.
    package func readBLAKE3(of blobs: [Blob], _ ending: Ending = Ending()) throws(StoreError) {
        var caches: [PageCacheGuard] = []
        for blob in blobs {
            guard case .file(let file) = try contents(of: blob) else { continue }
            caches.append(PageCacheGuard(file, size: blob.size))
        }
        defer { for cache in caches { cache.restore() } }
        let names = blobs.map(\.digest.hex)
        // One that cannot be read must not keep the others from it.
        var digests: [Digest?] = try BLAKE3Process.digests(of: names, in: files.directory, ending) ?? []
        if digests.isEmpty {
            for name in names {
                digests.append(try BLAKE3Process.digests(of: [name], in: files.directory, ending)?.first)
            }
        }
        try catalogue.write { db in
            for (blob, digest) in zip(blobs, digests) {
                try db.setBLAKE3(digest, of: blob.id)
                if let digest { try db.came(hash: digest.hex) }
            }
            try db.touch(.hashes)
        }
    }
}
