/// A path within a view, from its top. The top itself is the empty path.
package struct ViewPath: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// From the view's root; empty for the root itself.
    package let components: [EntryName]

    /// A path of names that have been checked.
    package init(_ components: some Sequence<EntryName>) { self.components = Array(components) }

    /// Nil if a part is not a name. Consecutive slashes count as one, as they do for the kernel.
    package init?(parsing text: some StringProtocol) {
        var components: [EntryName] = []
        for part in text.slashed {
            guard let name = try? EntryName(part) else { return nil }
            components.append(name)
        }
        self.components = components
    }

    package var description: String { components.map(\.text).joined(separator: "/") }
    /// The last component; nil for the root.
    package var name: EntryName? { components.last }
    /// The directories above it, the outermost first.
    package var parents: ArraySlice<EntryName> { components.dropLast() }
    /// The path of an entry in the directory at this path.
    package func appending(_ name: EntryName) -> ViewPath { ViewPath(components + [name]) }

    /// The target of a link, in a directory at this depth, that leads here.
    package func linked(fromDepth depth: Int) -> String { String(repeating: "../", count: depth) + description }

    package static func < (a: ViewPath, b: ViewPath) -> Bool { a.components.lexicographicallyPrecedes(b.components) }
}
