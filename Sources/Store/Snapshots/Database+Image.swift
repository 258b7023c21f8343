import GRDB
import Recipe
import SystemPackage

// Everything that is written into `image`, `imageFile`, `imageName` and `imageRoot`.

extension Database {
    func makeImage(_ digest: Digest) throws -> Int64 {
        try execute(sql: "INSERT INTO image (sha256) VALUES (?)", arguments: [digest.data])
        return lastInsertedRowID
    }

    func setPixels(_ pixels: Digest?, of image: Int64) throws {
        try execute(
            sql: "UPDATE image SET pixels = ? WHERE id = ? AND pixels IS NOT ?",
            arguments: [pixels?.data, image, pixels?.data])
    }

    /// The newest snapshot of an image.
    func setSnapshot(_ snapshot: Int64, of image: Int64) throws {
        try execute(sql: "UPDATE image SET snapshot = ? WHERE id = ?", arguments: [snapshot, image])
    }

    /// Notes the file as it was read. If nothing was found in it, it counts as changed, so that it is read again the next time: a text may
    /// lie beside it by then.
    func remember(_ image: PreparedImage, as row: Int64) throws {
        let isRead = image.recipe.generator.dialect != nil
        try execute(
            sql: "INSERT OR REPLACE INTO imageFile VALUES (?, ?, ?, ?, ?)",
            arguments: [
                image.path.string, image.file.size, image.file.modified.nanoseconds,
                isRead ? image.file.changed.nanoseconds : 0,
                row,
            ])
    }

    func insertImageName(_ name: EntryName, in directory: Int64, of image: Int64, time: Timestamp) throws {
        try execute(
            sql: """
                INSERT INTO imageName (directory, name, image, time, newest) VALUES (?, ?, ?, ?, 0)
                ON CONFLICT (directory, name, image) DO UPDATE SET time = excluded.time
                """, arguments: [directory, name.databaseValue, image, time.nanoseconds])
    }

    func setNewest(_ isNewest: Bool, imageName id: Int64?) throws {
        try execute(sql: "UPDATE imageName SET newest = ? WHERE id = ?", arguments: [isNewest, id])
    }

    /// The newest image that had a name before gets it back.
    func giveBack(imageName name: DatabaseValue, in directory: Int64) throws {
        try execute(
            cachedStatement(
                sql: """
                    UPDATE imageName SET newest = 1 WHERE id = (SELECT id FROM imageName WHERE directory = ? AND name = ?
                    ORDER BY time DESC, id DESC LIMIT 1)
                    """), [directory, name])
    }

    func insertImageRoot(_ directory: Int64, _ path: FilePath) throws {
        try execute(sql: "INSERT INTO imageRoot VALUES (?, ?)", arguments: [directory, path.string])
    }

    /// Images whose snapshot is forgotten get an older one back, if one is kept.
    func setSnapshots(forgetting rows: String) throws {
        try execute(
            sql: """
                UPDATE image SET snapshot = (SELECT max(id) FROM snapshot WHERE snapshot.image = image.id
                AND snapshot.id NOT IN (\(rows))) WHERE snapshot IN (\(rows))
                """)
    }

    func deleteImages(in rows: String) throws {
        for table in ["imageFile", "imageName"] { try execute(sql: "DELETE FROM \(table) WHERE image IN (\(rows))") }
        try execute(sql: "DELETE FROM image WHERE id IN (\(rows))")
    }
}
