/// The models that this one was made from, according to its header: claims by whoever wrote the header.
///
/// Source: ComfyUI's ModelSave (the merging graph in `__metadata__`), A1111's merger (`sd_merge_models`), kohya's trainer
/// (`ss_sd_model_name`, `ss_sd_model_hash`, `ss_new_sd_model_hash` and their likes for the VAE), Model Spec 1.0.
package struct ModelAncestry: Sendable, Equatable {
    /// A model that this one was made from, as its header claims.
    package struct Parent: Sendable, Equatable {
        /// The name in the header: a file name, a path, or a title.
        package let name: String
        /// `merged from`, `trained on`, `made with`.
        package let relation: String
        /// Hashes in the header by which it can be found.
        package let hashes: [RecordedHash]
    }

    /// In the order of the header.
    package private(set) var parents: [Parent] = []

    /// Reads the whole header, JSON.
    package init(header: [UInt8]) {
        guard let members = (try? JSONParser.parse(header))?["__metadata__"]?.object else { return }
        let text = { (key: String) in members[key]?.string }
        if let graph = text("prompt").flatMap({ try? JSONParser.parse($0) }).flatMap({ ComfyGraph($0) }) {
            let nodes = graph.ancestors(of: graph.outputs(savedAs: nil))
            for reference in graph.modelReferences(in: nodes) {
                add((reference.folder.map { $0 + "/" } ?? "") + reference.name, "merged from", reference.recorded)
            }
        }
        for (hash, model) in text("sd_merge_models").flatMap({ try? JSONParser.parse($0) })?.object?.members ?? [] {
            add(
                model["name"]?.string ?? String(hash.prefix(10)), "merged from",
                [RecordedHash(hash, .sha256), model["legacy_hash"]?.string.flatMap { RecordedHash($0, .autov1) }])
        }
        for name in text("modelspec.merged_from")?.split(separator: ",") ?? [] {
            add(String(name).trimmingBlanks, "merged from", [])
        }
        for (key, relation) in [("sd_model", "trained on"), ("vae", "trained with")] {
            let hashes = [
                text("ss_new_\(key)_hash").flatMap { RecordedHash($0, .sha256) },
                text("ss_\(key)_hash").flatMap { RecordedHash($0, .autov1) },
            ]
            let name = text("ss_\(key)_name")
            if name != nil || hashes.contains(where: { $0 != nil }) {
                add(name ?? hashes.compactMap { $0?.value }.first ?? "?", relation, hashes)
            }
        }
    }

    private mutating func add(_ name: String, _ relation: String, _ hashes: [RecordedHash?]) {
        let parent = Parent(name: name, relation: relation, hashes: hashes.compactMap { $0 })
        if !name.isEmpty, parents.count < 256, !parents.contains(parent) { parents.append(parent) }
    }
}
