/// The results for many items: each is printed if there are few, or if all were asked for; else only a summary.
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

    /// Prints what has not been printed yet.
    mutating func finish() {
        for cells in waiting { table.row(.cells(cells)) }
        table.finish()
        waiting = []
        count = 0
    }
}
