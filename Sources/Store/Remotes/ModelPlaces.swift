import GRDB
package import Recipe

/// Where the models of a snapshot are, as far as the catalogue knows. Each blob counts once.
package struct ModelPlaces: Sendable {
    /// What a remote has of them.
    package struct There: Sendable {
        /// The remote's name.
        package let remote: String
        /// How many it is known to have.
        package internal(set) var models = 0
        /// The oldest time at which one of these was read there whole and was right; nil if one of them never was.
        package internal(set) var proven: Timestamp?
        /// The bytes of those that are missing here.
        package internal(set) var missing = 0
    }

    /// How many the snapshot has, and how many of them are here.
    package internal(set) var models = 0, here = 0
    /// The bytes of those that are not here.
    package internal(set) var missing = 0
    /// The remotes that have any, by name.
    package internal(set) var remotes: [There] = []
}

extension Store {
    /// Where the models of a snapshot are.
    package func places(ofModelsOf snapshot: Int64) throws(StoreError) -> ModelPlaces {
        let rows = try page(
            """
            WITH wanted AS (SELECT DISTINCT pin.blob FROM snapshot JOIN pin ON pin.pinSet = snapshot.models
                WHERE snapshot.id = ? AND pin.blob IS NOT NULL)
            SELECT blob.id, blob.size, servedBlob.id IS NOT NULL AS here, remote.name, blobRemote.proven FROM wanted
            JOIN blob ON blob.id = wanted.blob LEFT JOIN servedBlob ON servedBlob.id = blob.id
            LEFT JOIN blobRemote ON blobRemote.blob = blob.id AND gone IS NULL AND wrong IS NULL
            LEFT JOIN remote ON remote.id = blobRemote.remote ORDER BY blob.id, remote.name
            """, [snapshot], Int(Int32.max)
        ) { row in
            (
                blob: try row.id("id"), size: try row.size("size"), isHere: try row.value("here") as Bool,
                remote: try row.value("name") as String?,
                proven: (try row.value("proven") as Int64?).map { Timestamp(nanoseconds: $0) }
            )
        }
        var places = ModelPlaces()
        var there: [String: ModelPlaces.There] = [:]
        var last: Int64?
        for row in rows {
            if row.blob != last {
                places.models += 1
                if row.isHere { places.here += 1 } else { places.missing += row.size }
            }
            last = row.blob
            guard let name = row.remote else { continue }
            var found = there[name] ?? .init(remote: name)
            let proven =
                found.models == 0 ? row.proven : found.proven.flatMap { old in row.proven.map { min(old, $0) } }
            found.proven = proven
            found.models += 1
            if !row.isHere { found.missing += row.size }
            there[name] = found
        }
        places.remotes = there.values.sorted { $0.remote < $1.remote }
        return places
    }

    /// The remotes that are known to have bytes of blobs in a certain state, and versions with these bytes, `limit` of each remote at most.
    func remotesOfModels(_ state: String, limit: Int) throws(StoreError) -> [(remote: String, names: [String])] {
        try catalogue.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT remote.name AS remote, model.directory, model.name, version.number FROM blobRemote
                    JOIN remote ON remote.id = blobRemote.remote JOIN blob ON blob.id = blobRemote.blob
                    JOIN version ON version.blob = blob.id JOIN model ON model.id = version.model
                    WHERE \(state) AND gone IS NULL AND wrong IS NULL
                    ORDER BY remote.name, version.id DESC
                    """)
            var found: [(remote: String, names: [String])] = []
            for row in rows {
                let remote: String = try row.value("remote")
                if found.last?.remote != remote { found.append((remote, [])) }
                guard found[found.count - 1].names.count < limit else { continue }
                found[found.count - 1].names.append("\(try db.text(of: row))@v\(try row.value("number") as Int)")
            }
            return found
        }
    }
}
