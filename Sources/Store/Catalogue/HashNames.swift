import Foundation
import GRDB
package import Recipe

/// A way to name bytes by a hash other than their SHA-256.
package enum HashName: Sendable, CaseIterable {
    case autoV1, autoV2, autoV3, blake3

    /// How many digits a name has.
    package var digits: Int {
        switch self {
        case .autoV1: 8
        case .autoV2: 10
        case .autoV3: 12
        case .blake3: 64
        }
    }

    /// The hash in lower-case hex as SQL, as long as a name is.
    fileprivate var column: String {
        switch self {
        case .autoV1: "identity.autoV1"
        case .autoV2: "lower(hex(substr(blob.sha256, 1, 5)))"
        case .autoV3: "lower(hex(substr(identity.tensors, 1, 6)))"
        case .blake3: "lower(hex(identity.blake3))"
        }
    }

    /// The SQL condition that a row has the name `?`, which an index serves.
    fileprivate var matches: String {
        switch self {
        case .autoV1: "identity.autoV1 = ?1"
        case .autoV2: "blob.sha256 BETWEEN ?2 AND ?3"
        case .autoV3: "identity.tensors BETWEEN ?2 AND ?3"
        case .blake3: "identity.blake3 BETWEEN ?2 AND ?3"
        }
    }
}

private let identified = "FROM identity JOIN blob ON blob.id = identity.blob AND blob.dropped IS NULL"

extension Store {
    /// The names by which other tools know these bytes: those that were computed so far.
    package func hashNames(of digest: Digest) throws(StoreError) -> [(hash: HashName, name: String)] {
        let columns = HashName.allCases.map(\.column).joined(separator: ", ")
        return try one("SELECT \(columns) \(identified) WHERE blob.sha256 = ?", [digest.data]) { row in
            try HashName.allCases.enumerated().compactMap { index, hash in
                let name: String? = try row.value(index)
                return name.flatMap { $0.isEmpty ? nil : (hash, $0) }
            }
        } ?? []
    }

    /// The model that was first known by this hash. Several can share one: merges an AutoV1, edited headers an AutoV3.
    package func blob(_ hash: HashName, _ prefix: DigestPrefix, _ digits: String) throws(StoreError) -> Blob? {
        // An argument that the statement does not use is an error, so each is named.
        try one(
            """
            SELECT \(Blob.columns) \(identified)
            WHERE \(hash.matches) AND ?1 IS NOT NULL AND ?2 IS NOT NULL AND ?3 IS NOT NULL ORDER BY blob.id LIMIT 1
            """, [digits, Data(prefix.low), Data(prefix.high)], Blob.init)
    }

    /// The next names of this kind, each with the model that was first known by it.
    package func names(
        _ hash: HashName, after id: Int64, limit: Int
    ) throws(StoreError) -> [(name: EntryName, blob: Blob)] {
        try page(
            """
            SELECT \(Blob.columns), \(hash.column) AS name \(identified)
            WHERE blob.id > ? AND name IS NOT NULL AND name <> ''
            AND NOT EXISTS (
                SELECT 1 FROM identity other JOIN blob first ON first.id = other.blob AND first.dropped IS NULL
                WHERE other.blob < blob.id
                AND \(hash.column.replacing("identity.", with: "other.").replacing("blob.sha256", with: "first.sha256"))
                    = \(hash.column))
            ORDER BY blob.id
            """, [id], limit
        ) { (name: try $0.name("name"), blob: try Blob($0)) }
    }
}
