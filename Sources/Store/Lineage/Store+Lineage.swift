import GRDB
import Recipe

extension Store {
    /// What an image was made from, and what that was made from. With so many nodes nothing is followed any more.
    package func lineage(ofSnapshot snapshot: Int64, nodes: Int = Lineage.limit) throws(StoreError) -> Lineage {
        try catalogue.read { db in
            var walk = LineageWalk(store: self, db: db, limit: nodes)
            _ = try walk.image(snapshot)
            return walk.lineage
        }
    }

    /// What these versions of a model were made from, and which models and images were made with them: of the images the newest so
    /// many; nil: none is looked for. With so many nodes nothing is followed any more.
    package func lineage(
        of versions: [VersionListing], images limit: Int? = Lineage.limit, nodes: Int = Lineage.limit
    ) throws(StoreError) -> Lineage {
        try catalogue.read { db in
            var walk = LineageWalk(store: self, db: db, limit: nodes)
            var own: [Int64] = []
            for version in versions {
                let blob = try db.rowOfBlob(version.sha256)
                let name = "\(version.folder)/\(version.name)@v\(version.number)"
                _ = try walk.model(blob: blob, version.sha256, name: name)
                if let blob { own.append(blob) }
            }
            if let limit { try walk.images(with: own, limit) }
            try walk.models(of: own)
            return walk.lineage
        }
    }
}
