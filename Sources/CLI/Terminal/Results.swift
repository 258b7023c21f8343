/// What came of many items: each is told where they are few or all are asked for; else a summary stands for them.
struct Results {
    private static let few = 10

    private let isVerbose: Bool
    private var table: Table
    private var waiting: [[Line]] = []
    private var count = 0

    /// `columns` are those of a ``Table``.
    init(_ columns: [Table.Alignment], isVerbose: Bool) {
        self.isVerbose = isVerbose
        table = Table(columns, atOnce: isVerbose)
    }

    mutating func add(_ cells: Line...) {
        count += 1
        if isVerbose { return table.row(.cells(cells)) }
        if count <= Self.few { waiting.append(cells) } else { waiting = [] }
    }

    /// Tells what was not told yet.
    mutating func finish() {
        for cells in waiting { table.row(.cells(cells)) }
        table.finish()
        waiting = []
        count = 0
    }
}
