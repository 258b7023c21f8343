package import Recipe

/// Directories and files that are made beneath an open directory, so that exactly these can be removed again and nothing that another
/// program put there.
package final class MadeTree {
    /// The directory in which everything is made.
    package let top: OpenDirectory
    private var directories: [[EntryName]] = []
    private var files: [[EntryName]] = []
    private var known: Set<[EntryName]> = [[]]

    package init(_ top: OpenDirectory) { self.top = top }

    /// The directory with this path from the top, which is made if it does not exist. One that another program made is not entered.
    package func directory(at path: [EntryName]) throws(StoreError) -> OpenDirectory {
        var here = top
        for depth in path.indices {
            let whole = Array(path[...depth])
            guard !known.contains(whole) else {
                here = try here.directory([path[depth]])
                continue
            }
            here = try here.makeNewDirectory(path[depth])
            known.insert(whole)
            directories.append(whole)
        }
        return here
    }

    /// Makes the file with this path from the top; `write` fills it.
    package func file(
        at path: ViewPath, _ write: (EntryName, OpenDirectory) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard let name = path.name else { return }
        let parent = try directory(at: Array(path.parents))
        files.append(path.components)
        try write(name, parent)
    }

    /// Removes what was made, if it is still there.
    package func remove() {
        for path in files { try? top.directory(path.dropLast()).remove(path[path.count - 1]) }
        for path in directories.reversed() {
            _ = try? top.directory(path.dropLast()).removeDirectory(path[path.count - 1])
        }
    }
}
