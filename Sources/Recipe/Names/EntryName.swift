/// The name of an entry in a directory. A name is its bytes: two that look alike, or that Unicode calls equal, are different names.
///
/// `String` compares by canonical equivalence and searches by characters, and a slash with a combining mark is one character, so names are
/// never compared or split as strings.
package struct EntryName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The longest name that any file system allows. Bytes.
    package static let limit = 255

    /// The name as text, for showing it: equal texts may be different names.
    package let text: String

    /// Throws if no directory can have an entry of this name.
    package init(_ text: String) throws(NameError) {
        if let problem = Self.problem(with: text) { throw problem }
        self.init(known: text)
    }

    /// A name from a directory, which need not be UTF-8.
    package init(bytes: some Collection<UInt8>) throws(NameError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .notUTF8(String(decoding: bytes, as: UTF8.self))
        }
        try self.init(text)
    }

    /// A name that comes into a view from a directory or from a person.
    ///
    /// In prompts a backslash is a separator, so a name that contains one would be both a file's name and a path. It is refused, wherever
    /// it comes from.
    package init(comingIn bytes: some Collection<UInt8>) throws(NameError) {
        try self.init(bytes: bytes)
        guard !utf8.contains(UInt8(ascii: "\\")) else { throw .holdsBackslash(text) }
    }

    /// The name of a blob.
    package init(_ digest: Digest) { self.init(known: digest.hex) }

    /// A number, optionally after a letter.
    package init(_ letter: Unicode.Scalar? = nil, number: some BinaryInteger) {
        self.init(stringLiteral: (letter.map { String($0) } ?? "") + "\(number)")
    }

    /// A name that is not used, for an entry that is renamed soon. `prefix` tells whose it is, in letters, digits and dashes.
    package static func temporary(_ prefix: String = ".reprofs") -> EntryName {
        EntryName(stringLiteral: "\(prefix).\(UInt64.random(in: .min ... .max))")
    }

    /// Only for texts that were checked here: all other code calls `init(_:)`.
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
        // Ends the name, so that no name is a prefix of another in the hash.
        hasher.combine(UInt8(0xFF))
    }

    private func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        text.utf8.withContiguousStorageIfAvailable(body) ?? Array(text.utf8).withUnsafeBufferPointer(body)
    }
}

/// For constants: a literal that is not a name is a mistake in the program.
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

    /// The name without a suffix; nil if it does not have the suffix, or nothing else.
    package func without(suffix: String) -> EntryName? {
        guard hasSuffix(suffix), text.utf8.count > suffix.utf8.count else { return nil }
        return try? EntryName(String(Substring(text.utf8.dropLast(suffix.utf8.count))))
    }

    /// The name with a suffix; nil if that is not a name.
    package func appending(_ suffix: String) -> EntryName? { try? EntryName(text + suffix) }

    /// The name of a copy: adds `-2` before the last dot.
    package func numbered(_ number: Int) -> EntryName {
        guard let (before, after) = text.splitAtLast("."), let stem = try? EntryName(before) else {
            return shortened(for: "-\(number)")
        }
        return stem.shortened(for: "-\(number).\(after)")
    }

    /// The same, with the name shortened if there is no room.
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

    /// The same, ignoring the case of ASCII letters; `suffix` is in lower case.
    package func endsInASCII(of suffix: String) -> Bool {
        let (own, suffix) = (Substring(self).utf8, suffix.utf8)
        var (end, wantedEnd) = (own.endIndex, suffix.endIndex)
        while wantedEnd > suffix.startIndex {
            guard end > own.startIndex else { return false }
            end = own.index(before: end)
            wantedEnd = suffix.index(before: wantedEnd)
            let (byte, wanted) = (own[end], suffix[wantedEnd])
            guard byte == wanted || (byte | 0x20 == wanted && (0x61...0x7A).contains(wanted)) else { return false }
        }
        return true
    }

    /// The parts before and after the last `mark`; nil if there is none.
    package func splitAtLast(_ mark: String) -> (before: String, after: String)? {
        guard let last = places(of: mark).last else { return nil }
        return (
            String(decoding: utf8[..<last.lowerBound], as: UTF8.self),
            String(decoding: utf8[last.upperBound...], as: UTF8.self)
        )
    }

    /// The parts between slashes, without empty ones.
    package var slashed: [String] {
        utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
    }
}
