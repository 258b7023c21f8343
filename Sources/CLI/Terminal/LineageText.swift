import Recipe
import Store

/// A lineage as text, JSON and Graphviz's DOT.
enum LineageText {
    static func tree(_ lineage: Lineage) -> [String] {
        var printer = TreePrinter(lineage: lineage)
        // A node that nothing depends on begins a tree; if a model was asked for, those are the images made with it.
        let inner = Set(lineage.edges.map(\.to))
        let asked = lineage.nodes.first?.id
        for node in lineage.nodes where !inner.contains(node.id) || node.id == asked && lineage.edges.isEmpty {
            printer.add(node.id, relation: nil, prefix: "", isLast: true)
        }
        // Nodes with equal weights may point at each other.
        for node in lineage.nodes where !printer.seen.contains(node.id) {
            printer.add(node.id, relation: nil, prefix: "", isLast: true)
        }
        return printer.lines
    }

    static func json(_ lineage: Lineage) -> JSON {
        [
            "schema": DocumentSchema.lineage.json,
            "nodes": .array(
                lineage.nodes.map {
                    [
                        "id": .string($0.id), "kind": .string($0.kind.rawValue), "name": .string($0.name),
                        "sha256": .string(orNull: $0.sha256?.hex), "notes": .array($0.notes.map { .string($0) }),
                    ]
                }),
            "edges": .array(
                lineage.edges.map {
                    ["from": .string($0.from), "to": .string($0.to), "relation": .string($0.relation)]
                }),
            "omitted": .integer(lineage.omitted),
        ]
    }

    static func dot(_ lineage: Lineage) -> [String] {
        let shapes: [Lineage.Node.Kind: String] = [.image: "note", .model: "box", .input: "ellipse"]
        var lines = ["digraph lineage {", "  rankdir=LR;"]
        for node in lineage.nodes {
            let label = ([node.name] + [node.sha256?.autoV2].compactMap { $0 } + node.notes).map(quoted).joined(
                separator: "\\n")
            lines.append("  \"\(quoted(node.id))\" [shape=\(shapes[node.kind] ?? "box"), label=\"\(label)\"];")
        }
        for edge in lineage.edges {
            lines.append("  \"\(quoted(edge.from))\" -> \"\(quoted(edge.to))\" [label=\"\(quoted(edge.relation))\"];")
        }
        return lines + ["}"]
    }

    private static func quoted(_ text: String) -> String {
        var result = ""
        for scalar in text.onOneLine.unicodeScalars {
            if scalar == "\\" || scalar == "\"" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    private struct TreePrinter {
        let lineage: Lineage
        var lines: [String] = []
        var seen: Set<String> = []

        mutating func add(_ id: String, relation: String?, prefix: String, isLast: Bool) {
            guard let node = lineage.nodes.first(where: { $0.id == id }) else { return }
            let branch = relation == nil ? "" : prefix + (isLast ? "└─ " : "├─ ")
            let facts = ([node.sha256?.autoV2].compactMap { $0 } + node.notes).joined(separator: ", ")
            let isNew = seen.insert(id).inserted
            lines.append(
                branch + (relation.map { "\($0) " } ?? "") + node.name + (facts.isEmpty ? "" : "  (\(facts))")
                    + (isNew ? "" : "  as above"))
            guard isNew else { return }
            let edges = lineage.edges.filter { $0.from == id }
            for (index, edge) in edges.enumerated() {
                let inner = relation == nil ? "" : prefix + (isLast ? "   " : "│  ")
                add(edge.to, relation: edge.relation, prefix: inner, isLast: index == edges.count - 1)
            }
        }
    }
}
