import GRDB
import GRDBSQLite

/// Identifies the newest commit of any process at some moment: what was read since then holds as long as it is the newest.
package struct Commit: Sendable {
    /// Nil if it cannot be known without asking SQLite.
    private let number: UInt32?

    package init(_ number: UInt32?) { self.number = number }

    /// Equal to no commit, not even to itself.
    package static let unknown = Commit(nil)

    /// Whether nothing was committed between the two. False if that is unknown.
    package func isSame(as other: Commit) -> Bool { number != nil && number == other.number }

    /// The commit after this one.
    var next: Commit { Commit(number.map { $0 &+ 1 }) }
}

/// Counts commits of all processes, read from the memory that all connections share, so asking needs no system call.
///
/// The number is `iChange` of the WAL-index header, eight bytes from its beginning; see https://www.sqlite.org/walformat.html. SQLite
/// itself has mapped the file: a second descriptor would release SQLite's locks when it is closed.
struct CommitCounter: Sendable {
    private static let offset = 8
    private static let pageSize: CInt = 32_768

    /// Where the header is; 0 if the file system offers SQLite no shared memory. Other processes write there; an aligned word is never read
    /// half-written.
    private let address: UInt

    private init(address: UInt) { self.address = address }

    /// For databases without a header: every comparison asks SQLite.
    static let none = CommitCounter(address: 0)

    /// Valid while `db` is open.
    init(_ db: Database) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        var page: UnsafeMutableRawPointer?
        guard sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK,
            let file, let methods = file.pointee.pMethods, methods.pointee.iVersion >= 2,
            let map = methods.pointee.xShmMap, map(file, 0, Self.pageSize, 0, &page) == SQLITE_OK, let page
        else {
            address = 0
            return
        }
        address = UInt(bitPattern: page)
    }

    var newest: Commit {
        Commit(
            UnsafeRawPointer(bitPattern: address)?.load(fromByteOffset: Self.offset, as: UInt32.self))
    }
}
