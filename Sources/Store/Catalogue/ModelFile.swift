import Recipe
import SystemPackage

/// What makes a file a model, however it comes: by `add`, by `add --move`, or closed under a model's name in the live view. It is a
/// regular file that is not empty and, as far as its format tells, what its name says and all there.
enum ModelFile {
    /// Why a file is not a model, or not yet; nil where it is one. `isDownloading`: whether an `.aria2` file stands beside it.
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

    /// Why a link's target is not a model that the link could stand for: it has neither a model's name nor bytes that are known for a
    /// model's. Caches name files by their hashes.
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
    /// What aria2 calls its note beside a file that it is downloading.
    var downloadNote: EntryName? { appending(".aria2") }
}
