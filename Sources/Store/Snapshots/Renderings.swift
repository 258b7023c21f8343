import Foundation
import GRDB
package import Recipe
import SystemPackage

/// A text that is served for a snapshot.
package enum RenderingKind: Int, Sendable, CaseIterable {
    case json = 0
    case card = 1
}

/// What `stat` shows of a rendering.
package struct RenderingFacts: Sendable {
    /// The row in which the text was found.
    let row: Int64
    /// Bytes.
    package let size: Int
    /// When the text last changed: its modification time.
    package let rendered: Timestamp
    /// The text, if it was read with the row.
    var compressed: [UInt8]?

    /// The text; nil if the bytes in the row are damaged.
    package func text() -> [UInt8]? { compressed.flatMap { Compression.decompress($0, size: size) } }
}

/// A stored rendering: its size is known without making it again.
package struct Rendering: Sendable {
    /// Bytes.
    package let size: Int
    /// When the text last changed: its modification time.
    package let rendered: Timestamp
    /// The grade that it states.
    package let grade: Grade
    /// The text.
    package let bytes: [UInt8]
}

extension Store {
    /// The recipe or card of a snapshot, for an image of this name; rendered once, and again when grades may have changed.
    ///
    /// `known` saves a query; the result does not depend on it.
    package func rendering(
        _ kind: RenderingKind, of snapshot: Int64, named name: String, known: RenderingFacts? = nil
    ) throws(StoreError) -> Rendering {
        let kept = try catalogue.readOne { db in
            try known.flatMap { try db.rendering(kind, of: snapshot, named: name, in: $0.row) }
                ?? db.rendering(kind, of: snapshot, named: name)
        }
        if let kept { return kept }
        let made = try catalogue.write { db in
            try renderAnyway(snapshot, named: name, db)
            return try db.rendering(kind, of: snapshot, named: name)
        }
        guard let made else { throw .catalogue("a rendering of snapshot \(snapshot) was not kept") }
        return made
    }

    /// Only size and time, for a listing.
    package func renderingFacts(
        _ kind: RenderingKind, of snapshot: Int64, named name: String
    ) throws(StoreError) -> RenderingFacts {
        let kept = try one(
            """
            SELECT rowid, size, rendered FROM rendering WHERE snapshot = ? AND name = ? AND kind = ? AND fresh
            """, [snapshot, name, kind.rawValue]
        ) { try RenderingFacts(row: $0.value(0), size: $0.size(1), rendered: $0.time(2)) }
        if let kept { return kept }
        let made = try rendering(kind, of: snapshot, named: name)
        return RenderingFacts(row: 0, size: made.size, rendered: made.rendered)
    }
}

extension Database {
    /// Reads one from `row`; nil if it is not there.
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
        guard let row, let bytes = try Compression.decompress(Array(row.value(3) as Data), size: row.size(0)) else {
            return nil
        }
        return Rendering(
            size: try row.size(0), rendered: try row.time(1), grade: Grade(rawValue: try row.value(2)) ?? .partial,
            bytes: bytes)
    }
}

extension Store {
    /// The recipe of a snapshot for an image of this name, graded by the store's present state.
    ///
    /// `others` are reasons from elsewhere: what differs on a server.
    package func recipeDocument(
        of snapshot: Int64, named name: String, others: [Reason] = []
    ) throws(StoreError) -> RecipeDocument {
        try catalogue.read { db in try recipeDocument(of: snapshot, named: name, others: others, db) }
    }

    /// Makes the renderings of a snapshot; a text that comes out the same keeps its time.
    @discardableResult
    func render(_ snapshot: Int64, named name: String, _ db: Database) throws -> RecipeDocument {
        let document = try recipeDocument(of: snapshot, named: name, db)
        try db.keep(
            { $0 == .json ? document.json.formatted() : document.card }, grade: document.verdict.grade,
            document.verdict.reasons, of: snapshot, named: name)
        return document
    }

    /// The same even if the snapshot cannot be read: then its renderings say so.
    func renderAnyway(_ snapshot: Int64, named name: String, _ db: Database) throws {
        do { try render(snapshot, named: name, db) } catch let problem as UnreadableSnapshot {
            try db.keep(problem.rendering, grade: .partial, [], of: snapshot, named: name)
        }
    }

