/// Where the nodes of a lineage stand: what something came from at its left, models above images.
struct LineageLayout {
    static let width = 224
    static let height = 56
    private static let columnGap = 84
    private static let rowGap = 14
    private static let bandGap = 26
    private static let margin = 4

    /// The upper left corner of each node, in pixels.
    let corners: [(x: Int, y: Int)]
    let size: (width: Int, height: Int)

    init(_ lineage: ShownLineage) {
        let levels = Self.levels(lineage)
        let (oldest, newest) = (levels.max() ?? 0, levels.min() ?? 0)
        var rows = [(models: Int, others: Int)](repeating: (0, 0), count: oldest - newest + 1)
        var places: [(column: Int, row: Int)] = []
        for (node, level) in zip(lineage.nodes, levels) {
            let column = oldest - level
            if node.kind == .model {
                places.append((column, rows[column].models))
                rows[column].models += 1
            } else {
                places.append((column, rows[column].others))
                rows[column].others += 1
            }
        }
        let band = rows.map(\.models).max() ?? 0
        let pitch = Self.height + Self.rowGap
        let below = band == 0 ? 0 : band * pitch + Self.bandGap
        corners = zip(lineage.nodes, places).map { node, place in
            // Models of a column with few of them stand next to the images.
            let row = node.kind == .model ? band - rows[place.column].models + place.row : place.row
            return (
                Self.margin + place.column * (Self.width + Self.columnGap),
                Self.margin + row * pitch + (node.kind == .model ? 0 : below)
            )
        }
        let others = rows.map(\.others).max() ?? 0
        size = (
            rows.count * (Self.width + Self.columnGap) - Self.columnGap + 2 * Self.margin,
            below + others * pitch - Self.rowGap + 2 * Self.margin
        )
    }

    /// How many steps each node is before the image itself; what came from that has the level -1. Whoever wrote the headers of models may
    /// have them come from each other: what leads back counts as no step.
    private static func levels(_ lineage: ShownLineage) -> [Int] {
        let steps = Dictionary(grouping: lineage.edges.filter { $0.relation != .same }, by: \.dependent)
        var order: [Int] = []
        var seen: Set<Int> = []
        // There are few nodes, so this never calls itself deeply.
        func visit(_ node: Int) {
            guard seen.insert(node).inserted else { return }
            for edge in steps[node] ?? [] { visit(edge.dependency) }
            order.append(node)
        }
        visit(0)
        let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        var levels = [Int?](repeating: nil, count: lineage.nodes.count)
        levels[0] = 0
        for node in order.reversed() {
            for edge in steps[node] ?? [] where places[edge.dependency] ?? 0 < places[node] ?? 0 {
                levels[edge.dependency] = max(levels[edge.dependency] ?? 0, (levels[node] ?? 0) + 1)
            }
        }
        for edge in lineage.edges where edge.dependency == 0 && levels[edge.dependent] == nil {
            levels[edge.dependent] = -1
        }
        for edge in lineage.edges where edge.relation == .same {
            levels[edge.dependency] = levels[edge.dependency] ?? levels[edge.dependent]
        }
        return levels.map { $0 ?? 1 }
    }
}
