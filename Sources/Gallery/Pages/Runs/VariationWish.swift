import Recipe
import Reproduction

/// Which variations a person wants, as an address says it: one input of the graph with its values, or two as a grid. `x` are the columns,
/// `y` the rows.
struct VariationWish {
    /// As the command takes them.
    let settings: [String]
    let plan: VariationPlan

    init(_ parameters: [(name: String, value: String)], of base: SnapshotRun) throws {
        func value(_ name: String) -> String {
            (parameters.first { $0.name == name }?.value ?? "").trimmingBlanks
        }
        guard let graph = ComfyGraph(base.graph) else { throw VariationError("its recipe is not a graph") }
        var settings: [String] = []
        // Rows first, as the last one's values are the columns.
        for (input, values) in [("y", "ys"), ("x", "xs")] where !value(input).isEmpty {
            guard !value(values).isEmpty else { throw VariationError("\(value(input)) has no values") }
            settings.append("\(value(input))=\(value(values))")
        }
        guard !settings.isEmpty else { throw VariationError("nothing is to be varied") }
        var axes: [VariationAxis] = []
        for setting in settings { axes.append(try VariationAxis(setting, in: graph)) }
        // Before there is a graph for each of them.
        let count = axes.reduce(1) { $0 * $1.values.count }
        guard count <= RunQueue.sheetLimit else {
            throw VariationError(
                "these are \(count.grouped) pictures, and \(RunQueue.sheetLimit) can be asked for here; the command makes more"
            )
        }
        self.settings = settings
        plan = try VariationPlan(base.graph, axes, asGrid: axes.count > 1)
    }

    /// An input that can be varied.
    struct Input: Sendable {
        /// `NODE.INPUT`.
        let path: String
        /// For a person: the class, the input, and what it is now.
        let label: String
        let isSeed: Bool
    }

    private static let first = [
        "seed", "noise_seed", "cfg", "steps", "sampler_name", "scheduler", "denoise", "strength_model", "lora_name",
        "ckpt_name", "unet_name", "text",
    ]

    /// Those of a graph, the ones that people vary most first.
    static func inputs(of base: SnapshotRun) -> [Input] {
        guard let graph = ComfyGraph(base.graph) else { return [] }
        var found: [(rank: Int, input: Input)] = []
        for node in graph.list {
            for (name, value) in node.inputs.members where graph.link(value) == nil {
                guard value.array == nil, value.object == nil, value != .null else { continue }
                let text = (value.string ?? value.compact()).onOneLine
                let shown = text.count > 40 ? String(text.prefix(39)) + "…" : text
                found.append(
                    (
                        first.firstIndex(of: name) ?? first.count,
                        Input(
                            path: "\(node.id).\(name)",
                            label:
                                "\(name.onOneLine) of \(node.classType.onOneLine) \(node.id.onOneLine), now \(shown)",
                            isSeed: ["seed", "noise_seed"].contains(name) && value.number != nil)
                    ))
                guard found.count < 2000 else { break }
            }
        }
        return found.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(
            \.element.input)
    }
}

extension String {
    /// Without blanks around it.
    fileprivate var trimmingBlanks: String {
        let start = drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
