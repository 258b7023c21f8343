/// Recipes from ComfyUI's own records: the executed graph `prompt`, or the canvas `workflow` if there is nothing else.
enum ComfyReader {
    /// Nil if no field holds a graph.
    static func readGraph(
        _ metadata: Metadata, fileName: String?, node: String?, classes: ClassTable
    ) -> (recipe: Recipe, bytes: [UInt8])? {
        prompt(metadata, classes).map { found in
            var graph = found.graph
            // A canvas is large and rarely adds anything to the graph.
            let isUnknown = graph.list.contains { !$0.kind.isKnown }
            let hasModels = metadata.field("workflow")?.holds("\"models\"") == true
            let canvas = isUnknown || hasModels ? canvas(metadata) : nil
            if isUnknown, let canvas {
                let slots = ComfyCanvas.slots(of: canvas, classes: classes)
                graph = ComfyGraph(found.json, classes: classes, slots: slots) ?? graph
            }
            var recipe = read(graph, fileName: fileName, node: node, dialect: "comfyui-prompt")
            if let canvas { CanvasModels(canvas).add(to: &recipe, of: graph) }
            return (recipe, found.bytes)
        }
    }

    /// The recipe from the canvas alone; nil if it was not saved.
    static func readCanvas(_ metadata: Metadata, fileName: String?, classes: ClassTable) -> Recipe? {
        guard let canvas = canvas(metadata),
            let (graph, findings) = ComfyCanvas.graph(
                of: canvas, classes: classes, holdsNext: metadata.mediaType == "application/json")
        else { return nil }
        var recipe = read(graph, fileName: fileName, dialect: "comfyui-workflow")
        CanvasModels(canvas).add(to: &recipe, of: graph)
        recipe.findings.append(
            Reason(.canvasOnly, "only the canvas was saved, not the graph that ran; values are those of the canvas"))
        recipe.findings += findings
        return recipe
    }

    private static func canvas(_ metadata: Metadata) -> JSON? {
        metadata.field("workflow").flatMap { try? JSONParser.parse($0) }
    }

    /// The graph that ran, with its bytes. Other tools write plain words under the same key, so every such field is tried.
    private static func prompt(_ metadata: Metadata, _ classes: ClassTable) -> (
        graph: ComfyGraph, json: JSON, bytes: [UInt8]
    )? {
        metadata.fields.first(giving: { field in
            guard field.key == "prompt", let json = try? JSONParser.parse(field.bytes) else { return nil }
            return ComfyGraph(json, classes: classes).map { ($0, json, field.bytes) }
        })
    }

    private static func read(
        _ graph: ComfyGraph, fileName: String?, node: String? = nil, dialect: String
    ) -> Recipe {
        let nodes = graph.nodes(making: fileName, at: node)
        var recipe = Recipe(generator: .init(name: "ComfyUI", dialect: dialect))
        let (passes, total) = graph.passes(in: nodes)
        recipe.passes = passes.map(\.pass)
        recipe.models = graph.modelReferences(in: nodes).map(Recipe.ModelUse.init)
        recipe.inputs = graph.inputReferences(in: nodes).map(Recipe.InputUse.init)
        let formats = nodes.filter { $0.inputs["weight_dtype"] != nil }.compactMap { graph.choice($0, "weight_dtype") }
            .map {
                "weight_dtype:" + $0
            }
        recipe.features = Set(nodes.map(\.classType) + formats).sorted()
        recipe.findings = ComfySignals(graph: graph, nodes: nodes, passes: passes, total: total).reasons()
        return recipe
    }
}

extension ComfyGraph {
    /// The nodes that made a file; `node` is the one that left it, if it is known.
    func nodes(making fileName: String?, at node: String?) -> [Node] {
        let roots = node.flatMap { nodes[$0] }.map { [$0] } ?? outputs(savedAs: fileName)
        return ancestors(of: roots)
    }

    /// The numbers and classes of these nodes.
    package func classes(making fileName: String?, at node: String?) -> [String: String] {
        Dictionary(nodes(making: fileName, at: node).map { ($0.id, $0.classType) }) { first, _ in first }
    }
}
