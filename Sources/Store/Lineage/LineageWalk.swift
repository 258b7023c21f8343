import Foundation
import GRDB
import Recipe

/// Follows where images and models came from, in one consistent state of the catalogue.
struct LineageWalk {
    let store: Store
    let db: Database
    /// How many nodes there may be; with more, nothing further is followed.
    private let limit: Int
    private(set) var lineage = Lineage()

    init(store: Store, db: Database, limit: Int = Lineage.limit) {
        self.store = store
        self.db = db
        self.limit = limit
    }

    private mutating func mayGoOn() -> Bool {
        if lineage.nodes.count >= limit { lineage.isCut = true }
        return !lineage.isCut
    }

    // MARK: - Images

    /// Adds the image of a snapshot and everything that it was made from; returns its node.
    mutating func image(_ snapshot: Int64) throws -> String? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT image.sha256, (SELECT name FROM imageName WHERE image = image.id ORDER BY time DESC, id DESC LIMIT 1) AS name
                FROM snapshot JOIN image ON image.id = snapshot.image WHERE snapshot.id = ?
                """, arguments: [snapshot])
        guard let row, mayGoOn() else { return nil }
        let digest = try row.digest("sha256")
        let id = "image:\(digest.hex.prefix(16))"
        let document = try store.recipeDocument(of: snapshot, named: row.value("name") ?? "", db)
        let node = Lineage.Node(
            id: id, kind: .image, name: try row.value("name") ?? digest.autoV2, sha256: digest,
            notes: ["snapshot \(document.id.hex.prefix(12))", "grade \(document.verdict.grade.rawValue)"])
        guard lineage.add(node) else { return id }
        if let base = document.snapshot.variation?.base { try join(id, variationOf: base) }
        for use in document.snapshot.recipe.models { lineage.join(id, "made with", try model(use)) }
        for use in document.snapshot.recipe.inputs { lineage.join(id, "made from", try input(use)) }
        return id
    }

    /// Adds the snapshot that was varied; of one that was forgotten only the id is known.
    private mutating func join(_ id: String, variationOf base: Digest) throws {
        let row = try Int64.fetchOne(db, sql: "SELECT id FROM snapshot WHERE sha256 = ?", arguments: [base.data])
        if let row, let other = try image(row) { return lineage.join(id, "variation of", other) }
        let other = "snapshot:\(base.hex.prefix(16))"
        _ = lineage.add(
            .init(id: other, kind: .image, name: String(base.hex.prefix(12)), sha256: nil, notes: ["not in the store"]))
        lineage.join(id, "variation of", other)
    }

    /// An input that is itself an image with a snapshot has a lineage of its own.
    private mutating func input(_ use: Recipe.InputUse) throws -> String {
        guard let digest = use.resolution?.sha256 else {
            let id = "input:\(use.reference.name)"
            _ = lineage.add(.init(id: id, kind: .input, name: use.reference.name, sha256: nil, notes: ["not found"]))
            return id
        }
        let snapshot = try Int64.fetchOne(
            db, sql: "SELECT snapshot FROM image WHERE sha256 = ?", arguments: [digest.data])
        if let snapshot, let id = try image(snapshot) { return id }
        let id = "input:\(digest.hex.prefix(16))"
        _ = lineage.add(
            .init(id: id, kind: .input, name: use.reference.name, sha256: digest, notes: [use.evidence.rawValue]))
        return id
    }

    // MARK: - Models

    private mutating func model(_ use: Recipe.ModelUse) throws -> String {
        let recorded = (use.reference.folder.map { $0 + "/" } ?? "") + use.reference.name
        guard let resolution = use.resolution else {
            let id = "model:\(recorded)"
            let hash = use.reference.recorded.first.map { ["recorded \($0.algorithm.rawValue) \($0.value)"] } ?? []
            _ = lineage.add(
                .init(id: id, kind: .model, name: recorded, sha256: nil, notes: ["not in the store"] + hash))
            return id
        }
        let blob = try db.rowOfBlob(resolution.sha256)
        let name = "\(resolution.folder)/\(resolution.path)" + (resolution.version.map { "@v\($0)" } ?? "")
        return try model(blob: blob, resolution.sha256, name: name)
    }

    /// Adds a model's bytes, the models that its header names, and those with the same weights; returns its node.
    mutating func model(blob: Int64?, _ digest: Digest, name: String) throws -> String {
        let id = "model:\(digest.hex.prefix(16))"
        guard let blob, mayGoOn() else {
            _ = lineage.add(.init(id: id, kind: .model, name: name, sha256: digest))
            return id
        }
        let facts = try ModelFacts(of: blob, store, db)
        guard lineage.add(.init(id: id, kind: .model, name: name, sha256: digest, notes: facts.notes)) else {
            return id
        }
        for twin in facts.twins {
            let other = "model:\(twin.digest.hex.prefix(16))"
            _ = lineage.add(.init(id: other, kind: .model, name: twin.name, sha256: twin.digest))
            lineage.join(id, "same weights as", other)
        }
        for parent in facts.ancestry.parents {
            if let found = try find(parent) {
                lineage.join(id, parent.relation, try model(blob: found.blob, found.digest, name: found.name))
            } else {
                let missing = "model:\(parent.name)"
                let hashes = parent.hashes.map { "\($0.algorithm.rawValue) \($0.value)" }
                _ = lineage.add(
                    .init(
                        id: missing, kind: .model, name: parent.name, sha256: nil, notes: ["not in the store"] + hashes)
                )
                lineage.join(id, parent.relation, missing)
            }
        }
        return id
    }

    /// Finds the bytes that a header names, only by hash: its names may be anybody's.
    private func find(_ parent: ModelAncestry.Parent) throws -> (blob: Int64, digest: Digest, name: String)? {
        guard !parent.hashes.isEmpty else { return nil }
        var reference = ModelReference(folder: nil, name: parent.name, candidates: [], node: "", input: "")
        reference.recorded = parent.hashes
        guard let found = try Resolver(db: db, time: .now()).byHash(reference)?.resolution else { return nil }
        let blob = try db.rowOfBlob(found.sha256)
        let name = "\(found.folder)/\(found.path)" + (found.version.map { "@v\($0)" } ?? "")
        return blob.map { ($0, found.sha256, name) }
    }

    /// Adds the images that are made with these bytes now, the newest so many.
    mutating func images(with blobs: [Int64], _ count: Int) throws {
        let snapshots = try Int64.fetchAll(
            db,
            sql: """
                SELECT DISTINCT image.snapshot FROM image JOIN snapshot ON snapshot.id = image.snapshot
                JOIN pin ON pin.pinSet = snapshot.models WHERE pin.blob IN (SELECT value FROM json_each(?)) ORDER BY image.id DESC
                """, arguments: [Store.list(blobs)])
        lineage.omitted = max(0, snapshots.count - min(count, Lineage.limit))
        for snapshot in snapshots.prefix(count).reversed() { _ = try image(snapshot) }
    }

    /// Adds the models whose headers name these bytes.
    mutating func models(of blobs: [Int64]) throws {
        let children = try Row.fetchAll(
            db,
            sql: """
                SELECT DISTINCT child.id, child.sha256 FROM blob own LEFT JOIN identity ON identity.blob = own.id
                JOIN claim ON claim.value IN (lower(hex(own.sha256)), identity.autoV1, upper(hex(own.sha256)))
                    OR (claim.key = 'sd_merge_models' AND instr(claim.value, lower(hex(own.sha256))) > 0)
                JOIN blob child ON child.id = claim.blob
                WHERE own.id IN (SELECT value FROM json_each(?)) AND child.id <> own.id ORDER BY child.id LIMIT 100
                """, arguments: [Store.list(blobs)])
        for child in children {
            let digest = try child.digest("sha256")
            let id = try child.id("id")
            _ = try model(blob: id, digest, name: try db.nameOfModel(id) ?? digest.autoV2)
        }
    }
}
