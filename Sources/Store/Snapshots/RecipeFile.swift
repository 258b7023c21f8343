package import Recipe
package import SystemPackage

/// The recipe in a file; no store is needed.
package enum RecipeFile {
    /// Reads a file, and the files beside it if the file itself says nothing.
    package static func read(
        _ path: FilePath, classes: ClassTable = .builtIn
    ) throws(StoreError) -> RecipeReader.Reading {
        let (file, facts) = try open(path)
        return try read(FileSource(file, count: facts.size), path, classes: classes)
    }

    /// Reads only a regular file; opening a pipe does not wait for its writer.
    static func open(_ path: FilePath) throws(StoreError) -> (file: OwnedDescriptor, facts: FileFacts) {
        do throws(StoreError) {
            let file = try OpenFile(named: path)
            return (file.descriptor, try file.facts())
        } catch {
            if case .refusedName = error { throw .notAnImage(path) }
            throw error
        }
    }

    /// A file that was found in a directory: no link in there is followed.
    static func open(_ path: FilePath, beneath root: FilePath) throws(StoreError) -> (
        file: OwnedDescriptor, facts: FileFacts
    ) {
        var names: [EntryName] = []
        for name in path.components.dropFirst(root.components.count) {
            guard let name = try? EntryName(name.string) else {
                throw .refusedName("'\(path)' cannot be a name in a view")
            }
            names.append(name)
        }
        guard path.starts(with: root), !names.isEmpty else { return try open(path) }
        do throws(StoreError) {
            let file = try OpenDirectory(named: root).file(names)
            return (file.descriptor, try file.facts())
        } catch {
            switch error {
            case .refusedName: throw .notAnImage(path)
            case .system(_, _, .tooManySymbolicLinkLevels), .system(_, _, .notDirectory):
                throw .refusedName("\(path) is a link, or lies beneath one; name the file itself")
            default: throw error
            }
        }
    }

    static func read(
        _ source: FileSource, _ path: FilePath, asking sources: [any RecordSource] = [], looksBeside: Bool = true,
        classes: ClassTable
    ) throws(StoreError) -> RecipeReader.Reading {
        let found: RecipeReader.Reading?
        let isTooLong: Bool
        do throws(SourceError) {
            found = try RecipeReader.read(source, fileName: path.lastComponent?.string, classes: classes) {
                () throws(SourceError) in
                try (looksBeside ? sidecars(of: path) : []) + records(of: path, in: sources)
            }
            isTooLong = found == nil ? try TextFile.isTooLong(source) : false
        } catch { throw .system("cannot read (\(error))", path, .ioError) }
        guard var reading = found else { throw isTooLong ? .textTooLong(path, bytes: source.count) : .notAnImage(path) }
        for source in sources { reading.recipe = source.complete(reading.recipe) }
        return reading
    }

    private static func records(
        of path: FilePath, in sources: [any RecordSource]
    ) throws(SourceError) -> [RecipeReader.Sidecar] {
        var found: [RecipeReader.Sidecar] = []
        for source in sources {
            do throws(StoreError) { found += try source.records(of: path.lastComponent?.string ?? "") } catch {
                throw SourceError("\(error)")
            }
        }
        return found
    }

    /// Files beside an image that may hold a tool's record of it.
    private static func sidecars(of path: FilePath) throws(SourceError) -> [RecipeReader.Sidecar] {
        var found: [RecipeReader.Sidecar] = []
        do throws(StoreError) {
            let directory = try OpenDirectory(named: path.removingLastComponent())
            for text in TextFile.sidecars(of: path.lastComponent?.string ?? "") {
                guard let name = try? EntryName(text), try directory.facts(name)?.kind == .file else { continue }
                let file = try directory.file([name])
                found.append(
                    .init(name: text, source: FileSource(file.descriptor, count: try file.facts().size)))
            }
        } catch { throw SourceError("\(error)") }
        return found
    }
}
