package import Recipe
import SystemPackage

/// A closed file that has a model's name and is not a version: an incomplete download, or something else under that name.
package struct Part: Sendable {
    /// From the root of `models/`.
    package let path: ViewPath
    /// The size so far. Bytes.
    package let size: Int
    /// What is missing.
    package let reason: String
}

extension Store {
    /// Whether a note beside a file of the live view says that the file is being downloaded.
    func isDownloading(_ name: EntryName, in parent: Int64) throws(StoreError) -> Bool {
        guard let note = name.downloadNote else { return false }
        return try live(named: note, in: parent) != nil
    }

    /// The files of the live view that hold a part of a model, ordered by path.
    package func parts() throws(StoreError) -> [Part] {
        var found: [Part] = []
        for row in try catalogue.read({ try $0.liveLeftovers() }) where row.kind == .file {
            guard let parent = row.parent, row.blob == nil, ![.open, .renewed].contains(row.closing),
                let path = try path(ofLive: row.id), try modelName(live: path) != nil
            else { continue }
            // It may have become a version, or have been deleted.
            guard let file = try? OpenFile(named: livePath(row.id)) else { continue }
            let problem = try ModelFile.problem(
                with: file.descriptor, file.path, named: row.name,
                isDownloading: try isDownloading(row.name, in: parent))
            guard let reason = row.closing == .failed ? "it could not be written in full" : problem else { continue }
            let size = try file.facts().size
            found.append(Part(path: ViewPath(path), size: size, reason: reason))
        }
        return found.sorted { $0.path < $1.path }
    }
}
