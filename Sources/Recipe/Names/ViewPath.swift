/// A path within a view, from its top: the names that lead to a node. The top itself is the empty path.
package struct ViewPath: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// From the view's root; empty for the root itself.
    package let components: [EntryName]

    /// A path of names that were checked when they were made.
    package init(_ components: some Sequence<EntryName>) { self.components = Array(components) }

    /// Nil where a part is not a name. As for the kernel, slashes in a row are one.
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

    /// The target of a link that lies so many directories deep and leads here.
    package func linked(fromDepth depth: Int) -> String { String(repeating: "../", count: depth) + description }

    package static func < (a: ViewPath, b: ViewPath) -> Bool { a.components.lexicographicallyPrecedes(b.components) }
}
