import Foundation
import GRDB
import Recipe

// Everything that is written into `identity` and `claim`.

extension Database {
    func setBLAKE3(_ digest: Digest?, of blob: Int64) throws {
        // Empty bytes mean that b3sum failed, so that it is not tried again and again.
        try execute(
            cachedStatement(sql: "UPDATE identity SET blake3 = ? WHERE blob = ?"), [digest?.data ?? Data(), blob])
    }

    func setImports(_ imports: String?, of blob: Int64) throws {
        try execute(sql: "UPDATE identity SET imports = ? WHERE blob = ?", arguments: [imports, blob])
    }

    /// Stores what was read of a model. `header` is the blob of its header, `claims` the short values in it.
    func setIdentity(
        of blob: Int64, autoV1: String?, tensors: Digest?, layout: Digest?, crc32: String, header: Int64?,
        imports: String?, claims: [(key: String, value: String)]
    ) throws {
        try execute(
            sql: """
                INSERT OR REPLACE INTO identity (blob, autoV1, tensors, layout, crc32, header, imports)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, arguments: [blob, autoV1, tensors?.data, layout?.data, crc32, header, imports])
        try execute(sql: "DELETE FROM claim WHERE blob = ?", arguments: [blob])
        for (key, value) in claims {
            try execute(sql: "INSERT INTO claim VALUES (?, ?, ?)", arguments: [blob, key, value])
        }
    }

    /// Forgets everything that was read of these bytes.
    func deleteIdentity(of blob: Int64) throws {
        try execute(cachedStatement(sql: "DELETE FROM claim WHERE blob = ?"), [blob])
        try execute(cachedStatement(sql: "DELETE FROM identity WHERE blob = ?"), [blob])
        try execute(cachedStatement(sql: "UPDATE identity SET header = NULL WHERE header = ?"), [blob])
    }
}
