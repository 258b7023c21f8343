import Recipe
package import SystemPackage

/// Thrown because a mount on a directory would hide the files in it from their owner.
package struct HiddenFiles: Error, CustomStringConvertible {
    /// The directory to mount on.
    package let directory: FilePath
    /// What is in it; messages show the first few.
    package let names: [String]

    private static let shown = 5

    package var description: String {
        let rest = names.count - Self.shown
        let list = names.prefix(Self.shown).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
        return """
            \(directory) is not empty, and a mount there would hide what is in it: \(list). Nothing was mounted. Mount elsewhere, \
            say --allow-non-empty, or take it into the store first: \
            \(ShellCommand.reprofs("add --mount-here --move", directory.string))
            """
    }
}
