import GRDB
import Recipe

extension Store {
    /// What an image was made from, and what that was made from, and so on.
    package func lineage(ofSnapshot snapshot: Int64) throws(StoreError) -> Lineage {
        try catalogue.read { db in
            var walk = LineageWalk(store: self, db: db)
            _ = try walk.image(snapshot)
            return walk.lineage
        }
    }

    /// What these versions of a model were made from, and which models and images were made with them; of the images only the newest.
    package func lineage(
        of versions: [VersionListing], images limit: Int = Lineage.limit
    ) throws(StoreError) -> Lineage {
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
            try walk.dependents(on: own, images: limit)
            return walk.lineage
        }
    }
}
