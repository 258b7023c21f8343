import GRDB
package import Recipe

/// Something that is wrong with the store.
package struct Damage: Sendable {
    /// What is wrong; `verify` prints these names.
    package enum Kind: String, Sendable {
        /// A blob's bytes do not have its hash; they were moved to quarantine.
        case damaged
        /// A blob's file is not there.
        case missing
        /// A blob's file cannot be read.
        case unreadable
        /// A document in the catalogue is not what its hash says.
        case document
        /// The catalogue contradicts itself.
        case catalogue
        /// `index.json` and the catalogue have different pins.
        case pins
        /// A file in `blobs/` that no row names; garbage collection removes it.
        case stray
        /// Something in `blobs/` that is not a blob.
        case foreign
    }

    /// What is wrong.
    package let kind: Kind
    /// The blob; nil if no single one is meant.
    package let digest: Digest?
    /// What exactly; a part of a sentence.
    package let detail: String
    /// What needs the bytes.
    package var affected = Affected()

    /// Whether bytes that something needs are at stake.
    package var isLoss: Bool { kind != .stray && kind != .foreign }
}

/// What needs a blob.
package struct Affected: Sendable {
    /// `folder/name@vN`.
    package var models: [String] = []
    /// Ids of snapshots that pin it or consist of it.
    package var snapshots: [String] = []
    /// Paths in `by-image`.
    package var images: [String] = []
    /// Names of pins.
    package var pins: [String] = []
}

extension Store {
    /// What needs these bytes; empty if there are no such bytes.
    package func affected(by digest: Digest) throws(StoreError) -> Affected {
        try catalogue.read { db in
            guard let blob = try db.rowOfBlob(digest) else { return Affected() }
            return try db.affected(by: blob)
        }
    }
}

extension Store {
    /// The names of versions whose bytes are lost, `limit` of them at most, and how many there are.
    func lostModels(limit: Int) throws(StoreError) -> (names: [String], count: Int) {
        try catalogue.read { db in
            let versions = """
                FROM version JOIN model ON model.id = version.model JOIN blob ON blob.id = version.blob
                WHERE \(Blob.isLost)
                """
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT model.directory, model.name, version.number \(versions) ORDER BY version.id DESC LIMIT ?",
                arguments: [limit])
            return (
                try rows.map { "\(try db.text(of: $0))@v\(try $0.value("number") as Int)" },
                try Int.fetchOne(db, sql: "SELECT count(*) \(versions)") ?? 0
            )
        }
    }
}

extension Database {
    /// The longest list of names: enough for a person to act on.
    private static var affectedLimit: Int { 1000 }

    fileprivate func affected(by blob: Int64) throws -> Affected {
        var affected = Affected()
        for row in try Row.fetchAll(
            self,
            sql: """
                SELECT model.directory, model.name, version.number FROM version JOIN model ON model.id = version.model
                WHERE version.blob = ? LIMIT \(Self.affectedLimit)
                """, arguments: [blob])
        {
            affected.models.append(try "\(text(of: row))@v\(row.value("number") as Int)")
        }
        let snapshots = try Row.fetchAll(
            self,
            sql: """
                WITH affected(id) AS (
                    SELECT snapshot.id FROM pin JOIN snapshot ON snapshot.models = pin.pinSet WHERE pin.blob = ?1
                    UNION SELECT snapshot.id FROM pin JOIN snapshot ON snapshot.inputs = pin.pinSet WHERE pin.blob = ?1
                    UNION SELECT snapshot.id FROM pin JOIN snapshot ON snapshot.nodes = pin.pinSet WHERE pin.blob = ?1
                    UNION SELECT id FROM snapshot WHERE ?1 IN (document, prompt, workflow, parameters, records, environment))
                SELECT snapshot.id, snapshot.short, snapshot.image FROM affected JOIN snapshot ON snapshot.id = affected.id
                ORDER BY snapshot.id LIMIT \(Self.affectedLimit)
                """, arguments: [blob])
        var images: Set<String> = []
        affected.snapshots = try snapshots.map { try $0.value("short") }
        for row in snapshots {
            for name in try Row.fetchAll(
                cachedStatement(sql: "SELECT directory, name FROM imageName WHERE image = ?"),
                arguments: [try row.value("image") as Int64])
            {
                images.insert(try text(of: name, dropping: 1))
            }
        }
        affected.pins = try String.fetchAll(
            self,
            sql: """
                SELECT name FROM pinName WHERE manifest = ?1 OR id IN (SELECT pinName FROM pinLayer WHERE blob = ?1)
                ORDER BY name
                """, arguments: [blob])
        affected.images = images.sorted()
        return affected
    }
}
