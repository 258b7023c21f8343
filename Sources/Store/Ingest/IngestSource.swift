import Recipe
import SystemPackage

/// The file that an item of a plan was made for, found again when its turn comes.
///
/// Between the walk and the reading somebody else may put a link or a pipe in its place, or in the place of a directory on
/// the way. What is read is a file beneath the directory that was asked for, or the very file that the walk found.
struct IngestSource: Sendable {
    /// The directory that was asked for, or that of the file.
    private let root: OpenDirectory
    private let path: FilePath
    /// From the root; nil where a name is none.
    private let names: [EntryName]?
    private let found: FileFacts

    init(_ path: FilePath, beneath root: OpenDirectory, _ facts: FileFacts) {
        self.root = root
        self.path = path
        var relative = path
        if !relative.removePrefix(root.path) { relative = FilePath(path.lastComponent?.string ?? "") }
        let names = relative.components.compactMap { try? EntryName($0.string) }
        self.names = names.count == relative.components.count ? names : nil
        found = facts
    }

    /// Whether aria2 left a note beside it.
    var isBeingDownloaded: Bool {
        guard let names, let note = names.last?.downloadNote else { return false }
        // Where a link leads on the way, nothing can be told.
        return (try? root.directory(names.dropLast()).facts(note)) != nil
    }

    /// Opens it for reading; `conflict` where it is another file by now that a link leads to.
    func open() throws(StoreError) -> OpenFile {
        do throws(StoreError) {
            if let names { return try root.file(names) }
        } catch {
            // A link that was there from the beginning is what the user has.
            guard case .system(_, _, let problem) = error,
                [.tooManySymbolicLinkLevels, .improperLink, .notDirectory].contains(problem)
            else { throw error }
        }
        let followed = try OpenFile(named: path)
        guard try followed.facts().isSameFile(as: found) else {
            throw .conflict("\(path) leads to another file than when it was found; it was not added")
        }
        return followed
    }
}
