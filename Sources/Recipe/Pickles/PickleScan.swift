/// Follows a pickle's instructions as far as is needed for the names that it imports: strings, and the memo that stores them.
struct PickleScan {
    private enum Value {
        case text(String)
        case other
        case mark
    }

    private(set) var names: Set<String> = []
    /// Whether the bytes ended within the last pickle; false if it was broken or exceeded a limit.
    private(set) var ranOut = false
    /// The number of texts in the last pickle.
    private(set) var texts = 0
    private var stack: [Value] = []
    private var memo: [Int: String] = [:]
    private var memoized = 0

    /// The longest text that can be a name. Bytes.
    private static let longestName = 1000
    /// The largest number of names that are reported.
    private static let mostNames = 1000
    /// The largest number of marks, values and memoized texts: each takes one byte in a file and many times that in memory. PyTorch
    /// has a few for each tensor.
    private static let mostValues = 1_000_000, mostKept = 250_000

    /// Follows one pickle and returns its length in bytes; nil if it is broken.
    mutating func follow(_ bytes: ArraySlice<UInt8>) -> Int? {
        stack = []
        memo = [:]
        memoized = 0
        texts = 0
        ranOut = false
        var reader = Reader(bytes)
        while let code = reader.byte() {
            if code == UInt8(ascii: ".") { return reader.offset }
            guard step(code, &reader) else {
                ranOut = reader.ranOut
                return nil
            }
            guard stack.count <= Self.mostValues, memo.count <= Self.mostKept else { return nil }
        }
        ranOut = true
        return nil
    }

    private mutating func step(_ code: UInt8, _ reader: inout Reader) -> Bool {
        switch code {
        case "c":
            guard let module = reader.line(), let name = reader.line() else { return false }
            note(module, name)
            push()
        case "i":
            guard let module = reader.line(), let name = reader.line() else { return false }
            note(module, name)
            popToMark()
            push()
        case "\u{93}":
            let name = pop()
            let module = pop()
            if case .text(let name) = name, case .text(let module) = module {
                note(module, name)
            } else {
                note("?", "?")
            }
            push()
        case "F", "I", "L", "P":
            guard reader.line() != nil else { return false }
            push()
        case "K", "\u{82}", "M", "\u{83}", "J", "\u{84}", "G":
            let sizes: [UInt8: Int] = [0x4B: 1, 0x82: 1, 0x4D: 2, 0x83: 2, 0x4A: 4, 0x84: 4, 0x47: 8]
            // An extension code stands for a name in the registry of the program that loads the file.
            if (0x82...0x84).contains(code) { note("?", "?") }
            guard reader.skip(sizes[code] ?? 0) else { return false }
            push()
        case "\u{80}": return reader.skip(1)
        case "\u{95}": return reader.skip(8)
        case "(": stack.append(.mark)
        case "0": _ = pop()
        case "1": popToMark()
        case "2": stack.append(stack.last ?? .other)
        case "N", "]", ")", "}", "\u{88}", "\u{89}", "\u{8f}", "\u{97}": push()
        case "t", "l", "d", "o", "\u{91}":
            popToMark()
            push()
        case "e", "u", "\u{90}": popToMark()
        case "a", "b": _ = pop()
        case "s": pop(2)
        case "Q", "\u{85}": pop(1, pushes: true)
        case "R", "\u{81}", "\u{86}": pop(2, pushes: true)
        case "\u{92}", "\u{87}": pop(3, pushes: true)
        case "\u{98}": break
        default: return constant(code, &reader) || recollection(code, &reader)
        }
        return true
    }

