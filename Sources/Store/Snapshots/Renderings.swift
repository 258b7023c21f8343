import Foundation
import GRDB
package import Recipe
import SystemPackage

/// A text that is served for a snapshot.
package enum RenderingKind: Int, Sendable, CaseIterable {
    case json = 0
    case card = 1
}

/// What `stat` tells of a rendering.
package struct RenderingFacts: Sendable {
    /// Where its text was found.
    let row: Int64
    /// Bytes.
    package let size: Int
    package let rendered: Timestamp
    /// The text, where it was read along.
    var compressed: [UInt8]?

    package func text() -> [UInt8]? { compressed.flatMap { Compression.decompress($0, size: size) } }
}

/// A rendering as it is kept: its size is known without making it again.
package struct Rendering: Sendable {
    /// Bytes.
    package let size: Int
    package let rendered: Timestamp
    package let grade: Grade
    package let bytes: [UInt8]
}

extension Store {
    /// The recipe or card of a snapshot, for an image of this name; made once, and again when what grades rest on changed.
    ///
    /// `known` saves looking for it; whatever it says, the text is that of the snapshot and the name.
    package func rendering(
        _ kind: RenderingKind, of snapshot: Int64, named name: String, known: RenderingFacts? = nil
    ) throws(StoreError) -> Rendering {
        let kept = try catalogue.readOne { db in
            try known.flatMap { try db.rendering(kind, of: snapshot, named: name, in: $0.row) }
                ?? db.rendering(kind, of: snapshot, named: name)
        }
        if let kept { return kept }
        let made = try catalogue.write { db in
            try render(snapshot, named: name, db)
            return try db.rendering(kind, of: snapshot, named: name)
        }
        guard let made else { throw .catalogue("a rendering of snapshot \(snapshot) was not kept") }
        return made
    }

    /// Size and time alone, as a listing needs them.
    package func renderingFacts(
        _ kind: RenderingKind, of snapshot: Int64, named name: String
    ) throws(StoreError) -> RenderingFacts {
        let kept = try one(
            """
            SELECT rowid, size, rendered FROM rendering WHERE snapshot = ? AND name = ? AND kind = ? AND fresh
            """, [snapshot, name, kind.rawValue]
        ) { RenderingFacts(row: $0[0], size: $0[1], rendered: Timestamp(nanoseconds: $0[2])) }
        if let kept { return kept }
        let made = try rendering(kind, of: snapshot, named: name)
        return RenderingFacts(row: 0, size: made.size, rendered: made.rendered)
    }
}

extension Database {
    /// `row`: where it is to be; nil where it is not there.
    func rendering(
        _ kind: RenderingKind, of snapshot: Int64, named name: String, in row: Int64? = nil
    ) throws -> Rendering? {
        var arguments: StatementArguments = [snapshot, name, kind.rawValue]
        var sql =
            "SELECT size, rendered, grade, zstd FROM rendering WHERE snapshot = ? AND name = ? AND kind = ? AND fresh"
        if let row {
            sql += " AND rowid = ?"
            arguments += [row]
        }
        let row = try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
        guard let row, let bytes = Compression.decompress(Array(row[3] as Data), size: row[0]) else {
            return nil
        }
        return Rendering(
            size: row[0], rendered: Timestamp(nanoseconds: row[1]), grade: Grade(rawValue: row[2]) ?? .partial,
            bytes: bytes)
    }
}

extension Store {
    /// The recipe of a snapshot, for an image of this name, graded against the store as it is now.
    ///
    /// `others` are reasons that lie outside it: what differs on a server.
    package func recipeDocument(
        of snapshot: Int64, named name: String, others: [Reason] = []
    ) throws(StoreError) -> RecipeDocument {
        try catalogue.read { db in try recipeDocument(of: snapshot, named: name, others: others, db) }
    }

    /// Makes the renderings of a snapshot; a text that comes out the same keeps its time.
    @discardableResult
    func render(_ snapshot: Int64, named name: String, _ db: Database) throws -> RecipeDocument {
        let document = try recipeDocument(of: snapshot, named: name, db)
        let now = Timestamp.now().nanoseconds
        for kind in RenderingKind.allCases {
            let text = kind == .json ? document.json.formatted() : document.card
            let bytes = Array(text.utf8)
            try db.execute(
                sql: """
                    INSERT INTO rendering VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (snapshot, name, kind) DO UPDATE SET fresh = 1,
                    rendered = CASE zstd WHEN excluded.zstd THEN rendered ELSE max(excluded.rendered, rendered + 1) END,
                    grade = excluded.grade, size = excluded.size, zstd = excluded.zstd
                    """,
                arguments: [
                    snapshot, name, kind.rawValue, true, now, document.verdict.grade.rawValue, bytes.count,
                    Data(Compression.compress(bytes)),
                ])
        }
        return document
    }

    /// The recipe of a snapshot, graded against the store as it is now.
    func recipeDocument(
        of snapshot: Int64, named name: String, others: [Reason] = [], _ db: Database
    ) throws -> RecipeDocument {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT snapshot.sha256, document, prompt, workflow, parameters, environment, image.pixels,
                snapshot.image FROM snapshot
                JOIN image ON image.id = snapshot.image WHERE snapshot.id = ?
                """, arguments: [snapshot])
        guard let row else { throw StoreError.notFound("snapshot \(snapshot)") }
        let parsed = try snapshotDocument(row["document"], of: snapshot, db)
        let attempts = try attempts(on: parsed.recipe, image: row["image"], db)
        return RecipeDocument(
            id: try Digest(column: row["sha256"]), snapshot: parsed,
            verdict: try verdict(on: parsed, attempts, others: others, db),
            name: name,
            prompt: try (row["prompt"] as Int64?).map { try documentBytes($0, db) },
            workflow: try (row["workflow"] as Int64?).map { try documentBytes($0, db) },
            parameters: try (row["parameters"] as Int64?).map { try documentBytes($0, db) },
            pixels: try (row["pixels"] as Data?).map { try Digest(column: $0) },
            environment: try (row["environment"] as Int64?).map { try JSONParser.parse(try documentBytes($0, db)) },
            attempts: attempts)
    }

    /// What a snapshot says, from its document's row.
    func snapshotDocument(_ document: Int64, of snapshot: Int64, _ db: Database) throws -> SnapshotDocument {
        do { return try SnapshotDocument(try JSONParser.parse(try documentBytes(document, db))) } catch let error
            as StoreError
        {
            throw error
        } catch { throw StoreError.catalogue("the snapshot \(snapshot) cannot be read: \(error)") }
    }

    private func verdict(
        on snapshot: SnapshotDocument, _ attempts: [Attempt], others: [Reason], _ db: Database
    ) throws -> Verdict {
        let recipe = snapshot.recipe
        let digests = recipe.models.compactMap(\.resolution?.sha256) + recipe.inputs.compactMap(\.resolution?.sha256)
        var served: Set<Digest> = []
        for digest in digests {
            if try db.sizeOfBlob(digest) != nil { served.insert(digest) }
        }
        return Verdict(recipe, made: snapshot.image.time, attempts: attempts, others: others) { served.contains($0) }
    }
}
