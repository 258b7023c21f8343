import GRDB
import Recipe

// Everything that is written into `want` and `improvable`.

extension Database {
    /// What an image waits for, as stored in the table `want`.
    enum Want: String { case name, hash }

    /// A model has come under this path: images that want its name, or that of a directory on the way to it, may gain.
    func came(_ path: ModelPath) throws {
        for name in ([Folder.stem(of: path.name.text)] + path.parents.map(\.text)).map({ $0.lowercased() }) {
            try execute(
                cachedStatement(
                    sql: "INSERT OR IGNORE INTO improvable SELECT image FROM want WHERE kind = ? AND value = ?"),
                [Want.name.rawValue, name])
        }
    }

    /// Bytes with this hash have come: images that recorded its first digits may gain.
    func came(hash: String) throws {
        // Recorded digits are at least eight of the hash, so they sort between its first eight digits and all of it.
        try execute(
            cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO improvable SELECT image FROM want
                    WHERE kind = ?1 AND value BETWEEN substr(?2, 1, 8) AND ?2 AND value = substr(?2, 1, length(value))
                    """), [Want.hash.rawValue, hash])
    }

    func insertWant(_ kind: Want, _ value: String, of image: Int64) throws {
        try execute(sql: "INSERT OR IGNORE INTO want VALUES (?, ?, ?)", arguments: [image, kind.rawValue, value])
    }

    func deleteWants(of image: Int64) throws {
        try execute(sql: "DELETE FROM want WHERE image = ?", arguments: [image])
    }

    /// The image was resolved again.
    func deleteImprovable(_ image: Int64) throws {
        try execute(sql: "DELETE FROM improvable WHERE image = ?", arguments: [image])
    }

    func deleteWants(ofImagesIn rows: String) throws {
        for table in ["want", "improvable"] { try execute(sql: "DELETE FROM \(table) WHERE image IN (\(rows))") }
    }
}
