import GRDB
import Recipe

/// Nodes of the live view in memory, so that looking a name up asks no database.
///
/// It knows what the catalogue held after one commit, and answers only while that is the newest one of any process. What
/// this process commits is applied row by row; what another one committed empties it at the next commit here.
final class LiveMirror: CatalogueParticipant {
    /// More nodes than these are not kept.
    private static let limit = 100_000
    /// A directory is read as a whole once this many names were looked up in it without success.
    private static let patience = 16

    struct State {
        /// The commit that everything here is of.
        var commit: Commit
        var rows: [Int64: LiveRow] = [:]
        /// The names of directories of which every name is known.
        var names: [Int64: [EntryName: Int64]] = [:]
        var misses: [Int64: Int] = [:]
        var transaction: Transaction?
        /// Counts up with every commit that may have changed a row of the view.
        var changes = 0
    }

    /// What the current transaction changed. Only who is in it sees that.
    struct Transaction {
        /// The newest commit before it.
        let before: Commit
        /// SQLite's count of changes at its beginning.
        let count: Int
        /// Rows that it touched, and whether it made them.
        var touched: [Int64: Bool] = [:]
        /// What they are when it commits.
        var rows: [(id: Int64, isNew: Bool, row: LiveRow?)] = []
        var hasWritten = false
    }

    enum Name {
        case node(LiveRow)
        case absent
        case unknown(isWorthReading: Bool)
    }

    private let counter: CommitCounter
    private let state: Lock<State>

    /// It is told of the catalogue's transactions from now on, and is good as long as that is open.
    init(_ catalogue: Catalogue) {
        counter = catalogue.counter
        state = Lock(.mirror, State(commit: .unknown))
        catalogue.add(self)
    }

    // MARK: Look-ups

    func row(_ id: Int64) -> LiveRow? {
        state.withLock { state in state.commit.isSame(as: counter.newest) ? state.rows[id] : nil }
    }

    func name(_ name: EntryName, in directory: Int64) -> Name {
        state.withLock { state in
            guard state.commit.isSame(as: counter.newest) else { return .unknown(isWorthReading: false) }
            if let names = state.names[directory] {
                return names[name].flatMap { state.rows[$0] }.map { .node($0) } ?? .absent
            }
            state.misses[directory, default: 0] += 1
            return .unknown(isWorthReading: state.misses[directory, default: 0] == Self.patience)
        }
    }

    /// The names that lead to a node; nil where one of them is not known here.
    func path(of id: Int64) -> [EntryName]? {
        state.withLock { state in
            guard state.commit.isSame(as: counter.newest) else { return nil }
            var names: [EntryName] = []
            var next = id
            while next != LiveRow.root {
                guard let row = state.rows[next], let parent = row.parent, names.count < DirectoryRow.depthLimit else {
                    return nil
                }
                names.append(row.name)
                next = parent
            }
            return names.reversed()
        }
    }

    /// The same number as before where no process has changed a row of the view since; nil where that is not known.
    var changes: Int? { state.withLock { state in state.commit.isSame(as: counter.newest) ? state.changes : nil } }

    /// Whether what is known here also holds within the current transaction, which has changed no row of the view yet.
    var isUntouched: Bool { state.withLock { $0.transaction?.touched.isEmpty ?? true } }

    /// Keeps what a directory holds, between two commits of this process.
    func read(_ directory: Int64, in catalogue: Catalogue) throws(StoreError) {
        try catalogue.writing { db in
            let commit = counter.newest
            let rows = try db.live(in: directory, limit: Self.limit)
            let own = try db.live(directory)
            guard rows.count < Self.limit, let own, own.kind == .directory, commit.isSame(as: counter.newest) else {
                return
            }
            state.withLock { state in
                if !state.commit.isSame(as: commit) || state.rows.count > Self.limit { state.restart(from: commit) }
                state.rows[directory] = own
                for row in rows { state.rows[row.id] = row }
                state.names[directory] = Dictionary(rows.map { ($0.name, $0.id) }) { first, _ in first }
            }
        }
    }

    // MARK: Transactions

    func began(_ db: Database) {
        let transaction = Transaction(before: counter.newest, count: db.totalChangesCount)
        state.withLock { $0.transaction = transaction }
    }

    func willCommit(_ db: Database) throws {
        let touched = state.withLock { $0.transaction?.touched ?? [:] }
        let rows = try touched.map { (id: $0.key, isNew: $0.value, row: try db.live($0.key)) }
        let count = db.totalChangesCount
        state.withLock { state in
            guard var transaction = state.transaction else { return }
            transaction.rows = rows
            transaction.hasWritten = count != transaction.count
            state.transaction = transaction
        }
    }

    func ended(isCommitted: Bool) {
        state.withLock { state in
            if isCommitted, let transaction = state.transaction { state.apply(transaction, limit: Self.limit) }
            state.transaction = nil
        }
    }
}

extension LiveMirror: TransactionObserver {
    func observes(eventsOfKind kind: DatabaseEventKind) -> Bool { kind.tableName == "live" }
    func databaseDidChange(with event: DatabaseEvent) {
        let (id, isNew) = (event.rowID, event.kind == .insert)
        state.withLock { state in
            let before = state.transaction?.touched[id] ?? false
            state.transaction?.touched[id] = before || isNew
        }
    }
    func databaseDidCommit(_ db: Database) {}
    func databaseDidRollback(_ db: Database) {}
}

extension LiveMirror.State {
    /// Forgets what an older commit held.
    fileprivate mutating func restart(from commit: Commit) {
        self.commit = commit
        changes += 1
        rows = [:]
        names = [:]
        misses = [:]
    }

    fileprivate mutating func apply(_ transaction: LiveMirror.Transaction, limit: Int) {
        if !commit.isSame(as: transaction.before) || rows.count > limit { restart(from: transaction.before) }
        commit = transaction.hasWritten ? transaction.before.next : transaction.before
        if !transaction.rows.isEmpty { changes += 1 }
        // Names go before others come: two nodes may have changed places.
        for (id, _, row) in transaction.rows {
            if let old = rows[id], let parent = old.parent, names[parent]?[old.name] == id {
                names[parent]?[old.name] = nil
            }
            rows[id] = row
            if row == nil { names[id] = nil }
        }
        for (id, isNew, row) in transaction.rows where isNew && row?.kind == .directory { names[id] = [:] }
        for case (let id, _, let row?) in transaction.rows {
            if let parent = row.parent { names[parent]?[row.name] = id }
        }
    }
}
