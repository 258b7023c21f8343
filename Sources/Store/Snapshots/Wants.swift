import Foundation
import GRDB
import Recipe

// A snapshot with weak evidence lists what it waits for; what comes later makes a better snapshot, without the image's file.

extension Database {
    /// Notes which names and hashes would make the image's snapshot better; replaces earlier notes.
    func want(_ recipe: Recipe, image: Int64) throws {
        try deleteWants(of: image)
        for use in recipe.models where use.evidence < .recorded {
            if use.evidence == .missing, let path = use.reference.candidates.first {
                try insertWant(.name, Folder.stem(of: path.name.text).lowercased(), of: image)
            }
            for hash in use.reference.recorded { try insertWant(.hash, hash.value, of: image) }
        }
    }
}

extension Store {
    /// The number of images that may gain from what has come since their snapshots were made.
    package func countImprovable() throws(StoreError) -> Int {
        try one("SELECT count(*) FROM improvable", []) { try $0.value(0) } ?? 0
    }

    /// Makes better snapshots of as many images as wait now for what has come. `body` is told of each one that got better.
    ///
    /// What is interrupted, or comes meanwhile, waits for the next call. `progress` is called for every image that was looked at.
    package func improve(
        progress: () -> Void, _ body: (SnapshotResult) -> Void
    ) throws(StoreError) {
        var left = try countImprovable()
        while left > 0 {
            let results: [SnapshotResult?] = try catalogue.write { db in
                let images = try Int64.fetchAll(
                    db, sql: "SELECT image FROM improvable LIMIT ?", arguments: [min(left, 64)])
                return try images.map { image in
                    try db.deleteImprovable(image)
                    return try improve(image, db)
                }
            }
            if results.isEmpty { return }
            left -= results.count
            for result in results {
                progress()
                if let result { body(result) }
            }
        }
    }

    /// Resolves an image's recipe again, from its stored texts; nil if nothing got better.
    private func improve(_ image: Int64, _ db: Database) throws -> SnapshotResult? {
        guard let current = try current(of: image, db) else { return nil }
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT prompt, workflow, parameters, records,
                (SELECT name FROM imageName WHERE image = ?1 ORDER BY time DESC, id DESC LIMIT 1) AS name
                FROM snapshot WHERE id = ?2
                """, arguments: [image, current.id])
        guard let row else { return nil }
        let text = { (column: String) in try (row.value(column) as Int64?).map { try self.documentBytes($0, db) } }
        let name: String = try row.value("name") ?? ""
        guard
            var recipe = RecipeReader.read(
                prompt: try text("prompt"), workflow: try text("workflow"), parameters: try text("parameters"),
                records: try text("records"), fileName: name, classes: classes)
        else { return nil }
        // Only the file itself could show these findings, so they are taken over.
        recipe.findings = current.document.recipe.findings
        let document = try propose(
            recipe, current.document.image, [:],
            .init(
                prompt: current.document.prompt, workflow: current.document.workflow,
                parameters: current.document.parameters, records: current.document.records), current, db)
        guard document != current.document else { return nil }
        let id = try insert(document, image: image, parent: current.id, db)
        return try result(of: id, named: name, isNew: true, db)
    }
}
