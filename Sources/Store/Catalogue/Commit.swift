import GRDB
import GRDBSQLite

/// What the catalogue held after one commit of any process: what was read since then is true as long as it is the newest.
package struct Commit: Sendable {
    /// Nil where it cannot be known without asking SQLite.
    private let number: UInt32?

    package init(_ number: UInt32?) { self.number = number }

    /// Never the same as any.
    package static let unknown = Commit(nil)

    /// Whether nothing was committed between the two. False where that cannot be told.
    package func isSame(as other: Commit) -> Bool { number != nil && number == other.number }

    /// The commit after this one.
    var next: Commit { Commit(number.map { $0 &+ 1 }) }
}

/// How often anybody committed to the catalogue, read from the memory that all its connections share: asking costs nothing.
///
/// The number is `iChange` of the WAL-index header, eight bytes from its beginning, as https://www.sqlite.org/walformat.html
/// gives it. Its file is mapped by SQLite itself: a second descriptor of it would take SQLite's locks along when closed.
struct CommitCounter: Sendable {
    private static let offset = 8
    private static let pageSize: CInt = 32_768

    /// Where the header lies; 0: the file system below has no shared memory for SQLite. Other processes write there; one
    /// aligned word is never seen half.
    private let address: UInt

    private init(address: UInt) { self.address = address }

    /// Knows nothing: SQLite is asked each time.
    static let none = CommitCounter(address: 0)

    /// It is good while `db` is open.
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
