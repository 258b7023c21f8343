/// Why a name cannot be in a view.
package enum NameError: Error, Equatable, CustomStringConvertible {
    case empty
    case absolute(String)
    case leavesTheFolder(String)
    case holdsNUL(String)
    case tooLong(String)
    case notUTF8(String)
    case holdsSlash(String)
    case holdsBackslash(String)
    /// `.` and `..`.
    case isReserved(String)
    /// The name of a snapshot's directory is not the beginning of its id.
    case notOfItsID(String)

    package var description: String {
        switch self {
        case .empty: "an empty name"
        case .absolute(let name): "'\(name.onOneLine)' is an absolute path"
        case .leavesTheFolder(let name): "'\(name.onOneLine)' would lead out of its folder"
        case .holdsNUL(let name): "'\(name.onOneLine)' holds a NUL character"
        case .tooLong(let name): "'\(name.onOneLine.prefix(40))…' is too long: 255 bytes a name, 1024 a path"
        case .notUTF8(let name): "'\(name.onOneLine)' is not UTF-8"
        case .holdsSlash(let name): "'\(name.onOneLine)' holds a slash"
        case .holdsBackslash(let name): "'\(name.onOneLine)' holds a backslash, which prompts take for a separator"
        case .isReserved(let name): "'\(name.onOneLine)' stands for a directory"
        case .notOfItsID(let name): "'\(name.onOneLine)' is not the beginning of the snapshot's id"
        }
    }
}

/// The path of a model in its folder: at least one name.
package struct ModelPath: Hashable, Sendable, CustomStringConvertible, Comparable {
    /// Never empty.
    package let components: [EntryName]

    /// A path as images, prompts and people write it: relative, up to 1024 bytes long, and never leading out of the folder.
    ///
    /// Backslashes are separators, as ComfyUI on Windows writes them.
    package init(_ raw: some StringProtocol) throws(NameError) {
        let text = String(raw)
        guard !text.isEmpty else { throw .empty }
        guard !text.utf8.contains(0) else { throw .holdsNUL(text) }
        guard text.utf8.count <= 1024 else { throw .tooLong(text) }
        let parts = text.utf8.split(omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\")
        }
        .map { String(decoding: $0, as: UTF8.self) }
        let drive = text.utf8.dropFirst().first == UInt8(ascii: ":") && parts[0].utf8.count == 2
        guard !(parts[0].isEmpty || drive) else { throw .absolute(text) }
        guard !parts.contains("..") else { throw .leavesTheFolder(text) }
        var components: [EntryName] = []
        for part in parts where !part.isEmpty && part != "." {
            guard let name = try? EntryName(part) else { throw .tooLong(text) }
            components.append(name)
        }
        guard !components.isEmpty else { throw .empty }
        self.components = components
    }

    /// The path of an existing entry, whatever its names look like and however long it is. Nil if there are no components.
    package init?(_ components: some Sequence<EntryName>) {
        self.components = Array(components)
        if self.components.isEmpty { return nil }
    }

    /// A path of one name.
    package init(_ name: EntryName) { components = [name] }

    /// Reads what ``description`` returned; nil for anything else.
    package init?(parsing text: some StringProtocol) {
        guard let path = ViewPath(parsing: text) else { return nil }
        self.init(path.components)
    }

    private init(all components: [EntryName]) { self.components = components }

    /// The last component: the file's name.
    package var name: EntryName { components[components.count - 1] }
    /// The directories above it, the outermost first.
    package var parents: ArraySlice<EntryName> { components.dropLast() }
    package var description: String { ViewPath(components).description }

    /// The path `other` below this one.
    package func appending(_ other: ModelPath) -> ModelPath { ModelPath(all: components + other.components) }
    package static func < (a: ModelPath, b: ModelPath) -> Bool {
        a.components.lexicographicallyPrecedes(b.components)
    }
}
