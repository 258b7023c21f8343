import Foundation
import GRDB
package import Recipe

/// Bytes that somebody wants, as far as the catalogue knows them.
package struct WantedBytes: Sendable {
    /// Their SHA-256.
    package let digest: Digest
    /// Bytes; nil if only the hash is known.
    package let size: Int?
    /// A name for people.
    package let name: String

    package init(_ digest: Digest, size: Int?, name: String) {
        (self.digest, self.size, self.name) = (digest, size, name)
    }

    package init(_ version: VersionListing) {
        self.init(version.sha256, size: version.size, name: "\(version.fullName)@v\(version.number)")
    }
}

extension Store {
    /// Where the bytes with this hash are.
    package func place(of digest: Digest) throws(StoreError) -> Verdict.Place {
        try catalogue.read { db in try db.place(of: digest) }
    }

    /// The list of the pieces of bytes that may be lost; nil if none was ever made.
    package func pieces(of digest: Digest, size: Int) throws(StoreError) -> PieceList? {
        let row = try one(
            "SELECT \(Blob.columns) FROM blob WHERE sha256 = ? AND size = ?", [digest.data, size], Blob.init)
        return try row.flatMap { row throws(StoreError) in try pieces(of: row) }
    }

    /// All bytes that were ever known by a hash of any kind, also those that are lost: a SHA-256 or the beginning of one, AutoV1, AutoV3,
    /// BLAKE3 or CRC-32 in hexadecimal.
    package func bytes(everKnownBy text: String) throws(StoreError) -> [WantedBytes] {
        guard text.utf8.count >= 8, let prefix = DigestPrefix(hex: text) else { return [] }
        return try page(
            """
            SELECT DISTINCT blob.sha256, blob.size FROM blob LEFT JOIN identity ON identity.blob = blob.id
            WHERE blob.sha256 BETWEEN ?1 AND ?2 OR identity.autoV1 = ?3 OR identity.crc32 = ?4
            OR ?5 >= 12 AND (identity.tensors BETWEEN ?1 AND ?2 OR identity.blake3 BETWEEN ?1 AND ?2)
            ORDER BY blob.id
            """,
            [Data(prefix.low), Data(prefix.high), text.lowercased(), text.uppercased(), prefix.digits], 1000
        ) { WantedBytes(try $0.digest("sha256"), size: try $0.size("size"), name: "") }.map {
            WantedBytes($0.digest, size: $0.size, name: "sha256:\($0.digest.hex.prefix(12))")
        }
    }

    /// The models of snapshots that have no version here, by their SHA-256 or its beginning: they are left at a remote.
    package func pinnedBytes(knownBy text: String) throws(StoreError) -> [WantedBytes] {
        guard text.utf8.count >= 8, let prefix = DigestPrefix(hex: text) else { return [] }
        return try page(
            """
            SELECT blob.sha256, blob.size FROM blob WHERE blob.sha256 BETWEEN ? AND ?
            AND EXISTS (SELECT 1 FROM pin JOIN snapshot ON snapshot.models = pin.pinSet WHERE pin.blob = blob.id)
            ORDER BY blob.id
            """, [Data(prefix.low), Data(prefix.high)], 1000
        ) {
            let digest = try $0.digest("sha256")
            return WantedBytes(digest, size: try $0.size("size"), name: "sha256:\(digest.hex.prefix(12))")
        }
    }

    /// The files of a snapshot that the store does not have.
    package func lostFiles(of snapshot: SnapshotRow) throws(StoreError) -> [WantedBytes] {
        var lost: [WantedBytes] = []
        var all = snapshot.documents.map { (path: $0.file.rawValue, blob: $0.blob) }
        for (folder, set) in snapshot.trees {
            all += try pinnedFiles(in: set).map { (path: "\(folder)/\($0.path)", blob: $0.blob) }
        }
        for (path, blob) in all where try !isThere(blob) {
            lost.append(WantedBytes(blob.digest, size: blob.size, name: path))
        }
        return lost
    }

    /// Whether the store has these bytes and they are the right ones.
    package func isThere(_ digest: Digest) throws(StoreError) -> Bool {
        try blob(digest).map { blob throws(StoreError) in try isThere(blob) } ?? false
    }

    private func isThere(_ blob: Blob) throws(StoreError) -> Bool {
        do throws(StoreError) { _ = try contents(of: blob) } catch {
            switch error {
            case .blobMissing, .blobDamaged: return false
            default: throw error
            }
        }
        return true
    }
}
