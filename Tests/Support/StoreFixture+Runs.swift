import Foundation
package import Recipe
package import Store
package import SystemPackage

/// What a mount and a tool tell of a run.
extension StoreFixture {
    /// That a process opened the bytes of `seed` as a model in `models`.
    package func load(
        _ seed: UInt64, as name: String = "model.safetensors", in folder: String = "checkpoints", version: Int? = nil,
        at time: Timestamp = .now(), by process: Opener
    ) throws -> Load {
        Load(
            opener: process, name: LoadName(view: "models", folder: folder, name: name), blob: try blob(seed: seed),
            version: version, time: time)
    }

    /// Notes that, as a mount does.
    package func witness(
        _ seed: UInt64, as name: String = "model.safetensors", in folder: String = "checkpoints", version: Int? = nil,
        at time: Timestamp = .now(), by process: Opener
    ) throws {
        try store.record([load(seed, as: name, in: folder, version: version, at: time, by: process)])
    }

    /// A tool's report of a run that made this image. What `more` says counts instead; without a process the report names none.
    package func report(
        of image: FilePath, _ graph: String = SmallImage.graph(), ended: Timestamp = .now(), by process: Opener? = nil,
        _ more: [String: JSON] = [:]
    ) throws -> [UInt8] {
        guard let digest = try store.digest(ofFile: image) else { throw StoreError.notFound("\(image)") }
        var object: JSON.Object = .init([
            ("schema", "reprofs.report/1"), ("ended", .integer(ended.nanoseconds)), ("prompt", .string(graph)),
            ("outputs", [["path": .string(image.string), "sha256": .string(digest.hex)]]),
        ])
        if let process { object["process"] = .string(process.identity) }
        for (key, value) in more { object[key] = value }
        return Array(JSON.object(object).compact().utf8)
    }
}