    /// The recipe of a snapshot, graded by the store's present state.
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
        let parsed = try snapshotDocument(row.value("document"), of: snapshot, db)
        let attempts = try attempts(on: parsed.recipe, image: row.value("image"), db)
        let environment = try (row.value("environment") as Int64?).map { environment in
            let bytes = try documentBytes(environment, db)
            do { return try JSONParser.parse(bytes) } catch {
                throw UnreadableSnapshot(
                    name: try db.shortName(ofSnapshot: snapshot), why: "its environment is not JSON: \(error)")
            }
        }
        let lessons = try db.lessons(on: parsed.recipe.causes(in: environment))
        return RecipeDocument(
            id: try row.digest("sha256"), snapshot: parsed,
            verdict: try verdict(on: parsed, attempts, lessons, others: others, db),
            name: name,
            prompt: try (row.value("prompt") as Int64?).map { try documentBytes($0, db) },
            workflow: try (row.value("workflow") as Int64?).map { try documentBytes($0, db) },
            parameters: try (row.value("parameters") as Int64?).map { try documentBytes($0, db) },
            pixels: try (row.value("pixels") as Data?).map { try Digest(column: $0) },
            environment: environment, attempts: attempts, lessons: lessons)
    }

    /// The snapshot in a document's row.
    func snapshotDocument(_ document: Int64, of snapshot: Int64, _ db: Database) throws -> SnapshotDocument {
        try files.snapshotDocument(document, of: snapshot, db)
    }

    private func verdict(
        on snapshot: SnapshotDocument, _ attempts: [Attempt], _ lessons: [Lesson], others: [Reason], _ db: Database
    ) throws -> Verdict {
        let recipe = snapshot.recipe
        let digests = recipe.models.compactMap(\.resolution?.sha256) + recipe.inputs.compactMap(\.resolution?.sha256)
        var places: [Digest: Verdict.Place] = [:]
        for digest in digests { places[digest] = try db.place(of: digest) }
        return Verdict(recipe, made: snapshot.image.time, attempts: attempts, lessons: lessons, others: others) {
            places[$0] ?? .nowhere
        }
    }
}

extension BlobFiles {
    /// The snapshot in a document's row.
    func snapshotDocument(_ document: Int64, of snapshot: Int64, _ db: Database) throws -> SnapshotDocument {
        let bytes = try self.document(document, db)
        do { return try SnapshotDocument(try JSONParser.parse(bytes)) } catch {
            throw UnreadableSnapshot(name: try db.shortName(ofSnapshot: snapshot), why: "\(error)")
        }
    }
}

/// A snapshot's document that says what no snapshot can say; only one from elsewhere may.
struct UnreadableSnapshot: Error, CustomStringConvertible {
    let name: String
    let why: String
    var description: String { "the snapshot \(name) cannot be read: \(why)" }

    /// It keeps its place in the views, with a text that says what is wrong.
    func rendering(_ kind: RenderingKind) -> String {
        guard kind == .json else { return [description].shown }
        let problem: JSON = ["schema": DocumentSchema.unreadable.json, "problem": .string(description)]
        return problem.formatted()
    }
}

extension Database {
    /// Stores the texts of a snapshot for an image of this name; one that comes out the same keeps its time.
    fileprivate func keep(
        _ text: (RenderingKind) -> String, grade: Grade, _ reasons: [Reason], of snapshot: Int64, named name: String
    ) throws {
        let now = Timestamp.now()
        let codes = Set(reasons.map(\.code.rawValue)).sorted().joined(separator: " ")
        for kind in RenderingKind.allCases {
            try keepRendering(
                Array(text(kind).utf8), kind: kind.rawValue, grade: grade.rawValue, reasons: codes, of: snapshot,
                named: name, at: now)
        }
    }

    func shortName(ofSnapshot id: Int64) throws -> String {
        try String.fetchOne(self, sql: "SELECT short FROM snapshot WHERE id = ?", arguments: [id]) ?? "\(id)"
    }
}
