package import Recipe
package import SystemPackage

/// The recipe in a file, without any store.
package enum RecipeFile {
    /// Reads a file, and those beside it where it says nothing itself.
    package static func read(_ path: FilePath) throws(StoreError) -> RecipeReader.Reading {
        let (file, facts) = try open(path)
        return try read(FileSource(file, count: facts.size), path)
    }

    /// Only a regular file is read; opening a pipe does not wait for its writer.
    static func open(_ path: FilePath) throws(StoreError) -> (file: OwnedDescriptor, facts: FileFacts) {
        let file = try Kernel.open(path, .readOnly, options: .nonBlocking)
        let facts = try FileFacts.of(file, path)
        guard facts.kind == .file else { throw .notAnImage(path) }
        return (file, facts)
    }

    static func read(_ source: FileSource, _ path: FilePath) throws(StoreError) -> RecipeReader.Reading {
        let reading: RecipeReader.Reading?
        do throws(SourceError) {
            reading = try RecipeReader.read(source, fileName: path.lastComponent?.string) { () throws(SourceError) in
                try sidecars(of: path)
            }
        } catch { throw .system("cannot read (\(error))", path, .ioError) }
        guard let reading else { throw .notAnImage(path) }
        return reading
    }

    /// The files beside an image in which a tool may have left its record.
    private static func sidecars(of path: FilePath) throws(SourceError) -> [RecipeReader.Sidecar] {
        let directory = path.removingLastComponent()
        var found: [RecipeReader.Sidecar] = []
        for name in TextFile.sidecars(of: path.lastComponent?.string ?? "") {
            guard let component = FilePath.Component(name) else { continue }
            let beside = directory.appending(component)
            do throws(StoreError) {
                guard let facts = try FileFacts.at(beside), facts.kind == .file else { continue }
                found.append(
                    .init(name: name, source: FileSource(try Kernel.open(beside, .readOnly), count: facts.size)))
            } catch { throw SourceError("\(error)") }
        }
        return found
    }
}
