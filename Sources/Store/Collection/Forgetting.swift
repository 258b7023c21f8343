import GRDB
import Recipe

extension Database {
    /// Removes snapshots without a pin that were made before `time` or are in `rows`, and images that have none left. Removing an image's
    /// newest snapshot also removes those that it superseded: they know less of the image, and one of them would stand for all that is
    /// known.
    func forgetSnapshots(before time: Timestamp?, rows: [Int64], _ report: inout CollectionReport) throws {
        try execute(
            sql: """
                CREATE TEMP TABLE forgotten AS SELECT id, image FROM snapshot
                WHERE (recorded < ?1 OR id IN (SELECT value FROM json_each(?2))
                    OR image IN (SELECT id FROM image WHERE image.snapshot IN (SELECT value FROM json_each(?2))))
                AND id NOT IN (SELECT snapshot FROM pinName)
                AND id NOT IN (SELECT snapshot FROM active WHERE snapshot IS NOT NULL
                    UNION SELECT nextSnapshot FROM active WHERE nextSnapshot IS NOT NULL)
                """, arguments: [time?.nanoseconds, Store.list(rows)])
        defer { try? execute(sql: "DROP TABLE temp.forgotten") }
        report.snapshots += try Row.fetchAll(
            self,
            sql: """
                SELECT snapshot.sha256, (SELECT name FROM imageName WHERE image = snapshot.image ORDER BY time DESC LIMIT 1) AS name
                FROM snapshot JOIN forgotten ON forgotten.id = snapshot.id ORDER BY snapshot.id
                """
        ).map { try .init(id: $0.digest("sha256"), image: $0.value("name") ?? "image") }
        guard !report.snapshots.isEmpty else { return }
        let forgotten = "SELECT id FROM forgotten"
        try deleteRenderings(ofSnapshotsIn: forgotten)
        try deleteCertificates(ofSnapshotsIn: forgotten)
        // If an older one is kept by a pin, it is the image's current one again.
        try setSnapshots(forgetting: forgotten)
        try deleteSnapshots(in: forgotten)
        try forgetImages(&report)
        try execute(
            sql: """
                CREATE TEMP TABLE unused AS SELECT id FROM pinSet WHERE id NOT IN (
                    SELECT models FROM snapshot UNION SELECT inputs FROM snapshot
                    UNION SELECT nodes FROM snapshot WHERE nodes IS NOT NULL
                    UNION SELECT pinSet FROM active WHERE pinSet IS NOT NULL
                    UNION SELECT nextPinSet FROM active WHERE nextPinSet IS NOT NULL)
                """)
        try deletePinSets(in: "SELECT id FROM unused")
        try execute(sql: "DROP TABLE temp.unused")
        try touch(.snapshots)
    }

    /// Removes images without a snapshot from `by-image`; an image that had the name before has it again.
    private func forgetImages(_ report: inout CollectionReport) throws {
        let gone = "SELECT image FROM forgotten JOIN image ON image.id = forgotten.image WHERE image.snapshot IS NULL"
        let names = try Row.fetchAll(
            self,
            sql: "SELECT directory, name, newest FROM imageName WHERE image IN (\(gone)) ORDER BY directory, name")
        for row in names {
            report.images.append(try text(of: row, dropping: 1))
        }
        try deleteWants(ofImagesIn: gone)
        try deleteImages(in: gone)
        for row in names where try row.value("newest") {
            let directory: Int64 = try row.value("directory")
            try giveBack(imageName: row.value("name"), in: directory)
            try touch(directory)
        }
    }
}
