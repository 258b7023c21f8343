/// The name of one thing in a directory. A name is its bytes: two that look alike, or that Unicode calls equal, are two names.
///
/// `String` compares by canonical equivalence and searches by characters, of which a slash with a combining mark is one, so
/// names are neither compared nor taken apart as strings.
package struct EntryName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The longest name that any file system takes. Bytes.
    package static let limit = 255

    /// The name as text, which is for showing: texts that are equal may be other names.
    package let text: String

    /// Throws where no directory can have an entry of this name.
    package init(_ text: String) throws(NameError) {
        if let problem = Self.problem(with: text) { throw problem }
        self.init(known: text)
    }

    /// A name as a directory has it, which need not be UTF-8.
    package init(bytes: some Collection<UInt8>) throws(NameError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .notUTF8(String(decoding: bytes, as: UTF8.self))
        }
        try self.init(text)
    }

    /// A name that comes into a view from a directory or from a person.
    ///
    /// A prompt's backslash is a separator, so a name that holds one would be a file's and a path's at once: it is refused, by
    /// whichever way it comes.
    package init(comingIn bytes: some Collection<UInt8>) throws(NameError) {
        try self.init(bytes: bytes)
        guard !utf8.contains(UInt8(ascii: "\\")) else { throw .holdsBackslash(text) }
    }

    /// The name of a blob.
    package init(_ digest: Digest) { self.init(known: digest.hex) }

    /// A number, or a number after a letter.
    package init(_ letter: Unicode.Scalar? = nil, number: some BinaryInteger) {
        self.init(stringLiteral: (letter.map { String($0) } ?? "") + "\(number)")
    }

    /// A name that nothing has, for what gets another one soon. `prefix` tells whose it is, in letters, digits and dashes.
    package static func temporary(_ prefix: String = ".reprofs") -> EntryName {
        EntryName(stringLiteral: "\(prefix).\(UInt64.random(in: .min ... .max))")
    }

    /// Only for what was checked here: whoever has a text asks `init(_:)`, wherever the text comes from.
    private init(known text: String) {
        var text = text
        text.makeContiguousUTF8()
        self.text = text
    }

    private static func problem(with text: String) -> NameError? {
        let bytes = text.utf8
        if bytes.isEmpty { return .empty }
        if bytes.count > limit { return .tooLong(text) }
        if bytes.contains(0) { return .holdsNUL(text) }
        if bytes.contains(UInt8(ascii: "/")) { return .holdsSlash(text) }
        return bytes.count <= 2 && bytes.allSatisfy({ $0 == UInt8(ascii: ".") }) ? .isReserved(text) : nil
    }

    package var description: String { text }
    /// The bytes, by which names are compared.
    package var utf8: String.UTF8View { text.utf8 }

    package static func == (a: Self, b: Self) -> Bool {
        a.withBytes { a in b.withBytes { b in a.count == b.count && a.elementsEqual(b) } }
    }
    package static func < (a: Self, b: Self) -> Bool {
        a.withBytes { a in b.withBytes { b in a.lexicographicallyPrecedes(b) } }
    }
    package func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // No name is the beginning of another to the hasher.
        hasher.combine(UInt8(0xFF))
    }

    private func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        text.utf8.withContiguousStorageIfAvailable(body) ?? Array(text.utf8).withUnsafeBufferPointer(body)
    }
}

/// For constants: a literal that is not a name is a mistake of the program's.
extension EntryName: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        if let problem = Self.problem(with: text) { preconditionFailure(problem.description) }
        self.init(known: text)
    }
}

extension EntryName {
    /// By bytes, not by characters.
    package func hasPrefix(_ prefix: String) -> Bool { text.utf8.starts(with: prefix.utf8) }
    /// By bytes, not by characters.
    package func hasSuffix(_ suffix: String) -> Bool { text.endsInBytes(of: suffix) }

    /// The name without an ending; nil where it has another, or is nothing else.
    package func without(suffix: String) -> EntryName? {
        guard hasSuffix(suffix), text.utf8.count > suffix.utf8.count else { return nil }
        return try? EntryName(String(Substring(text.utf8.dropLast(suffix.utf8.count))))
    }

    /// The name with an ending; nil where that is not a name.
    package func appending(_ suffix: String) -> EntryName? { try? EntryName(text + suffix) }

    /// The name of a copy: `-2` before what the last dot begins.
    package func numbered(_ number: Int) -> EntryName {
        guard let (before, after) = text.splitAtLast("."), let stem = try? EntryName(before) else {
            return shortened(for: "-\(number)")
        }
        return stem.shortened(for: "-\(number).\(after)")
    }

    /// The same, with as much of the name as there is room for.
    package func shortened(for suffix: String) -> EntryName {
        var kept = text.unicodeScalars[...]
        while kept.count > 1, String(kept).utf8.count + suffix.utf8.count > Self.limit { kept.removeLast() }
        return appending(suffix) ?? EntryName(known: String(kept) + suffix)
    }
}

extension StringProtocol {
    /// Whether the last bytes are those of `suffix`.
    package func endsInBytes(of suffix: String) -> Bool {
        utf8.count >= suffix.utf8.count && utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    /// The same, whatever case the letters of ASCII have; `suffix` is in lower case.
    package func endsInASCII(of suffix: String) -> Bool {
        utf8.count >= suffix.utf8.count
            && zip(utf8.suffix(suffix.utf8.count), suffix.utf8).allSatisfy { byte, wanted in
                byte == wanted || (byte | 0x20 == wanted && (0x61...0x7A).contains(wanted))
            }
    }

    /// What is before and after the last `mark`; nil where there is none.
    package func splitAtLast(_ mark: String) -> (before: String, after: String)? {
        guard let last = places(of: mark).last else { return nil }
        return (
            String(decoding: utf8[..<last.lowerBound], as: UTF8.self),
            String(decoding: utf8[last.upperBound...], as: UTF8.self)
        )
    }

    /// What slashes part, without what is empty.
    package var slashed: [String] {
        utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
    }
}
