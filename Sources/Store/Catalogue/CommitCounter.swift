import GRDB
import GRDBSQLite

/// How often anybody committed to the catalogue, read from the memory that all its connections share: asking costs nothing.
///
/// The number is `iChange` of the WAL-index header, eight bytes from its beginning, as https://www.sqlite.org/walformat.html
/// gives it. Its file is mapped by SQLite itself: a second descriptor of it would take SQLite's locks along when closed.
struct CommitCounter: Sendable {
    private static let offset = 8
    private static let pageSize: CInt = 32_768

    /// Where the header lies. Other processes write there; one aligned word is never seen half.
    private let address: UInt

    /// Nil where the file system below has no shared memory for SQLite. The counter is good while `db` is open.
    init?(_ db: Database) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK,
            let file, let methods = file.pointee.pMethods, methods.pointee.iVersion >= 2,
            let map = methods.pointee.xShmMap
        else { return nil }
        var page: UnsafeMutableRawPointer?
        guard map(file, 0, Self.pageSize, 0, &page) == SQLITE_OK, let page else { return nil }
        address = UInt(bitPattern: page)
    }

    var value: UInt32 {
        UnsafeRawPointer(bitPattern: address)?.load(fromByteOffset: Self.offset, as: UInt32.self) ?? 0
    }
}
