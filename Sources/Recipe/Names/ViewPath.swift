/// A path within a view, from its top: the names that lead to a node. The top itself is the empty path.
package struct ViewPath: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let components: [EntryName]

    package init(_ components: some Sequence<EntryName>) { self.components = Array(components) }

    /// Nil where a part is no name. As for the kernel, slashes in a row are one.
    package init?(parsing text: some StringProtocol) {
        var components: [EntryName] = []
        for part in text.slashed {
            guard let name = try? EntryName(part) else { return nil }
            components.append(name)
        }
        self.components = components
    }

    package var description: String { components.map(\.text).joined(separator: "/") }
    package var name: EntryName? { components.last }
    package var parents: ArraySlice<EntryName> { components.dropLast() }
    package func appending(_ name: EntryName) -> ViewPath { ViewPath(components + [name]) }

    /// The target of a link that lies so many directories deep and leads here.
    package func linked(fromDepth depth: Int) -> String { String(repeating: "../", count: depth) + description }

    package static func < (a: ViewPath, b: ViewPath) -> Bool { a.components.lexicographicallyPrecedes(b.components) }
}
