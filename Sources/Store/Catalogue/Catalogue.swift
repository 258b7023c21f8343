import GRDB
import Glibc
import Recipe
import Synchronization
import SystemPackage

/// The SQLite database beside the blobs: names, versions, images, snapshots. The only channel between processes.
///
/// Every commit is on disk when it returns (`synchronous=FULL`, read back), so a row can be trusted after a power cut.
final class Catalogue: Sendable {
    private let path: FilePath
    private let pool: DatabasePool
    /// Whether the writing connection waits for the disk; only touched where it writes.
    private let isFull = Mutex(true)
    private let counter: CommitCounter?
    /// What this process knows of the live view without asking.
    let mirror: LiveMirror?
    private let changes = LiveChanges()
    /// The thread that is in a transaction.
    private let writer = Mutex<pthread_t?>(nil)

    /// Opens the catalogue and brings its schema up to date, after a backup of what it was; nil makes none.
    /// `patience` is how long somebody who writes waits for another one. Seconds.
    init(_ path: FilePath, backups: Backups?, patience: Double = 30) throws(StoreError) {
        self.path = path
        try Self.protect(path)
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience)
        configuration.maximumReaderCount = 8
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            // A checkpoint waits for the disk; with SQLite's usual thousand pages every hundredth change in the live view would.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 8000")
            // KiB: the inner pages of the indexes of a million images stay, so that a look-up reads leaves alone.
            try db.execute(sql: "PRAGMA cache_size = -8000")
        }
        do {
            pool = try DatabasePool(path: path.string, configuration: configuration)
            counter = pool.writeWithoutTransaction { CommitCounter($0) }
            mirror = counter.map(LiveMirror.init)
        } catch { throw Self.typed(error) }
        try holdFull()
        try Schema.migrate(pool, path: path, backups: backups)
        try holdFull()
        pool.add(transactionObserver: changes, extent: .databaseLifetime)
    }

    /// Nobody else reads it; SQLite's log takes the mode after it. By its name: closing a descriptor would drop the locks that
    /// this process has on it.
    private static func protect(_ path: FilePath) throws(StoreError) {
        if try FileFacts.at(path) == nil {
            _ = try Kernel.open(path, .readWrite, options: .create, permissions: .ownerReadWrite)
        }
        guard path.withPlatformString({ chmod($0, 0o600) }) == 0 else {
            throw .system("cannot protect", path, Errno(rawValue: errno))
        }
    }

    /// GRDB sets NORMAL after its prepare hook has run, so FULL is set on the open writer and read back.
    private func holdFull() throws(StoreError) {
        try typed { try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") } }
        let synchronous = try synchronous()
        guard synchronous == 2 else { throw .unsafeCatalogue(synchronous: synchronous) }
    }

    /// What the writing connection holds: 2 is FULL.
    func synchronous() throws(StoreError) -> Int {
        try typed {
            try pool.writeWithoutTransaction { db in
                try wait(true, db)
                return try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1
            }
        }
    }

    /// Runs `body` on one consistent state of the catalogue.
    func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try settle()
        return try typed { try pool.read(body) }
    }

    /// Runs one statement, which needs no transaction to see one state. What was made in the live view a moment ago may have no
    /// row yet; see ``settle(_:)``.
    func readOne<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try typed { try pool.unsafeRead(body) }
    }

    /// Runs `body` in a transaction: all of it is on disk when this returns, or none of it ever was.
    func write<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try typed {
            try pool.writeWithoutTransaction { db in
                try wait(true, db)
                return try transact(db, body)
            }
        }
    }

    /// The same without waiting for the disk: a killed process loses none of it, a power cut may take the last seconds.
    /// The next ``write(_:)`` puts it on disk too, for the log of both is one.
    func writeSoon<Result>(
        settling: Settling = .all, _ body: (Database) throws -> Result
    ) throws(StoreError) -> Result {
        try typed {
            try pool.writeWithoutTransaction { db in
                try wait(false, db)
                return try transact(db, settling: settling, body)
            }
        }
    }

    private func transact<Result>(
        _ db: Database, settling: Settling = .all, _ body: (Database) throws -> Result
    ) throws -> Result {
        var result: Result?
        var changed: LiveMirror.Changes?
        writer.withLock { $0 = pthread_self() }
        defer { writer.withLock { $0 = nil } }
        changes.begin()
        var isDone = false
        // After what was committed is applied: until then a file counts as one that is on its way.
        defer { mirror?.endSettling(isDone: isDone) }
        try db.inTransaction(.immediate) {
            let before = mirror?.commit ?? 0
            let count = db.totalChangesCount
            if let (unsettled, mount) = mirror?.beginSettling(settling) { try db.settle(unsettled, mount: mount) }
            result = try body(db)
            try FaultPoint.reach("cannot write", path)
            changed = try mirror?.changes(
                since: before, changes.ids, hasWritten: db.totalChangesCount != count, db)
            return .commit
        }
        isDone = true
        if let changed { mirror?.apply(changed) }
        guard let result else { throw StoreError.catalogue("a transaction gave nothing") }
        return result
    }

    /// Returns when every file that was made has its row, or some of them. A transaction sees to it by itself.
    func settle(_ which: Settling = .all) throws(StoreError) {
        guard mirror?.hasFresh == true, writer.withLock({ $0 }) != pthread_self() else { return }
        try writeSoon(settling: which) { _ in }
    }

    /// The number of the newest commit of any process; what was read after it is true while it is the newest. Nil where that
    /// cannot be known without asking.
    var newestCommit: UInt32? { counter?.value }

    /// The node, from memory where it is known.
    func live(_ id: Int64) throws(StoreError) -> LiveRow? {
        if let row = mirror?.row(id) { return row }
        try settle()
        return try readOne { try $0.live(id) }
    }

    /// The same within a transaction, which sees what it changed itself.
    func live(_ id: Int64, _ db: Database) throws -> LiveRow? {
        if changes.ids.isEmpty, let row = mirror?.row(id) { return row }
        return try db.live(id)
    }

    func live(named name: EntryName, in directory: Int64, _ db: Database) throws -> LiveRow? {
        guard changes.ids.isEmpty, let mirror else { return try db.live(named: name, in: directory) }
        switch mirror.name(name, in: directory) {
        case .node(let row): return row
        case .absent: return nil
        case .unknown: return try db.live(named: name, in: directory)
        }
    }

    func path(ofLive id: Int64, _ db: Database) throws -> [EntryName]? {
        if changes.ids.isEmpty, let path = mirror?.path(of: id) { return path }
        return try db.path(ofLive: id)
    }

    /// The node of a name, from memory where it is known.
    func live(named name: EntryName, in directory: Int64) throws(StoreError) -> LiveRow? {
        switch mirror?.name(name, in: directory) {
        case .node(let row): return row
        case .absent: return nil
        case .unknown(isWorthReading: true):
            try typed { try pool.writeWithoutTransaction { try mirror?.read(directory, $0) } }
        case .unknown, nil: break
        }
        try settle()
        return try readOne { try $0.live(named: name, in: directory) }
    }

    /// The names that lead to a node of the live view; nil where one is gone.
    func path(ofLive id: Int64) throws(StoreError) -> [EntryName]? {
        if let path = mirror?.path(of: id) { return path }
        return try read { try $0.path(ofLive: id) }
    }

    /// Whether the next commit waits for the disk.
    private func wait(_ isWanted: Bool, _ db: Database) throws {
        guard isFull.withLock({ $0 }) != isWanted else { return }
        try db.execute(sql: "PRAGMA synchronous = \(isWanted ? "FULL" : "NORMAL")")
        isFull.withLock { $0 = isWanted }
    }

    /// Copies the catalogue as it is at one moment into the file `target`, which must not exist. Nobody who writes waits for it.
    func copy(to target: FilePath) throws(StoreError) {
        try settle()
        try typed { try Backups.copy(pool, to: target) }
    }

    /// Puts everything into the one file, and closes it.
    func close() throws(StoreError) {
        try settle()
        try typed {
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try pool.close()
        }
    }

    /// Returns when everything that was written is on disk. Nobody who writes waits for it.
    func sync() throws(StoreError) {
        try settle()
        // SQLite locks the database and its shared memory, never the log: closing another descriptor of it drops no lock. What
        // the log held before it began anew was put on disk by that.
        let log = FilePath(path.string + "-wal")
        if try FileFacts.at(log) != nil { try Kernel.sync(try Kernel.open(log, .readOnly), log) }
    }

    private func typed<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
        do { return try body() } catch {
            if let error = error as? DatabaseError, error.resultCode == .SQLITE_BUSY {
                let store = path.removingLastComponent()
                throw StoreError.inUse(store, holders: StoreLease.holders(of: store))
            }
            throw Self.typed(error)
        }
    }

    private static func typed(_ error: any Error) -> StoreError {
        if let error = error as? DatabaseError, error.resultCode == .SQLITE_FULL {
            return .system("cannot write the catalogue", "catalogue.sqlite", .noSpace)
        }
        return (error as? StoreError) ?? .catalogue("\(error)")
    }
}
