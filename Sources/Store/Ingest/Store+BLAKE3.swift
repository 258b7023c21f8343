import Foundation
import GRDB
import Recipe

/// BLAKE3 of models, by which InvokeAI and Civitai identify them. It would slow down adding by a seventh, and few images record it: so a
/// mount reads it in the background, and commands read it when an image waits for it.
extension Store {
    /// Whether b3sum is installed on this machine.
    package static var hasBLAKE3: Bool { BLAKE3Process.isInstalled }

    /// The most bytes and files that one process of b3sum reads.
    private static let group = (bytes: 64 << 20, files: 128)

    /// The next models without a BLAKE3 whose other hashes are known, as many as one process of b3sum reads; none if it is not installed.
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

    /// Whether an image recorded a hash of BLAKE3's length that no model is known to have.
    package func isWaitingForBLAKE3() throws(StoreError) -> Bool {
        guard Self.hasBLAKE3 else { return false }
        return try one("SELECT 1 FROM want WHERE kind = 'hash' AND length(value) = 64 LIMIT 1", []) { _ in true }
            ?? false
    }

    /// Reads models with b3sum, and stores the digests. `ending` stops it.
    package func readBLAKE3(of blobs: [Blob], _ ending: Ending = Ending()) throws(StoreError) {
        var caches: [PageCacheGuard] = []
        for blob in blobs {
            guard case .file(let file) = try contents(of: blob) else { continue }
            caches.append(PageCacheGuard(file, size: blob.size))
        }
        defer { for cache in caches { cache.restore() } }
        let names = blobs.map(\.digest.hex)
        // If one file cannot be read, the others are read without it.
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
