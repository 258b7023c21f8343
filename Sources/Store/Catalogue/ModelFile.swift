import Recipe
import SystemPackage

/// Decides whether a file is a model, however it comes: by `add`, by `add --move`, or closed under a model's name in the live view. A model
/// is a regular file that is not empty and, as far as its format tells, is what its name says and complete.
enum ModelFile {
    /// Why a file is not a model, or not yet; nil if it is. `isDownloading`: whether there is an `.aria2` file beside it.
    static func problem(
        with file: OwnedDescriptor, _ path: FilePath, named name: EntryName, isDownloading: Bool
    ) throws(StoreError) -> String? {
        if isDownloading { return "an .aria2 file says that it is being downloaded" }
        return try Activity.perform(.bytes) { () throws(StoreError) in
            let facts = try FileFacts.of(file, path)
            guard facts.kind == .file else { return "it is not a regular file" }
            do { return try Wholeness.problem(FileSource(file, count: facts.size), named: name.text) } catch {
                throw .system("cannot read (\(error))", path, .ioError)
            }
        }
    }

    /// Why a link's target cannot be the model that the link names: it has neither a model's name nor bytes that are known to be a model's.
    /// Caches name files by their hashes.
    static func problem(withTarget target: FilePath, _ file: OwnedDescriptor) throws(StoreError) -> String? {
        if Folder.isModelFile(target.lastComponent?.string ?? "") { return nil }
        return try Activity.perform(.bytes) { () throws(StoreError) in
            let size = try FileFacts.of(file, target).size
            do {
                return try Wholeness.isKnownModel(FileSource(file, count: size))
                    ? nil : "it is a link to \(target), which is not a model"
            } catch { throw .system("cannot read (\(error))", target, .ioError) }
        }
    }
}

extension EntryName {
    /// The name of the note that aria2 keeps beside a file while it downloads it.
    var downloadNote: EntryName? { appending(".aria2") }
}
