/// Why a name cannot stand in a view.
package enum NameError: Error, Equatable, CustomStringConvertible {
    case empty
    case absolute(String)
    case leavesTheFolder(String)
    case holdsNUL(String)
    case tooLong(String)
    case notUTF8(String)

    package var description: String {
        switch self {
        case .empty: "an empty name"
        case .absolute(let name): "'\(name.withoutControls)' is an absolute path"
        case .leavesTheFolder(let name): "'\(name.withoutControls)' would lead out of its folder"
        case .holdsNUL(let name): "'\(name.withoutControls)' holds a NUL character"
        case .tooLong(let name): "'\(name.withoutControls.prefix(40))…' is too long: 255 bytes a name, 1024 a path"
        case .notUTF8(let name): "'\(name.withoutControls)' is not UTF-8"
        }
    }
}

/// A relative path whose every component can stand in a view: never empty, `.`, `..`, absolute, or over 255 bytes.
///
/// Backslashes are separators, as ComfyUI on Windows writes them.
package struct ModelPath: Hashable, Sendable, CustomStringConvertible, Comparable {
    package let components: [String]

    package init(_ raw: some StringProtocol) throws(NameError) {
        let text = String(raw)
        guard !text.isEmpty else { throw .empty }
        guard !text.utf8.contains(0) else { throw .holdsNUL(text) }
        guard text.utf8.count <= 1024 else { throw .tooLong(text) }
        // By scalars: a combining mark after a slash makes one character with it, but the kernel sees the slash.
        let parts = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.map(
            String.init)
        let drive = text.utf8.dropFirst().first == UInt8(ascii: ":") && parts[0].utf8.count == 2
        guard !(parts[0].isEmpty || drive) else { throw .absolute(text) }
        guard !parts.contains("..") else { throw .leavesTheFolder(text) }
        let kept = parts.filter { !$0.isEmpty && $0 != "." }
        guard !kept.isEmpty else { throw .empty }
        guard kept.allSatisfy({ $0.utf8.count <= 255 }) else { throw .tooLong(text) }
        components = kept
    }

    private init(components: [String]) { self.components = components }

    package var name: String { components[components.count - 1] }
    package var parents: ArraySlice<String> { components.dropLast() }
    package var description: String { components.joined(separator: "/") }

    package func appending(_ other: ModelPath) -> ModelPath { ModelPath(components: components + other.components) }
    package static func < (a: ModelPath, b: ModelPath) -> Bool {
        a.components.lexicographicallyPrecedes(b.components)
    }
}
