import Foundation
package import Recipe
package import Store
package import SystemPackage

/// A store in a directory of its own, and the models and images that a test puts into it.
package final class StoreFixture: Sendable {
    package let directory: TemporaryDirectory
    package let store: Store

    package init() throws {
        directory = try TemporaryDirectory()
        store = try Store.create(directory.appending("store"))
    }

    /// A file of the models directory that ``addModels()`` adds; `seed` decides its bytes.
    @discardableResult
    package func model(_ name: String, seed: UInt64) throws -> FilePath {
        try directory.write(SmallModel.bytes(seed: seed), to: "models/" + name)
    }

    /// Adds everything in the models directory; says what came of each name.
    @discardableResult
    package func addModels() throws -> [String: Addition] {
        let plan = try store.plan(adding: [directory.appending("models")], folder: nil)
        var additions: [String: Addition] = [:]
        for item in plan.items { additions["\(item.folder)/\(item.path)"] = try store.add(item) }
        return additions
    }

    /// Makes `name` hold the bytes of `seed`, now.
    @discardableResult
    package func add(_ name: String, seed: UInt64) throws -> Addition? {
        try model(name, seed: seed)
        return try addModels()[name]
    }

    /// An image in the output directory.
    package func image(_ name: String, _ graph: String, modified seconds: Int? = nil) throws -> FilePath {
        try directory.write(SmallImage.comfy(prompt: graph), to: "output/" + name, modified: seconds)
    }

    package func image(_ graph: String, modified seconds: Int? = nil) throws -> FilePath {
        try image("test_00001_.png", graph, modified: seconds)
    }

    /// File times come from a coarse clock: two files within one of its ticks have no order.
    package static func waitForTick() { Thread.sleep(forTimeInterval: 0.02) }

    /// The row of a snapshot.
    package func row(_ id: Digest) throws -> SnapshotRow {
        guard let prefix = DigestPrefix(hex: id.hex), let row = try store.snapshot(prefix) else {
            throw StoreError.notFound("snapshot \(id)")
        }
        return row
    }

    /// The blob of a model's bytes.
    package func blob(seed: UInt64) throws -> Blob {
        let digest = SmallModel.digest(seed: seed)
        guard let prefix = DigestPrefix(hex: digest.hex), let blob = try store.blob(prefix) else {
            throw StoreError.notFound("blob \(digest)")
        }
        return blob
    }

    /// The recipe of a snapshot as it is served now.
    package func recipe(_ id: Digest) throws -> JSON {
        let row = try row(id)
        return try JSONParser.parse(try store.rendering(.json, of: row.id, named: row.imageName).bytes)
    }
}

extension Store {
    /// All that a mount reads at leisure.
    package func readOtherHashes() throws {
        for blob in try unidentified() { try identify(blob) }
        try readBLAKE3()
    }
}
