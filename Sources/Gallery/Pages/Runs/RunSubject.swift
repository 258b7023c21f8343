import Recipe
import Reproduction
import Store

/// An image that is to be made again, and what a person should know before.
struct RunSubject: Sendable {
    let image: Digest
    let snapshot: SnapshotRow
    let name: String
    /// Why it cannot be made again here, where it cannot.
    let base: Result<SnapshotRun, any Error>
    /// Whose code would run, as a sentence.
    let code: String

    init(_ image: Digest, in store: Store) throws {
        guard let row = try store.snapshot(ofImage: image) else {
            throw StoreError.notFound("the image \(image.hex.prefix(12))")
        }
        self.image = image
        snapshot = row
        name = row.imageName
        base = Result { try SnapshotRun(row.id, named: row.imageName.onOneLine, store: store) }
        code = (try? base.get()).map(Self.code) ?? ""
    }

    private static func code(_ run: SnapshotRun) -> String {
        guard let graph = ComfyGraph(run.graph) else { return "that of its nodes" }
        let (named, classes) = NodeClasses.packs(of: graph, recorded: run.document.environment?["objectInfo"])
        var parts = ["ComfyUI's own"]
        if !named.isEmpty {
            parts.append("that of the node \(named.count == 1 ? "pack" : "packs") \(named.joined(separator: ", "))")
        }
        if !classes.isEmpty {
            let shown = classes.prefix(8).joined(separator: ", ") + (classes.count > 8 ? " …" : "")
            parts.append(
                "that of packs that are not recorded, for \(classes.count.of("node class", "node classes")): \(shown)")
        }
        return parts.joined(separator: ", and ").onOneLine
    }
}
