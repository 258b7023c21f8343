import GRDB
import Recipe

/// A name as TEXT, which SQLite compares by bytes. What is read was checked before it was written.
extension EntryName: DatabaseValueConvertible, StatementColumnConvertible {
    var databaseValue: DatabaseValue { text.databaseValue }
    static func fromDatabaseValue(_ value: DatabaseValue) -> EntryName? {
        String.fromDatabaseValue(value).map { EntryName(stored: $0) }
    }
    init(sqliteStatement: SQLiteStatement, index: CInt) {
        self.init(stored: String(sqliteStatement: sqliteStatement, index: index))
    }
}
