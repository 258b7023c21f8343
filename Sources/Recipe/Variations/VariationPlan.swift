/// The graphs that result when some inputs of a graph take other values.
package struct VariationPlan: Sendable {
    /// More runs than these are a mistake.
    package static let limit = 10_000

    /// One graph, with what was changed in it.
    package struct Run: Sendable {
        /// The graph to run.
        package let graph: JSON
        /// The changes in it.
        package let changes: [Variation.Change]
        /// The versions that models' names mean, by change.
        package let versions: [Variation.Change: Int]
        /// For people and file names: `seed=5 cfg=4`.
        package let label: String
    }

    /// In the order in which they run.
    package let runs: [Run]
    /// For a grid of several axes: the last axis's values are the columns, and every combination of the others is a row, in the runs'
    /// order.
    package let axes: ContactSheet.Axes?

    /// One axis after the other, with the rest unchanged; or, as a grid, every combination.
    package init(_ graph: JSON, _ axes: [VariationAxis], asGrid: Bool) throws(VariationError) {
        var seen: Set<[String]> = []
        for axis in axes where !seen.insert([axis.node, axis.input]).inserted {
            throw VariationError("'\(axis.input)' of node \(axis.node) is set twice")
        }
        typealias Choice = (axis: VariationAxis, value: VariationAxis.Value)
        var choices: [[Choice]] = []
        if asGrid {
            let count = axes.reduce(1) { count, axis in min(Self.limit + 1, count * axis.values.count) }
            guard count <= Self.limit else { throw VariationError("the grid has more than \(Self.limit) runs") }
            choices = [[]]
            for axis in axes { choices = choices.flatMap { chosen in axis.values.map { chosen + [(axis, $0)] } } }
        } else {
            for axis in axes { choices += axis.values.map { [(axis, $0)] } }
        }
        guard choices.count <= Self.limit else { throw VariationError("these are more than \(Self.limit) runs") }
        let names = axes.map(\.input)
        func label(_ axis: VariationAxis, _ value: VariationAxis.Value) -> String {
            let name = names.filter { $0 == axis.input }.count > 1 ? "\(axis.node).\(axis.input)" : axis.input
            return "\(name)=\(value.value.string ?? value.value.compact())" + (value.version.map { "@v\($0)" } ?? "")
        }
        let across = axes.last?.values.count ?? 1
        self.axes =
            asGrid && axes.count > 1
            ? .init(
                rows: stride(from: 0, to: choices.count, by: across).map { row in
                    choices[row].dropLast().map { label($0.axis, $0.value) }.joined(separator: " ")
                }, columns: choices.prefix(across).map { label($0[$0.count - 1].axis, $0[$0.count - 1].value) }) : nil
        runs = choices.map { chosen in
            var edit = GraphEdit(graph)
            var changes: [Variation.Change] = []
            var versions: [Variation.Change: Int] = [:]
            var labels: [String] = []
            for (axis, value) in chosen {
                edit.set(axis.input, of: axis.node, to: value.value)
                let change = Variation.Change(node: axis.node, input: axis.input, old: axis.old, new: value.value)
                changes.append(change)
                versions[change] = value.version
                labels.append(label(axis, value))
            }
            return Run(graph: edit.graph, changes: changes, versions: versions, label: labels.joined(separator: " "))
        }
    }
}

extension Variation.Change: Hashable {
    package func hash(into hasher: inout Hasher) {
        hasher.combine(node)
        hasher.combine(input)
        hasher.combine(new.compact())
    }
}

extension VariationPlan {
    /// Puts a picture of a run, by its number in the plan, on a sheet: at its place in the grid, which the first of several has, or at the
    /// next place with its label. One whose pixels cannot be decoded is left out.
    package func add(_ picture: [UInt8], of run: Int, to sheet: inout ContactSheet) {
        if axes == nil {
            sheet.add(picture, label: runs[run].label)
        } else if !sheet.hasImage(at: run) {
            sheet.add(picture, label: "", at: run)
        }
    }
}
