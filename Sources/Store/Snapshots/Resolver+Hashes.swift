import Foundation
import GRDB
import Recipe

/// The bytes that a recorded hash stands for.
extension Resolver {
    /// The bytes with a recorded hash, under the name that is most similar to the recorded one.
    func byHash(
        _ reference: ModelReference
    ) throws -> (resolution: Recipe.Resolution, match: RecordedHash)? {
        for hash in reference.recorded {
            var rows: [Row] = []
            var match = hash
            for (algorithm, condition) in hash.conditions where rows.isEmpty {
                rows = try versions(where: condition, hash)
                match = RecordedHash(hash.value, algorithm) ?? hash
                match.isClaim = hash.isClaim
            }
            // Digits that two blobs share identify neither, unless both hold the same weights.
            guard try areOneModel(rows, hash) else { continue }
            let exact = try rows.first { row in
                let name = try row.name("name")
                guard let wanted = reference.candidates.first?.name else { return false }
                return name == wanted || Folder.stem(of: name.text) == wanted.text
            }
            guard let row = exact ?? rows.first, let place = try place(row.value("directory"), row.name("name")) else {
                continue
            }
            let blob = try Blob(row)
            let resolution = Recipe.Resolution(
                folder: place.folder, path: place.path, sha256: blob.digest, size: blob.size,
                version: try row.value("number"))
            return (resolution, match)
        }
        return nil
    }

    private func versions(where condition: String, _ hash: RecordedHash) throws -> [Row] {
        guard let prefix = DigestPrefix(hex: hash.value) else { return [] }
        return try Row.fetchAll(
            db,
            sql: """
                SELECT version.number, version.blob, blob.sha256, blob.size, blob.private, model.name, model.directory,
                identity.tensors, identity.layout FROM blob
                JOIN version ON version.blob = blob.id JOIN model ON model.id = version.model
                LEFT JOIN identity ON identity.blob = blob.id
                WHERE \(condition) AND ?1 IS NOT NULL AND ?2 IS NOT NULL AND ?3 IS NOT NULL
                ORDER BY version.id LIMIT 100
                """, arguments: [hash.value, Data(prefix.low), Data(prefix.high)]
        ).named { row in
            _ = try row.name("name")
            return row
        }
    }

    private func areOneModel(_ rows: [Row], _ hash: RecordedHash) throws -> Bool {
        let blobs = try Set(rows.map { try $0.value("blob") as Int64 })
        guard blobs.count > 1, hash.algorithm == .tensors || hash.algorithm == .tensorsOrFile else {
            return blobs.count == 1
        }
        let weights = try Set(rows.map { try [$0.value("tensors") as Data?, $0.value("layout") as Data?] })
        return weights.count == 1 && weights.first?.contains(nil) == false
    }

    func contradicts(_ digest: Digest, _ recorded: [RecordedHash]) -> Bool {
        recorded.contains { $0.algorithm == .sha256 && !$0.isClaim && !digest.hex.hasPrefix($0.value) }
    }
}

extension RecordedHash {
    /// The conditions that find a blob with this hash, the likeliest kind of hash first.
    fileprivate var conditions: [(Algorithm, String)] {
        let file = (Algorithm.sha256, "blob.sha256 BETWEEN ?2 AND ?3")
        let tensors = (Algorithm.tensors, "identity.tensors BETWEEN ?2 AND ?3")
        return switch algorithm {
        case .sha256: [file]
        case .autov1: [(.autov1, "identity.autoV1 = ?1")]
        case .tensors: [tensors]
        case .blake3: [(.blake3, "identity.blake3 BETWEEN ?2 AND ?3")]
        case .crc32: [(.crc32, "identity.crc32 = ?1")]
        case .tensorsOrFile: [tensors, file]
        }
    }
}
