import Foundation
import GRDB
import GRDBSQLite
import Recipe

/// One row of a query, read by the positions of its columns. NULL is nil; any other type than the one that is asked for throws.
protocol PositionalRow {
    func integer(_ column: Int) throws -> Int64?
    func text(_ column: Int) throws -> String?
    func bytes(_ column: Int) throws -> Data?
}

extension PositionalRow {
    /// An integer that is never NULL.
    func number(_ column: Int) throws -> Int64 {
        guard let number = try integer(column) else { throw BadValue(description: "column \(column) is NULL") }
        return number
    }

    /// The row's number, from which a node's number is computed.
    func id(_ column: Int) throws -> Int64 { try ValueRange.number(bits: 56).check(number(column)) }
    func time(_ column: Int) throws -> Timestamp { Timestamp(nanoseconds: try ValueRange.time.check(number(column))) }
    /// The size of something that is in a file. Bytes.
    func size(_ column: Int) throws -> Int { Int(try ValueRange.size.check(number(column))) }
    /// The twelve bits that `chmod` sets.
    func mode(_ column: Int) throws -> UInt32 { UInt32(try ValueRange.mode.check(number(column))) }

    /// The number of a user or group.
    func owner(_ column: Int) throws -> UInt32? {
        try integer(column).map { number in
            guard let owner = UInt32(exactly: number) else {
                throw BadValue(description: "\(number) is not the number of a user or group")
            }
            return owner
        }
    }

    /// Throws a ``NameError`` if the text is not a name.
    func name(_ column: Int) throws -> EntryName {
        guard let text = try? text(column) else { throw NameError.notUTF8("column \(column)") }
        return try EntryName(text)
    }
}

extension Row: PositionalRow {
    func integer(_ column: Int) throws -> Int64? {
        try stored(column) { if case .int64(let number) = $0 { number } else { nil } }
    }
    func text(_ column: Int) throws -> String? {
        try stored(column) { if case .string(let text) = $0 { text } else { nil } }
    }
    func bytes(_ column: Int) throws -> Data? {
        try stored(column) { if case .blob(let bytes) = $0 { bytes } else { nil } }
    }

    /// GRDB would make a text of any bytes.
    private func stored<Value>(_ column: Int, _ value: (DatabaseValue.Storage) -> Value?) throws -> Value? {
        let storage = (self[column] as DatabaseValue).storage
        if case .null = storage { return nil }
        guard let value = value(storage) else { throw BadValue.ofOtherType(column) }
        return value
    }
}

extension BadValue {
    fileprivate static func ofOtherType(_ column: Int) -> BadValue {
        BadValue(description: "column \(column) has another type than it should")
    }
}

/// The row on which a statement stands. To make a `Row`, GRDB builds a dictionary of its columns' names, which takes longer than a look-up
/// of one row.
private struct StatementRow: PositionalRow {
    let statement: SQLiteStatement

    func integer(_ column: Int) throws -> Int64? {
        try isNull(column, SQLITE_INTEGER) ? nil : sqlite3_column_int64(statement, CInt(column))
    }
    func text(_ column: Int) throws -> String? {
        try isNull(column, SQLITE_TEXT) ? nil : String(decoding: buffer(column), as: UTF8.self)
    }
    func bytes(_ column: Int) throws -> Data? { try isNull(column, SQLITE_BLOB) ? nil : Data(buffer(column)) }

    private func isNull(_ column: Int, _ wanted: CInt) throws -> Bool {
        let type = sqlite3_column_type(statement, CInt(column))
        guard type == wanted || type == SQLITE_NULL else { throw BadValue.ofOtherType(column) }
        return type == SQLITE_NULL
    }

    /// Valid until the statement goes on.
    private func buffer(_ column: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: sqlite3_column_blob(statement, CInt(column)),
            count: Int(sqlite3_column_bytes(statement, CInt(column))))
    }
}

extension Database {
    /// What `make` returns for the first row of a query; nil if it has none.
    func first<Result>(
        _ sql: String, _ arguments: StatementArguments, _ make: (any PositionalRow) throws -> Result
    ) throws -> Result? {
        let statement = try cachedStatement(sql: sql)
        try statement.setArguments(arguments)
        defer { sqlite3_reset(statement.sqliteStatement) }
        switch sqlite3_step(statement.sqliteStatement) {
        case SQLITE_ROW: return try make(StatementRow(statement: statement.sqliteStatement))
        case SQLITE_DONE: return nil
        case let code:
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(sqliteConnection)),
                sql: sql)
        }
    }
}
