import Foundation
import GRDB
package import Recipe

/// A stored snapshot, as views need it.
package struct SnapshotRow: Sendable {
    /// Its row, which is a part of its nodes' numbers.
    package let id: Int64
    /// The snapshot's id: the SHA-256 of ``document``.
    package let digest: Digest
    /// The name of its directory.
    package let short: EntryName
    /// When it was made.
    package let recorded: Timestamp
    /// Rows of the pinned trees.
    package let models, inputs: Int64
    /// The row of the pinned node packs; nil if none were captured.
    package let nodes: Int64?
    /// `snapshot.json`.
    package let document: Blob
    /// The documents that it refers to, as they came; nil for those that it lacks.
    package let prompt, workflow, parameters, records, environment: Blob?
    /// The newest file name of its image.
    package let imageName: String

    /// Its documents, as they stand in its directory.
    package var documents: [(file: SnapshotFile, blob: Blob)] {
        SnapshotFile.allCases.compactMap { file in
            let blob =
                switch file {
                case .document: document
                case .prompt: prompt
                case .workflow: workflow
                case .parameters: parameters
                case .records: records
                case .environment: environment
                }
            return blob.map { (file, $0) }
        }
    }
    /// The rows of its pinned trees.
    package var trees: [(folder: EntryName, set: Int64)] {
        let all: [(EntryName, Int64?)] = [("models", models), ("input", inputs), ("custom_nodes", nodes)]
        return all.compactMap { folder, set in set.map { (folder, $0) } }
    }

    init(_ row: Row) throws {
        id = try row.id("id", bits: 36)
        digest = try row.digest("sha256")
        short = try EntryName(short: row.value("short"), of: digest)
        recorded = try row.time("recorded")
        models = try row.value("models")
        inputs = try row.value("inputs")
        document = try Self.blob(row, "document") ?? { throw StoreError.catalogue("a snapshot has no document") }()
        prompt = try Self.blob(row, "prompt")
        workflow = try Self.blob(row, "workflow")
        parameters = try Self.blob(row, "parameters")
        records = try Self.blob(row, "records")
        environment = try Self.blob(row, "environment")
        nodes = try row.value("nodes")
        imageName = try row.value("imageName") ?? "image"
    }

    private static func blob(_ row: Row, _ column: String) throws -> Blob? {
        guard let id: Int64 = try row.value(column) else { return nil }
        return Blob(
            id: id, digest: try row.digest(column + "Digest"), size: try row.size(column + "Size"),
            isPrivate: try row.value(column + "Private"))
    }
}

private let columns = """
    SELECT snapshot.*, d.sha256 AS documentDigest, d.size AS documentSize, d.private AS documentPrivate,
    p.sha256 AS promptDigest, p.size AS promptSize, p.private AS promptPrivate,
    w.sha256 AS workflowDigest, w.size AS workflowSize, w.private AS workflowPrivate,
    a.sha256 AS parametersDigest, a.size AS parametersSize, a.private AS parametersPrivate,
    r.sha256 AS recordsDigest, r.size AS recordsSize, r.private AS recordsPrivate,
    e.sha256 AS environmentDigest, e.size AS environmentSize, e.private AS environmentPrivate,
    (SELECT name FROM imageName WHERE image = snapshot.image ORDER BY time DESC, id DESC LIMIT 1) AS imageName
    FROM snapshot JOIN blob d ON d.id = snapshot.document LEFT JOIN blob p ON p.id = snapshot.prompt
    LEFT JOIN blob w ON w.id = snapshot.workflow LEFT JOIN blob a ON a.id = snapshot.parameters
    LEFT JOIN blob r ON r.id = snapshot.records LEFT JOIN blob e ON e.id = snapshot.environment
    """

extension Store {
    /// The snapshot of this row; nil if there is none.
    package func snapshot(_ id: Int64) throws(StoreError) -> SnapshotRow? {
        try one("\(columns) WHERE snapshot.id = ?", [id], SnapshotRow.init)
    }

    /// The snapshot that `by-snapshot` shows under this name; nil if there is none.
    package func snapshot(named short: EntryName) throws(StoreError) -> SnapshotRow? {
        try one("\(columns) WHERE snapshot.short = ?", [short.databaseValue], SnapshotRow.init)
    }

    /// The only snapshot whose id begins with `prefix`; nil if there is none or more than one.
    package func snapshot(_ prefix: DigestPrefix) throws(StoreError) -> SnapshotRow? {
        let found = try snapshots(beginningWith: prefix, limit: 2)
        return found.count == 1 ? found[0] : nil
    }

    /// The oldest snapshots whose ids begin with `prefix`.
    package func snapshots(beginningWith prefix: DigestPrefix, limit: Int) throws(StoreError) -> [SnapshotRow] {
        try page(
            "\(columns) WHERE snapshot.sha256 BETWEEN ? AND ? ORDER BY snapshot.id",
            [Data(prefix.low), Data(prefix.high)], limit, SnapshotRow.init)
    }

    /// A page of snapshots, ordered by row: those after `id`.
    package func snapshots(after id: Int64, limit: Int) throws(StoreError) -> [SnapshotRow] {
        try page("\(columns) WHERE snapshot.id > ? ORDER BY snapshot.id", [id], limit, SnapshotRow.init)
    }

    /// The snapshot of the same image that has superseded this one; nil if there is none.
    package func successor(of snapshot: Int64) throws(StoreError) -> SnapshotRow? {
        try one(
            """
            \(columns) JOIN image AS subject ON subject.snapshot = snapshot.id
            WHERE subject.id = (SELECT image FROM snapshot WHERE id = ?1) AND snapshot.id <> ?1
            """, [snapshot], SnapshotRow.init)
    }

    /// The SHA-256 of the file of a snapshot's image; nil if the snapshot was just forgotten.
    package func image(of snapshot: SnapshotRow) throws(StoreError) -> Digest? {
        try one(
            "SELECT image.sha256 FROM image JOIN snapshot ON snapshot.image = image.id WHERE snapshot.id = ?",
            [snapshot.id]
        ) { try $0.digest("sha256") }
    }

    /// The current snapshots that pin these bytes.
    package func snapshots(pinning digest: Digest) throws(StoreError) -> [SnapshotRow] {
        try page(
            """
            \(columns) JOIN image AS subject ON subject.snapshot = snapshot.id
            WHERE snapshot.models IN (SELECT pin.pinSet FROM pin JOIN blob ON blob.id = pin.blob WHERE blob.sha256 = ?)
            ORDER BY snapshot.id
            """, [digest.data], Int(Int32.max), SnapshotRow.init)
    }

    /// The current snapshot of the image with these bytes.
    package func snapshot(ofImage digest: Digest) throws(StoreError) -> SnapshotRow? {
        try one(
            "\(columns) JOIN image ON image.snapshot = snapshot.id WHERE image.sha256 = ?", [digest.data],
            SnapshotRow.init)
    }
}