    /// Texts, bytes and long numbers, which begin with their lengths.
    private mutating func constant(_ code: UInt8, _ reader: inout Reader) -> Bool {
        switch code {
        case "S", "V":
            guard let text = reader.line() else { return false }
            texts += 1
            let isQuoted = code == UInt8(ascii: "S") && text.count >= 2
            stack.append(.text(isQuoted ? String(text.dropFirst().dropLast()) : text))
        case "U", "\u{8c}", "C": return counted(1, &reader, isText: code != UInt8(ascii: "C"))
        case "T", "X", "B": return counted(4, &reader, isText: code != UInt8(ascii: "B"))
        case "\u{8d}", "\u{8e}", "\u{96}": return counted(8, &reader, isText: code == 0x8d)
        case "\u{8a}": return counted(1, &reader, isText: false)
        case "\u{8b}": return counted(4, &reader, isText: false)
        default: return false
        }
        return true
    }

    /// The instructions that write and read the memo.
    private mutating func recollection(_ code: UInt8, _ reader: inout Reader) -> Bool {
        switch code {
        case "g": return reader.line().flatMap { Int($0) }.map { recall($0) } != nil
        case "p": return reader.line().flatMap { Int($0) }.map { keep($0) } != nil
        case "h": return reader.number(1).map { recall($0) } != nil
        case "j": return reader.number(4).map { recall($0) } != nil
        case "q": return reader.number(1).map { keep($0) } != nil
        case "r": return reader.number(4).map { keep($0) } != nil
        case "\u{94}": keep(memoized)
        default: return false
        }
        return true
    }

    private mutating func note(_ module: String, _ name: String) {
        guard names.count < Self.mostNames else { return }
        names.insert("\(module).\(name)")
    }

    private mutating func push() { stack.append(.other) }
    private mutating func pop() -> Value { stack.popLast() ?? .other }
    private mutating func pop(_ count: Int, pushes: Bool = false) {
        stack.removeLast(min(count, stack.count))
        if pushes { push() }
    }
    private mutating func popToMark() {
        while let value = stack.popLast() { if case .mark = value { return } }
    }

    private mutating func keep(_ place: Int) {
        memoized += 1
        // An entry that is overwritten by something else is no longer a text.
        if case .text(let text)? = stack.last { memo[place] = text } else { memo[place] = nil }
    }

    private mutating func recall(_ place: Int) { stack.append(memo[place].map(Value.text) ?? .other) }

    private mutating func counted(_ width: Int, _ reader: inout Reader, isText: Bool) -> Bool {
        guard let count = reader.number(width), let bytes = reader.bytes(count) else { return false }
        if isText { texts += 1 }
        stack.append(
            isText && bytes.count <= Self.longestName ? .text(String(decoding: bytes, as: UTF8.self)) : .other)
        return true
    }

    /// Bytes and a position in them.
    private struct Reader {
        private let bytes: ArraySlice<UInt8>
        private(set) var offset = 0
        /// Whether more bytes were asked for than there are.
        private(set) var ranOut = false

        init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

        private var left: Int { bytes.count - offset }

        mutating func byte() -> UInt8? {
            guard left > 0 else { return nil }
            defer { offset += 1 }
            return bytes[bytes.startIndex + offset]
        }

        mutating func skip(_ count: Int) -> Bool {
            guard count >= 0, count <= left else {
                ranOut = true
                return false
            }
            offset += count
            return true
        }

        mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
            let start = bytes.startIndex + offset
            return skip(count) ? bytes[start..<start + count] : nil
        }

        /// A little-endian number; nil if no file can be that long.
        mutating func number(_ width: Int) -> Int? {
            guard let digits = bytes(width) else { return nil }
            return Int(exactly: digits.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }

        mutating func line() -> String? {
            let rest = bytes[(bytes.startIndex + offset)...].prefix(PickleScan.longestLine)
            guard let end = rest.firstIndex(of: 0x0A) else {
                ranOut = rest.endIndex == bytes.endIndex
                return nil
            }
            offset = end - bytes.startIndex + 1
            return String(decoding: rest[..<end], as: UTF8.self)
        }
    }

    /// The longest number in protocol 0, which writes numbers as digits. Bytes.
    private static let longestLine = 1 << 20
}

/// An instruction by its letter.
private func ~= (letter: Unicode.Scalar, code: UInt8) -> Bool { letter.value == UInt32(code) }
