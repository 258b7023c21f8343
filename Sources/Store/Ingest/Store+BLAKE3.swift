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

    /// Reads it for the models that lack it now, whose other hashes are known; nothing where b3sum is not installed. Models that come
    /// meanwhile are left for the next time: if others add models all the time, there would be no end. `mayGoOn` is asked before each
    /// process of b3sum, and `progress` told how many models it has read. `ending` cuts it off. False where not all were read.
    @discardableResult
    package func readBLAKE3(
        _ ending: Ending = Ending(), mayGoOn: () -> Bool = { true }, progress: (Int) -> Void = { _ in }
    ) throws(StoreError) -> Bool {
        guard Self.hasBLAKE3,
            let last = try one("SELECT max(blob.id) AS id \(Self.unread)", [], { try $0.value("id") as Int64? }) ?? nil
        else { return true }
        while case let blobs = try withoutBLAKE3(upTo: last), !blobs.isEmpty {
            guard mayGoOn() else { return false }
            try readBLAKE3(of: blobs, ending)
            progress(blobs.count)
        }
        return true
    }

    /// As many as one process of b3sum reads.
    private func withoutBLAKE3(upTo last: Int64) throws(StoreError) -> [Blob] {
        let blobs = try page(
            "SELECT \(Blob.columns) \(Self.unread) AND blob.id <= ? ORDER BY blob.id", [last], Self.group.files,
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

    /// Has b3sum read models, and keeps what it says.
    private func readBLAKE3(of blobs: [Blob], _ ending: Ending) throws(StoreError) {
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
        try catalogue.writeSoon { db in
            for (blob, digest) in zip(blobs, digests) {
                try db.setBLAKE3(digest, of: blob.id)
                if let digest { try db.came(hash: digest.hex) }
            }
            try db.touch(.hashes)
        }
    }
}
