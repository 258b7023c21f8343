import GRDB
import Recipe

/// The numbers that a column can have. They are checked when a row is read (`Row.size`, `Row.time`, …), so that no arithmetic overflows;
/// `verify` reports rows with others, and `rebuild` skips backups that have some.
struct ValueRange: Sendable {
    let least, most: Int64

    /// No file system has a larger file. Bytes.
    static let size = ValueRange(least: 0, most: 1 << 50)
    /// Chosen so that sums and differences of times do not overflow.
    static let time = ValueRange(least: Timestamp.range.lowerBound, most: Timestamp.range.upperBound)
    static let mode = ValueRange(least: 0, most: 0o7777)
    /// Users, groups, processes, and counts.
    static let user = ValueRange(least: 0, most: Int64(UInt32.max))
    static let process = ValueRange(least: 0, most: Int64(Int32.max))
    static let count = ValueRange(least: 0, most: 1 << 53)

    static func number(bits: Int) -> ValueRange { ValueRange(least: 1, most: 1 << bits - 1) }

    func check(_ value: Int64) throws -> Int64 {
        guard least...most ~= value else { throw BadValue(description: "\(value) is not what its column can have") }
        return value
    }

    /// By column name: a name means the same in every table.
    private static let columns: [String: ValueRange] = {
        var columns: [String: ValueRange] = ["size": size, "mode": mode, "user": user, "team": user, "pid": process]
        for name in [
            "changed", "named", "modified", "recorded", "accessed", "since", "time", "received", "rendered", "started",
            "first", "last", "checked", "dropped", "pushed", "proven",
        ] { columns[name] = time }
        for name in ["versions", "number", "opens", "generation", "acknowledged", "failures", "kind", "closed"] {
            columns[name] = count
        }
        return columns
    }()

    /// Rows whose numbers become parts of node numbers with fewer bits.
    private static let narrow = ["snapshot.id": 36, "pin.position": 20]

    private static func range(_ table: String, _ column: String) -> ValueRange? {
        let isNumber = column == "id" || narrow["\(table).\(column)"] != nil
        return isNumber ? number(bits: narrow["\(table).\(column)"] ?? 56) : columns[column]
    }
}

extension ValueRange {
    /// A value that its column cannot have.
    struct Stranger {
        let table, column, value, row: String
    }

    /// The types that columns allow.
    private static let types = [
        "INTEGER": "'integer', 'null'", "TEXT": "'text', 'null'", "BLOB": "'blob', 'null'",
    ]

    /// The first such value in each column of each table. FTS5 checks the index of words itself.
    static func strangers(in db: Database) throws -> [Stranger] {
        var found: [Stranger] = []
        let tables = try String.fetchAll(
            db,
            sql: """
                SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
                AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
                """)
        for table in tables {
            let key = try db.primaryKey(table).columns.map(\.quotedDatabaseIdentifier).joined(separator: " || '.' || ")
            for column in try db.columns(in: table) {
                guard let type = types[column.type] else { continue }
                let name = column.name.quotedDatabaseIdentifier
                var condition = "typeof(\(name)) NOT IN (\(type))"
                if column.type == "INTEGER", let range = range(table, column.name) {
                    condition += " OR \(name) NOT BETWEEN \(range.least) AND \(range.most)"
                }
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT CAST(\(key) AS TEXT), substr(CAST(\(name) AS TEXT), 1, 40)
                        FROM \(table.quotedDatabaseIdentifier) WHERE \(condition) LIMIT 1
                        """)
                guard let row else { continue }
                found.append(
                    Stranger(
                        table: table, column: column.name, value: (try? row.value(1)) ?? "?",
                        row: (try? row.value(0)) ?? "?"))
            }
        }
        return found
    }
}
