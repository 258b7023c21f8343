import Recipe
import SystemPackage

/// The file that an item of a plan was made for, which is found again when its turn comes.
///
/// Between the walk and the reading, another user may replace it, or a directory on the way, by a link or a pipe. Only a file beneath the
/// directory that was asked for is read, or the very file that the walk found.
struct IngestSource: Sendable {
    /// The directory that was asked for, or that of the file.
    private let root: OpenDirectory
    private let path: FilePath
    /// From the root; nil if a name is not valid.
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
        // If a link is on the way, this is unknown.
        return (try? root.directory(names.dropLast()).facts(note)) != nil
    }

    /// Opens it for reading; throws `conflict` if a link now leads to another file.
    func open() throws(StoreError) -> OpenFile {
        do throws(StoreError) {
            if let names { return try root.file(names) }
        } catch {
            // A link that was there from the beginning was meant by the user.
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
