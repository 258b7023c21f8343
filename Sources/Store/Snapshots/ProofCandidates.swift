import Foundation
import GRDB
package import Recipe

extension Store {
    /// Every image whose run was reported, the oldest first, with what proving it would teach.
    ///
    /// An image is open to proving if its graph and all its bytes are known, its pixels are exact, it needs no hosted service, which may
    /// cost its owner money, and no run from these bytes has proven it yet. Images that are reproductions themselves are left out.
    package func proofCandidates() throws(StoreError) -> [ProofCandidate] {
        var found: [ProofCandidate] = []
        var environments: [Int64: JSON] = [:]
        var last: Int64 = 0
        while true {
            let rows = try page(
                """
                \(DirectoryRow.paths)
                SELECT image.id, image.pixels, snapshot.id AS snapshot, snapshot.document, snapshot.environment,
                (SELECT name FROM imageName WHERE image = image.id ORDER BY time DESC, id DESC LIMIT 1) AS name
                FROM image JOIN snapshot ON snapshot.id = image.snapshot
                WHERE image.id > ?2 AND snapshot.prompt IS NOT NULL AND snapshot.environment IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM imageName JOIN path ON path.id = imageName.directory
                    JOIN snapshot AS original ON path.text || '/' LIKE '%/reprofs/' || original.short || '/%'
                    WHERE imageName.image = image.id)
                ORDER BY image.id
                """, [DirectoryRow.Root.images.rawValue, last], 200
            ) { (id: try $0.id("id"), row: $0.copy()) }
            guard let newest = rows.last else { return found }
            last = newest.id
            try catalogue.read { db in
                for (image, row) in rows {
                    let environment: Int64 = try row.value("environment")
                    if environments[environment] == nil {
                        environments[environment] = (try? JSONParser.parse(documentBytes(environment, db))) ?? .null
                    }
                    let snapshot: Int64 = try row.value("snapshot")
                    let document: SnapshotDocument
                    do {
                        document = try snapshotDocument(row.value("document"), of: snapshot, db)
                    } catch is UnreadableSnapshot {
                        continue
                    }
                    let recipe = document.recipe
                    let isWhole =
                        recipe.models.allSatisfy { $0.resolution != nil }
                        && recipe.inputs.allSatisfy { $0.resolution != nil }
                        && !recipe.findings.contains { $0.code == .remoteNode }
                    let isExact = try row.value("pixels") as Data? != nil
                    let isTried = try Proof(attempts(on: recipe, image: image, db)) != .none
                    found.append(
                        ProofCandidate(
                            snapshot: snapshot, name: try row.value("name") ?? "image",
                            causes: recipe.causes(in: environments[environment]),
                            isOpen: isWhole && isExact && !isTried))
                }
            }
        }
    }

    /// What all certificates say about these causes.
    package func lessons(on causes: [ProofCause]) throws(StoreError) -> [ProofCause: Lesson] {
        try catalogue.read { db in
            Dictionary(try db.lessons(on: causes).map { ($0.cause, $0) }) { first, _ in first }
        }
    }
}
