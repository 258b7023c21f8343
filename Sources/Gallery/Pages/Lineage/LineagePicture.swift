import Recipe
import Store

/// A lineage as a picture whose nodes are links, and as a list that says the same.
struct LineagePicture {
    let lineage: ShownLineage

    var svg: HTML {
        let layout = LineageLayout(lineage)
        return tag(
            "svg", .class("lineage"), .role("group"), .label("What it came from, at its left, and what came from it"),
            Attribute("width", String(layout.size.width)), Attribute("height", String(layout.size.height)),
            Attribute("viewBox", "0 0 \(layout.size.width) \(layout.size.height)")
        ) {
            tag("g", .class("ways"), Attribute("aria-hidden", "true")) {
                for edge in lineage.edges { way(edge, layout) }
            }
            for (index, node) in lineage.nodes.enumerated() { box(node, index, layout.corners[index]) }
        }
    }

    /// From the right side of what is older to the left side of what came from it.
    private func way(_ edge: ShownLineage.Edge, _ layout: LineageLayout) -> HTML {
        let (from, to) = (layout.corners[edge.dependency], layout.corners[edge.dependent])
        let start = (x: from.x + LineageLayout.width, y: from.y + LineageLayout.height / 2)
        let end = (x: to.x, y: to.y + LineageLayout.height / 2)
        let bend = max(36, (end.x - start.x) / 2)
        let words = edge.relation.forward
        return HTML([
            tag(
                "path", Attribute("data-relation", words.isEmpty ? "with" : words),
                Attribute(
                    "d",
                    "M\(start.x) \(start.y)C\(start.x + bend) \(start.y) \(end.x - bend) \(end.y) \(end.x) \(end.y)")),
            // How newer images came about is said in each of them.
            words.isEmpty || edge.dependency == 0 && lineage.nodes[edge.dependent].kind != .model
                ? HTML([])
                : tag(
                    "text", Attribute("x", String((start.x + end.x) / 2)),
                    Attribute("y", String((start.y + end.y) / 2 - 4)), Attribute("text-anchor", "middle")
                ) { words },
        ])
    }

    private func box(_ node: ShownLineage.Node, _ index: Int, _ corner: (x: Int, y: Int)) -> HTML {
        let whole = ([node.name] + node.notes).filter { !$0.isEmpty }.joined(separator: ", ")
        let inset = node.thumbnail == nil ? 12 : 60
        let inner = HTML([
            tag("title") { whole },
            tag(
                "rect", Attribute("width", String(LineageLayout.width)),
                Attribute("height", String(LineageLayout.height)),
                Attribute("rx", "7")),
            node.thumbnail.map { address in
                tag(
                    "image", .href(address), Attribute("x", "6"), Attribute("y", "6"), Attribute("width", "44"),
                    Attribute("height", "44"), Attribute("preserveAspectRatio", "xMidYMid slice"))
            } ?? HTML([]),
            // A drawing within the drawing ends what is too long.
            tag(
                "svg", Attribute("x", String(inset)), Attribute("width", String(LineageLayout.width - inset - 8)),
                Attribute("height", String(LineageLayout.height))
            ) {
                tag("text", .class("name"), Attribute("y", node.notes.isEmpty ? "33" : "24")) {
                    short(node.name, inset > 12 ? 21 : 29)
                }
                if let note = node.notes.first {
                    tag("text", .class("what"), Attribute("y", "42")) { note.cut(inset > 12 ? 24 : 33) }
                }
            },
        ])
        let place = Attribute("transform", "translate(\(corner.x) \(corner.y))")
        let kind = Attribute("data-kind", index == 0 ? "own" : node.kind.rawValue)
        guard let address = node.address else { return tag("g", .class("node"), kind, place) { inner } }
        return tag("a", .class("node"), kind, place, .href(address), .label(whole)) { inner }
    }

    /// The end of a name tells more than its middle: it has the number.
    private func short(_ name: String, _ count: Int) -> String {
        let scalars = name.unicodeScalars
        guard scalars.count > count else { return name }
        return String(String.UnicodeScalarView(scalars.prefix(count / 3))) + "…"
            + String(String.UnicodeScalarView(scalars.suffix(count - count / 3 - 1)))
    }

    // MARK: - The list

    var list: HTML {
        var seen: Set<Int> = []
        return tag("ul", .class("outline")) {
            tag("li") {
                entry(0)
                branch(0, &seen)
            }
            let newer = lineage.edges.filter { $0.dependency == 0 }
            if !newer.isEmpty {
                tag("li") {
                    "What came from it"
                    tag("ul") {
                        for edge in newer {
                            tag("li") {
                                entry(edge.dependent)
                            }
                        }
                    }
                }
            }
        }
    }

    /// What a node came from, below it; what was told is not told again.
    private func branch(_ index: Int, _ seen: inout Set<Int>) -> HTML {
        guard seen.insert(index).inserted else { return HTML([]) }
        var items: [HTML] = []
        for edge in lineage.edges where edge.dependent == index {
            let isKnown = seen.contains(edge.dependency)
            let below = branch(edge.dependency, &seen)
            items.append(
                tag("li") {
                    tag("span", .class("note")) { edge.relation.rawValue + " " }
                    entry(edge.dependency)
                    if isKnown { tag("span", .class("note")) { ", as above" } }
                    below
                })
        }
        return items.isEmpty ? HTML([]) : tag("ul") { HTML(items) }
    }

    private func entry(_ index: Int) -> HTML {
        let node = lineage.nodes[index]
        return HTML([
            node.address.map { address in tag("a", .href(address)) { node.name } } ?? HTML(text: node.name),
            node.notes.isEmpty
                ? HTML([])
                : tag("span", .class("note")) {
                    " (" + node.notes.filter { !$0.isEmpty }.joined(separator: ", ").cut(300) + ")"
                },
        ])
    }
}
