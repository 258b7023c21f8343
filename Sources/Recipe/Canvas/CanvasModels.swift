/// What a canvas says about its models besides their names: where they can be downloaded, and rarely a hash. Source: ComfyUI's workflow
/// schema, `nodes[].properties.models[]`, also in subgraphs.
struct CanvasModels {
    private struct Entry {
        let directory: String?
        let url: String?
        let hash: RecordedHash?
    }

    private var entries: [String: Entry] = [:]

    init(_ canvas: JSON) {
        let graphs = [canvas] + (canvas["definitions"]?["subgraphs"]?.array ?? [])
        for node in graphs.flatMap({ $0["nodes"]?.array ?? [] }) {
            for model in node["properties"]?["models"]?.array ?? [] {
                guard let name = model["name"]?.string else { continue }
                let algorithm: RecordedHash.Algorithm =
                    model["hash_type"]?.string?.lowercased() == "blake3" ? .blake3 : .sha256
                entries[name] = Entry(
                    directory: model["directory"]?.string, url: model["url"]?.string,
                    hash: model["hash"]?.string.flatMap { RecordedHash($0, algorithm) })
            }
        }
    }

    /// Adds this to the models with the same file name and folder.
    func add(to recipe: inout Recipe, of graph: ComfyGraph) {
        for index in recipe.models.indices {
            let reference = recipe.models[index].reference
            guard let name = reference.candidates.first?.name, let entry = entries[name.text] else { continue }
            // If nothing else is known about a class, only the canvas says where its file is.
            if let directory = entry.directory, graph.nodes[reference.node]?.kind.isKnown == false {
                recipe.models[index].reference.folder = Folder.preferred(directory)
            }
            let folder = recipe.models[index].reference.folder
            guard
                entry.directory == nil || folder == nil
                    || Folder.searched(for: entry.directory ?? "").contains(folder ?? "")
                    || entry.directory.map(Folder.preferred) == folder
            else { continue }
            recipe.models[index].reference.url = entry.url
            if let hash = entry.hash, !reference.recorded.contains(hash) {
                recipe.models[index].reference.recorded.append(hash)
            }
        }
    }
}
