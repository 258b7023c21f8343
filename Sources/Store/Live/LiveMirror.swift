import GRDB
import Recipe

/// Keeps nodes of the live view in memory, so that looking up a name needs no query.
///
/// It holds what the catalogue held after one commit, and answers only while that is the newest commit of any process. Commits of this
/// process are applied row by row; after a commit of another process, the next commit here empties it.
final class LiveMirror: CatalogueParticipant {
    /// The largest number of nodes that are kept.
    private static let limit = 100_000
    /// A directory is read as a whole once this many names were looked up in it without success.
    private static let patience = 16

    struct State {
        /// The commit whose state this is.
        var commit: Commit
        var rows: [Int64: LiveRow] = [:]
        /// The names of directories of which every name is known.
        var names: [Int64: [EntryName: Int64]] = [:]
        var misses: [Int64: Int] = [:]
        var transaction: Transaction?
        /// Incremented by every commit that may have changed a row of the view.
        var changes = 0
    }

    /// What the current transaction changed. Only that transaction sees it.
    struct Transaction {
        /// The newest commit before it.
        let before: Commit
        /// SQLite's count of changes when the transaction began.
        let count: Int
        /// Rows that the transaction touched, and whether it made them.
        var touched: [Int64: Bool] = [:]
        /// Those rows as they are when the transaction commits.
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

    /// From now on it observes the catalogue's transactions; it is valid as long as the catalogue is open.
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

    /// The path of a node; nil if a part of it is not known here.
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

    /// The same number as before if no process has changed a row of the view since; nil if that is not known.
    var changes: Int? { state.withLock { state in state.commit.isSame(as: counter.newest) ? state.changes : nil } }

    /// Whether the mirror also holds within the current transaction, because that has changed no row of the view yet.
    var isUntouched: Bool { state.withLock { $0.transaction?.touched.isEmpty ?? true } }

    /// Reads the entries of a directory into memory, between two commits of this process.
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
    /// Forgets the state of an older commit.
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
        // Old names are removed before new ones are added: two nodes may have changed places.
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
