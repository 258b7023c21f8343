import GRDB
import Recipe

extension Store {
    /// What an image was made from, and what that was made from.
    package func lineage(ofSnapshot snapshot: Int64) throws(StoreError) -> Lineage {
        try catalogue.read { db in
            var walk = LineageWalk(store: self, db: db)
            _ = try walk.image(snapshot)
            return walk.lineage
        }
    }

    /// What these versions of a model were made from, and which images and models were made with them.
    package func lineage(of versions: [VersionListing]) throws(StoreError) -> Lineage {
        try catalogue.read { db in
            var walk = LineageWalk(store: self, db: db)
            var own: [Int64] = []
            for version in versions {
                let blob = try Int64.fetchOne(
                    db, sql: "SELECT id FROM blob WHERE sha256 = ?", arguments: [version.sha256.data])
                let name = "\(version.folder)/\(version.name)@v\(version.number)"
                _ = try walk.model(blob: blob, version.sha256, name: name)
                if let blob { own.append(blob) }
            }
            for blob in own { try walk.dependents(on: blob) }
            return walk.lineage
        }
    }

    /// Every snapshot that pins one of these versions' bytes, superseded ones too, oldest first.
    package func forEachSnapshot(
        using versions: [VersionListing], _ body: (SnapshotListing) throws -> Void
    ) throws(StoreError) {
        var ids: Set<Int64> = []
        for version in versions {
            let found = try page(
                """
                SELECT DISTINCT snapshot.id FROM blob JOIN pin ON pin.blob = blob.id
                JOIN snapshot ON snapshot.models = pin.pinSet WHERE blob.sha256 = ?
                """, [version.sha256.data], Int(Int32.max)
            ) { try $0.value("id") as Int64 }
            ids.formUnion(found)
        }
        for id in ids.sorted() {
            guard let row = try snapshot(id) else { continue }
            do { try body(try listing(row)) } catch let error as StoreError { throw error } catch {
                throw .catalogue("\(error)")
            }
        }
    }
}
