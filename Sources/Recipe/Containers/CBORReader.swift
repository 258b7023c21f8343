/// Reads CBOR as JSON; byte strings, and values that JSON does not have, become null. Source: RFC 8949.
struct CBORReader {
    private var rest: ArraySlice<UInt8>
    private var visited = 0

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Nil if the bytes are cut off, nested more than 64 levels deep, or have more than 100,000 items.
    mutating func value(depth: Int = 0) -> JSON? {
        visited += 1
        guard depth < 64, visited < 100_000, let head = rest.popFirst() else { return nil }
        let kind = head >> 5
        let isOpen = head & 31 == 31 && (2...5).contains(kind)
        guard let count = isOpen ? 0 : argument(head & 31) else { return nil }
        switch kind {
        case 0: return .number(.init(count))
        case 1: return .number(.init(literal: count == .max ? "-18446744073709551616" : "-\(count + 1)"))
        case 2, 3: return string(kind, count, isOpen: isOpen, depth: depth)
        case 4:
            var elements: [JSON] = []
            while isOpen ? !closes() : UInt64(elements.count) < count {
                guard let element = value(depth: depth + 1) else { return nil }
                elements.append(element)
            }
            return .array(elements)
        case 5:
            var object = JSON.Object()
            while isOpen ? !closes() : UInt64(object.members.count) < count {
                guard let key = value(depth: depth + 1), let member = value(depth: depth + 1) else { return nil }
                object.append(key.string ?? key.compact(), member)
            }
            return .object(object)
        case 6: return value(depth: depth + 1)
        default: return simple(head & 31, count)
        }
    }

    private func simple(_ kind: UInt8, _ bits: UInt64) -> JSON {
        switch kind {
        case 20: false
        case 21: true
        case 26: .number(.init(literal: "\(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))"))
        case 27: .number(.init(literal: "\(Double(bitPattern: bits))"))
        default: .null
        }
    }

    /// The argument of a head: up to 23 it is in the head itself, otherwise in the 1, 2, 4 or 8 bytes after it.
    private mutating func argument(_ short: UInt8) -> UInt64? {
        if short < 24 { return UInt64(short) }
        guard short < 28 else { return nil }
        let size = 1 << Int(short - 24)
        guard rest.count >= size else { return nil }
        defer { rest = rest.dropFirst(size) }
        return rest.prefix(size).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func string(_ kind: UInt8, _ count: UInt64, isOpen: Bool, depth: Int) -> JSON? {
        if isOpen {
            var text = ""
            while !closes() {
                guard let part = value(depth: depth + 1) else { return nil }
                text += part.string ?? ""
            }
            return kind == 3 ? .string(text) : .null
        }
        guard count <= UInt64(rest.count) else { return nil }
        let bytes = rest.prefix(Int(count))
        rest = rest.dropFirst(Int(count))
        return kind == 3 ? .string(String(decoding: bytes, as: UTF8.self)) : .null
    }

    /// Whether a list of unknown length ends here; its end mark is consumed. At the end of the bytes it does
    /// not end, and reading the next value fails.
    private mutating func closes() -> Bool {
        guard rest.first == 0xFF else { return false }
        rest.removeFirst()
        return true
    }
}
