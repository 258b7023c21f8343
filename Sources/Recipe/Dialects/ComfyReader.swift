/// Recipes of ComfyUI's own records: the executed graph `prompt`, or the canvas `workflow` where that is all there is.
enum ComfyReader {
    /// Nil where no field holds a graph.
    static func readGraph(_ metadata: Metadata, fileName: String?) -> Recipe? {
        prompt(metadata).map { read($0.graph, fileName: fileName) }
    }

    /// Nil where the canvas was not saved.
    static func readCanvas(_ metadata: Metadata) -> Recipe? {
        metadata.field("workflow").flatMap { try? JSONParser.parse($0) }.flatMap(readCanvas)
    }

    /// The graph that ran and its bytes. Other tools write plain words under the same key, so every such field is tried.
    static func prompt(_ metadata: Metadata) -> (graph: ComfyGraph, bytes: [UInt8])? {
        metadata.fields.lazy.filter { $0.key == "prompt" }.compactMap { field in
            (try? JSONParser.parse(field.bytes)).flatMap(ComfyGraph.init).map { ($0, field.bytes) }
        }.first
    }

    private static func read(_ graph: ComfyGraph, fileName: String?) -> Recipe {
        let nodes = graph.ancestors(of: graph.outputs(savedAs: fileName))
        var recipe = Recipe(generator: .init(name: "ComfyUI", dialect: "comfyui-prompt"))
        recipe.passes = graph.passes(in: nodes)
        recipe.models = graph.modelReferences(in: nodes).map(Recipe.ModelUse.init)
        recipe.inputs = graph.inputReferences(in: nodes).map(Recipe.InputUse.init)
        recipe.findings = ComfySignals(graph: graph, nodes: nodes, passes: recipe.passes).reasons()
        return recipe
    }

    /// What the canvas alone gives: the models its nodes show. Its widgets have no names, and its seed is the next one.
    private static func readCanvas(_ workflow: JSON) -> Recipe? {
        guard let nodes = workflow["nodes"]?.array else { return nil }
        var recipe = Recipe(generator: .init(name: "ComfyUI", dialect: "comfyui-workflow"))
        let mutedOrBypassed = [2, 4]
        for node in nodes where !mutedOrBypassed.contains(node["mode"]?.number?.int ?? 0) {
            let id = node["id"]?.number?.literal ?? node["id"]?.string ?? "?"
            for widget in node["widgets_values"]?.array ?? [] {
                guard let name = widget.string, Folder.isModelFile(name), !name.utf8.contains(UInt8(ascii: "\n")) else {
                    continue
                }
                let tries = [try? ModelPath(name)].compactMap { $0 }
                recipe.models.append(
                    .init(
                        reference: .init(folder: nil, name: name, candidates: tries, node: id, input: "widgets_values"))
                )
            }
        }
        recipe.findings = [
            Reason(.canvasOnly, "only the canvas was saved, not the graph that ran; values are those of the canvas"),
            Reason(.seedUnknown, "the canvas shows the seed of the next image, not of this one"),
        ]
        return recipe
    }
}
