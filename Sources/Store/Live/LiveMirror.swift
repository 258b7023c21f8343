import GRDB
import Recipe
import Synchronization

/// Nodes of the live view in memory, so that looking a name up asks no database.
///
/// It knows what the catalogue held after one commit, and answers only while that is the newest one of any process. What
/// this process commits is applied row by row; what another one committed empties it at the next commit here.
final class LiveMirror: Sendable {
    /// More nodes than these are not kept.
    private static let limit = 100_000
    /// A directory is read as a whole once this many names were looked up in it without success.
    private static let patience = 16

    struct State {
        /// The commit that everything here is of.
        var commit: UInt32
        var rows: [Int64: LiveRow] = [:]
        /// The names of directories of which every name is known.
        var names: [Int64: [EntryName: Int64]] = [:]
        var misses: [Int64: Int] = [:]
        /// What comes before the next commit.
        var fresh = Fresh()

        /// Forgets what an older commit held.
        mutating func restart(from commit: UInt32) {
            self.commit = commit
            rows = Dictionary(uniqueKeysWithValues: fresh.files.map { ($0.id, $0.row) })
            names = [:]
            misses = [:]
        }
    }

    enum Name {
        case node(LiveRow)
        case absent
        case unknown(isWorthReading: Bool)
    }

    private let counter: CommitCounter
    let state: Mutex<State>

    init(_ counter: CommitCounter) {
        self.counter = counter
        state = Mutex(State(commit: counter.value))
    }

    /// Whether nobody committed since.
    func isCurrent(_ state: State) -> Bool { state.commit == counter.value }

    func row(_ id: Int64) -> LiveRow? {
        state.withLock { state in isCurrent(state) ? state.rows[id] : nil }
    }

    func name(_ name: EntryName, in directory: Int64) -> Name {
        state.withLock { state in
            guard isCurrent(state) else { return .unknown(isWorthReading: false) }
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
            guard isCurrent(state) else { return nil }
            var names: [EntryName] = []
            var next = id
            while next != LiveRow.root {
                guard let row = state.rows[next], let parent = row.parent else { return nil }
                names.append(row.name)
                next = parent
            }
            return names.reversed()
        }
    }

    /// Keeps what a directory holds. Within the writing connection, so that nothing is committed by this process meanwhile.
    func read(_ directory: Int64, _ db: Database) throws {
        let commit = counter.value
        try db.inTransaction(.deferred) {
            // The first look decides which commit the transaction sees.
            guard var own = try db.live(directory), own.kind == .directory, commit == counter.value else {
                return .commit
            }
            let rows = try db.live(in: directory, limit: Self.limit / 2)
            guard rows.count < Self.limit / 2 else { return .commit }
            state.withLock { state in
                if state.commit != commit || state.rows.count + rows.count > Self.limit {
                    state.restart(from: commit)
                }
                let rows = rows + state.fresh.files.filter { $0.parent == directory }.map(\.row)
                if let time = state.fresh.waiting.touched[directory] { own.touch(time) }
                state.rows[directory] = own
                for row in rows { state.rows[row.id] = row }
                state.names[directory] = Dictionary(rows.map { ($0.name, $0.id) }) { _, new in new }
            }
            return .commit
        }
    }

    /// What one transaction changed: rows with what they are now.
    struct Changes {
        fileprivate let before: UInt32
        fileprivate let rows: [(id: Int64, isNew: Bool, row: LiveRow?)]
        fileprivate let hasWritten: Bool
    }

    /// The newest commit, within a transaction that nobody else can commit beside.
    var commit: UInt32 { counter.value }

    /// What the current transaction changed since `before`.
    func changes(
        since before: UInt32, _ changed: [Int64: Bool], hasWritten: Bool, _ db: Database
    ) throws -> Changes {
        Changes(
            before: before, rows: try changed.map { (id: $0.key, isNew: $0.value, row: try db.live($0.key)) },
            hasWritten: hasWritten)
    }

    /// The transaction is committed.
    func apply(_ changes: Changes) {
        state.withLock { state in
            if state.commit != changes.before || state.rows.count > Self.limit { state.restart(from: changes.before) }
            state.commit = changes.hasWritten ? changes.before &+ 1 : changes.before
            // Names go before others come: two nodes may have changed places.
            for (id, _, row) in changes.rows {
                if let old = state.rows[id], let parent = old.parent, state.names[parent]?[old.name] == id {
                    state.names[parent]?[old.name] = nil
                }
                state.rows[id] = row
                if row == nil { state.names[id] = nil }
            }
            for (id, isNew, row) in changes.rows where isNew && row?.kind == .directory { state.names[id] = [:] }
            for case (let id, _, let row?) in changes.rows {
                if let parent = row.parent { state.names[parent]?[row.name] = id }
            }
        }
    }
}

/// Collects which rows of the live view a transaction changes, and whether each was made by it.
final class LiveChanges: TransactionObserver, Sendable {
    private let rows = Mutex<[Int64: Bool]>([:])
    var ids: [Int64: Bool] { rows.withLock { $0 } }

    func observes(eventsOfKind kind: DatabaseEventKind) -> Bool { kind.tableName == "live" }
    func databaseDidChange(with event: DatabaseEvent) {
        let (id, isNew) = (event.rowID, event.kind == .insert)
        rows.withLock { $0[id] = $0[id] ?? false || isNew }
    }
    func databaseDidCommit(_ db: Database) {}
    func databaseDidRollback(_ db: Database) {}

    func begin() { rows.withLock { $0.removeAll(keepingCapacity: true) } }
}
