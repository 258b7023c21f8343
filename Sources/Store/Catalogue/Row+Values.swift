import GRDB
import Recipe

// A catalogue may come from elsewhere, so its values can be anything. GRDB's subscripts end the process if a value is not of the type that
// is asked for; these throw, and scripts/check-layers forbids the subscripts.

/// A value that its column cannot have. `verify` reports such rows, and listings leave them out.
struct BadValue: Error, CustomStringConvertible {
    let description: String
}

extension Error {
    /// Whether one row is to blame, so that listings can leave it out.
    var isOfRow: Bool { self is BadValue || self is NameError }
}

extension Row {
    func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
        try Self.checked { try decode(Value.self, forColumn: column) }
    }
    func value<Value: DatabaseValueConvertible>(_ column: Int) throws -> Value {
        try Self.checked { try decode(Value.self, atIndex: column) }
    }
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: String) throws -> Value {
        try Self.checked { try decode(Value.self, forColumn: column) }
    }
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: Int) throws -> Value {
        try Self.checked { try decode(Value.self, atIndex: column) }
    }

    func digest(_ column: String) throws -> Digest { try Digest(column: try value(column)) }

    func time(_ column: String) throws -> Timestamp { Timestamp(nanoseconds: try ValueRange.time.check(value(column))) }

    /// The size of something that is in a file. Bytes.
    func size(_ column: String) throws -> Int { Int(try ValueRange.size.check(value(column))) }

    /// The row's number, from which a node's number is computed.
    func id(_ column: String, bits: Int = 56) throws -> Int64 { try ValueRange.number(bits: bits).check(value(column)) }

    private static func checked<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let problem as RowDecodingError {
            throw BadValue(description: problem.description)
        }
    }
}
