import Foundation
import GRDB
import Recipe

/// What is known about a model's bytes apart from their names: where they come from, which models have the same weights, and whether the
/// claims in the header are true.
struct ModelFacts {
    let ancestry: ModelAncestry
    let twins: [(digest: Digest, name: String)]
    let notes: [String]

    init(of blob: Int64, _ store: Store, _ db: Database) throws {
        let row = try Row.fetchOne(
            db, sql: "SELECT tensors, layout, header FROM identity WHERE blob = ?", arguments: [blob])
        let header = try (row?["header"] as Int64?).map { try store.documentBytes($0, db) }
        ancestry = ModelAncestry(header: header ?? [])
        var claims: [String: String] = [:]
        for claim in try Row.fetchAll(db, sql: "SELECT key, value FROM claim WHERE blob = ?", arguments: [blob]) {
            claims[try claim.value("key")] = try claim.value("value") as String
        }
        let tensors = try (row?["tensors"] as Data?).map { try Digest(column: $0) }
        notes = Self.title(claims) + Self.stale(claims, tensors)
        twins = try Row.fetchAll(
            db,
            sql: """
                SELECT blob.id, blob.sha256 FROM identity JOIN blob ON blob.id = identity.blob
                WHERE identity.tensors = ? AND identity.layout = ? AND blob.id <> ? ORDER BY blob.id LIMIT 100
                """, arguments: [row?["tensors"] as Data?, row?["layout"] as Data?, blob]
        ).map { twin in
            let digest = try twin.digest("sha256")
            return (digest, try db.nameOfModel(twin.id("id")) ?? digest.autoV2)
        }
    }

    private static func title(_ claims: [String: String]) -> [String] {
        let title = claims["modelspec.title"] ?? claims["ss_output_name"]
        let author = claims["modelspec.author"].map { " by \($0)" } ?? ""
        return title.map { ["calls itself '\($0)'\(author)"] } ?? []
    }

    /// Hashes of its own tensors in a header that differ from the real one.
    private static func stale(_ claims: [String: String], _ tensors: Digest?) -> [String] {
        guard let tensors else { return [] }
        return ["sshs_model_hash", "modelspec.hash_sha256"].compactMap { key in
            guard let claim = claims[key]?.lowercased() else { return nil }
            let digits = claim.hasPrefix("0x") ? String(claim.dropFirst(2)) : claim
            guard !tensors.hex.hasPrefix(digits) else { return nil }
            return
                "its header claims \(key) \(digits.prefix(12)), but its weights have \(tensors.hex.prefix(12)): stale"
        }
    }
}

extension Database {
    /// The first name that a blob had as a model: `folder/path@vN`.
    func nameOfModel(_ blob: Int64) throws -> String? {
        let row = try Row.fetchOne(
            self,
            sql: """
                SELECT model.name, model.directory, version.number FROM version JOIN model ON model.id = version.model
                WHERE version.blob = ? ORDER BY version.id LIMIT 1
                """, arguments: [blob])
        guard let row else { return nil }
        return try "\(text(of: row))@v\(row.value("number") as Int)"
    }

    /// The path of a directory of models, beginning with the folder.
    func path(ofDirectory directory: Int64) throws -> [EntryName] {
        var names: [EntryName] = []
        var next: Int64? = directory
        while let id = next, id != DirectoryRow.Root.models.rawValue, names.count < DirectoryRow.depthLimit {
            let row = try Row.fetchOne(self, sql: "SELECT name, parent FROM directory WHERE id = ?", arguments: [id])
            guard let row else { break }
            names.insert(try row.name("name"), at: 0)
            next = try row.value("parent")
        }
        guard names.count < DirectoryRow.depthLimit else {
            throw StoreError.catalogue("directories lie in each other in a circle")
        }
        return names
    }

    /// The path of a row with a directory and a name, for people, even if names in it are bad.
    func text(of row: Row, dropping count: Int = 0) throws -> String {
        do {
            return ViewPath(try (path(ofDirectory: row.value("directory")) + [row.name("name")]).dropFirst(count))
                .description
        } catch let problem as NameError {
            return "(\(problem))"
        }
    }
}
