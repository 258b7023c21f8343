/// A JSON value that loses nothing a prompt may hold.
///
/// Numbers keep their literal: a 64-bit seed does not fit a double, and Python writes `NaN`. Objects keep their order.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Number)
    case string(String)
    case array([JSON])
    case object(Object)

    /// A number as it was written.
    package struct Number: Sendable, Hashable {
        /// The digits as they are in the text.
        package let literal: String

        package init(literal: String) { self.literal = literal }
        package init(_ value: Int64) { literal = String(value) }
        package init(_ value: UInt64) { literal = String(value) }

        /// Whether the literal has no fraction and no exponent, so that its digits are its value.
        package var isInteger: Bool {
            let digits = literal.utf8.first == UInt8(ascii: "-") ? literal.utf8.dropFirst() : literal.utf8[...]
            return !digits.isEmpty && digits.allSatisfy(\.isASCIIDigit)
        }
        /// The value; nil for one with a fraction or an exponent, and beyond 64 bits.
        package var int: Int? { isInteger ? Int(literal) : nil }
        package var unsigned: UInt64? { isInteger ? UInt64(literal) : nil }
        /// The nearest double; nil for Python's `NaN` and `Infinity`.
        package var double: Double? { Double(literal).flatMap { $0.isFinite ? $0 : nil } }
        package var isNegative: Bool { literal.utf8.first == UInt8(ascii: "-") }
    }

    /// Members in their written order; if keys are equal the last one counts, as in Python.
    package struct Object: Sendable, Equatable {
        /// In their written order; equal keys may be among them.
        package private(set) var members: [(key: String, value: JSON)]
        /// The last place of each key, in an object with so many that looking through them takes long.
        private var places: [String: Int]?
        private static let few = 64

        package init(_ members: [(key: String, value: JSON)] = []) {
            self.members = members
            index()
        }

        private mutating func index() {
            places =
                members.count > Self.few
                ? Dictionary(zip(members.lazy.map(\.key), members.indices)) { _, last in last } : nil
        }

        private func place(of key: String) -> Int? {
            if let places { return places[key] }
            // By position, not by element, which would retain and release each of them.
            return members.indices.last { members[$0].key == key }
        }

        /// The value of the last member with this key.
        package subscript(key: String) -> JSON? {
            get {
                place(of: key).map { members[$0].value }
            }
            set {
                if let newValue {
                    if let place = place(of: key) { members[place].value = newValue } else { append(key, newValue) }
                } else if place(of: key) != nil {
                    members.removeAll { $0.key == key }
                    index()
                }
            }
        }

        /// Adds a member without checking whether its key exists.
        package mutating func append(_ key: String, _ value: JSON) {
            members.append((key, value))
            if places != nil { places?[key] = members.count - 1 } else if members.count > Self.few { index() }
        }

        package static func == (a: Object, b: Object) -> Bool {
            a.members.count == b.members.count && zip(a.members, b.members).allSatisfy { $0 == $1 }
        }
    }
}

extension JSON {
    /// The text; nil if it is not one.
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The number; nil if it is not one.
    package var number: Number? { if case .number(let value) = self { value } else { nil } }
    /// The truth value; nil if it is not one.
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The elements; nil if it is not an array.
    package var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    /// The members; nil if it is not an object.
    package var object: Object? { if case .object(let value) = self { value } else { nil } }
    /// The value of a member; nil if it is not an object or has no such member.
    package subscript(key: String) -> JSON? { object?[key] }

    /// The value, or null if there is none.
    package static func string(orNull value: String?) -> JSON { value.map { .string($0) } ?? .null }
    /// The number, or null if there is none.
    package static func number(orNull value: Number?) -> JSON { value.map { .number($0) } ?? .null }
    /// An integer of any width, exactly.
    package static func integer(_ value: some BinaryInteger) -> JSON { .number(Number(literal: String(value))) }
    /// An integer, or null if there is none.
    package static func integer(orNull value: (some BinaryInteger)?) -> JSON { value.map { integer($0) } ?? .null }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Object(elements.map { (key: $0.0, value: $0.1) }))
    }
}
