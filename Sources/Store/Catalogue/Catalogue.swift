import GRDB
import Glibc
import Synchronization
import SystemPackage

/// An object in memory that mirrors rows and observes this process's transactions. No other process commits between the beginning of a
/// transaction and its end.
protocol CatalogueParticipant: Sendable {
    func began(_ db: Database) throws
    /// Called before the commit, which may still fail.
    func willCommit(_ db: Database) throws
    func ended(isCommitted: Bool)
}

/// The SQLite database beside the blobs: names, versions, images, snapshots. Processes communicate only through it.
///
/// Nobody waits for the disk while SQLite's writer is held: commits are made with `synchronous=NORMAL`, which GRDB's pool sets, and
/// ``write(_:)`` syncs the log afterwards. The log is synced in order, so a row that is on disk has all rows before it on disk.
final class Catalogue: Sendable {
    private let path: FilePath
    let place: StorePlace
    private let pool: any DatabaseWriter
    private let ballast: Ballast
    private let participants = Lock(.connection, [any CatalogueParticipant]())
    let counter: CommitCounter
    /// Whether the name of the log is on disk.
    private let hasLogName = Atomic(false)
    /// False for a copy, which ends with this process.
    private let isLasting: Bool

    /// Opens the catalogue and brings its schema up to date, after a backup of the old one; nil makes none. `patience` is how long a writer
    /// waits for another one. Seconds.
    init(_ path: FilePath, migration: Migration, patience: Double = 30) throws(StoreError) {
        self.path = path
        let place = try StorePlace(path.removingLastComponent())
        self.place = place
        ballast = Ballast(in: path.removingLastComponent())
        isLasting = true
        try Self.requireOwnFiles(path)
        try Self.protect(path)
        LogFiles(of: path).prepare()
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience)
        configuration.maximumReaderCount = 8
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            // SQLite opens further connections when it needs them, by the path.
            try place.require()
            // A checkpoint waits for the disk; with SQLite's default of a thousand pages, every hundredth change in the live view would.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 8000")
            // The schema of a catalogue from elsewhere may call only functions that compute.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            // KiB: enough to keep the inner pages of the indexes of a million images, so that a look-up reads only leaves.
            try db.execute(sql: "PRAGMA cache_size = -8000")
        }
        do {
            pool = try Self.open(path, configuration, ballast)
            counter = pool.writeWithoutTransaction { CommitCounter($0) }
        } catch { throw Self.typed(error) }
        // Once all migrations are done, what they read can be removed.
        if try Schema.migrate(pool, path: path, migration) { try sync() }
    }

    /// Opens a copy of the catalogue as it is now; the copy, and what is written to it, ends with this process.
    init(copyOf path: FilePath) throws(StoreError) {
        self.path = path
        place = try StorePlace(path.removingLastComponent())
        ballast = Ballast(in: path.removingLastComponent())
        counter = .none
        isLasting = false
        try Self.requireOwnFiles(path)
        do { pool = try Self.transientCopy(of: path) } catch { throw Self.typed(error) }
        try Schema.requireNewest(pool, path: path)
    }

    /// Opening a catalogue whose log was left behind needs room, even on a full disk.
    private static func open(
        _ path: FilePath, _ configuration: Configuration, _ ballast: Ballast
    ) throws -> DatabasePool {
        do { return try DatabasePool(path: path.string, configuration: configuration) } catch {
            // If SQLite cannot create its log, it does not say why.
            let isUnopened = (error as? DatabaseError)?.resultCode == .SQLITE_CANTOPEN
            let isCrowded = try isUnopened && !Kernel.canHoldFiles(path.removingLastComponent())
            let hasNoRoom = try isUnopened && Kernel.available(path.removingLastComponent()) < Ballast.size
            guard isFull(error) || isCrowded || hasNoRoom else { throw error }
            let operation =
                isCrowded ? "its file system can hold no more files (no free inodes): cannot open" : "cannot open"
            guard ballast.drop(), let pool = try? DatabasePool(path: path.string, configuration: configuration) else {
                throw StoreError.system(operation, path, .noSpace)
            }
            LogFiles(of: path).reserve(Ballast.size / 2)
            return pool
        }
    }

    /// From now on `participant` observes every transaction of this process.
    func add(_ participant: some CatalogueParticipant & TransactionObserver) {
        participants.withLock { $0.append(participant) }
        pool.add(transactionObserver: participant, extent: .databaseLifetime)
    }

    /// Throws if a file of the catalogue is a link or not a regular file: writing to it would change somebody else's file.
    private static func requireOwnFiles(_ path: FilePath) throws(StoreError) {
        for ending in ["", "-wal", "-shm", "-journal"] {
            let file = FilePath(path.string + ending)
            guard let facts = try FileFacts.at(file, followLinks: false), facts.kind != .file else { continue }
            throw .conflict("\(file) is not a file of the store's own; nothing was changed")
        }
    }

    /// Makes the file readable only by its owner; SQLite gives its log the same mode. Uses the path, since closing a descriptor would
    /// release this process's locks on the file.
    private static func protect(_ path: FilePath) throws(StoreError) {
        if try FileFacts.at(path) == nil {
            _ = try Kernel.open(path, .readWrite, options: .create, permissions: .ownerReadWrite)
        }
        guard path.withPlatformString({ chmod($0, 0o600) }) == 0 else {
            throw .system("cannot protect", path, Errno(rawValue: errno))
        }
    }

    /// Runs `body` on one consistent state of the catalogue.
    func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try typed { try Activity.perform(.sql) { try pool.read(body) } }
    }

    /// Runs one statement, which sees one state without a transaction.
    func readOne<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try typed { try Activity.perform(.sql) { try pool.unsafeRead(body) } }
    }

    /// Runs `body` in a transaction: all of it is on disk when this returns, or none of it ever was. Others see it a moment before it is on
    /// disk; if the disk fails then, this throws although they do.
    func write<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        let result = try writeSoon(body)
        try sync()
        return result
    }

    /// The same without waiting for the disk: a killed process loses nothing, a power cut may lose the last seconds.
    ///
    /// On a full disk the ballast makes room; operations that need more than that check beforehand.
    func writeSoon<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        do throws(StoreError) { return try transact(body) } catch {
            guard case .system(_, _, .noSpace) = error else { throw error }
            if ballast.drop() {
                LogFiles(of: path).reserve(Ballast.size / 2)
            } else {
                // Once all of the log is in the catalogue, SQLite begins it anew, in the room that it already has.
                try? typed { _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) } }
            }
            return try transact(body)
        }
    }

    private func transact<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try place.require()
        return try writing { db in
            let participants = participants.withLock { $0 }
            var isCommitted = false
            defer { for participant in participants { participant.ended(isCommitted: isCommitted) } }
            var result: Result?
            try db.inTransaction(.immediate) {
                for participant in participants { try participant.began(db) }
                result = try body(db)
                try FaultPoint.reach("cannot write", path)
                for participant in participants { try participant.willCommit(db) }
                return .commit
            }
            isCommitted = true
            guard let result else { throw StoreError.catalogue("a transaction gave nothing") }
            return result
        }
    }

    /// The only way to the writing connection; runs between two transactions of this process.
    func writing<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        let activity = Activity.current
        activity.waits(for: .catalogue)
        return try typed {
            defer { activity.left(.catalogue) }
            return try pool.writeWithoutTransaction { db in
                activity.took(.catalogue)
                return try body(db)
            }
        }
    }

    /// What is read after asking for this holds as long as it stays the newest.
    var newest: Commit { counter.newest }

    /// Copies the catalogue as it is at one moment into the file `target`, which is empty or absent. Writers do not wait for it.
    func copy(to target: FilePath) throws(StoreError) {
        try typed { try Activity.perform(.bytes) { try Self.copy(pool, to: target) } }
    }

    /// Moves everything from the log into the one file, and closes it.
    func close() throws(StoreError) {
        try typed {
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try pool.close()
        }
    }

    /// Returns when everything that was written is on disk. Writers do not wait for it.
    func sync() throws(StoreError) {
        guard isLasting else { return }
        // SQLite locks the database and its shared memory, but not the log, so closing another descriptor of the log releases no lock. What
        // was in the log before it began anew was synced when that happened.
        try place.require()
        let log = LogFiles(of: path).log
        guard try FileFacts.at(log) != nil else { return }
        try Kernel.sync(try Kernel.open(log, .readOnly), log)
        // The log may be new; btrfs kept the bytes and lost the name. It stays as long as anybody has the catalogue open.
        if !hasLogName.load(ordering: .relaxed) {
            try Kernel.syncDirectory(path.removingLastComponent())
            hasLogName.store(true, ordering: .relaxed)
        }
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

    private static func isFull(_ error: any Error) -> Bool {
        (error as? DatabaseError).map {
            $0.resultCode == .SQLITE_FULL || $0.extendedResultCode == .SQLITE_IOERR_SHMSIZE
        }
            ?? false
    }

    private static func typed(_ error: any Error) -> StoreError {
        if isFull(error) { return .system("cannot write the catalogue", "catalogue.sqlite", .noSpace) }
        return (error as? StoreError) ?? .catalogue((error as? DatabaseError)?.sentence ?? "\(error)")
    }
}
