import GRDB
package import Recipe
package import SystemPackage

/// An image that was read and hashed, with the inputs that were found: everything that a snapshot needs from the file system.
///
/// Preparing takes time and no lock, so many threads can do it; ``Store/commit(_:)`` then stores groups of them.
package struct PreparedImage: Sendable {
    let path: FilePath
    /// The file's name.
    package var name: String { path.lastComponent?.string ?? "" }
    /// The output folder in which it was found, and that folder's label in `by-image`.
    let root: FilePath?
    let label: EntryName?
    let file: FileFacts
    let facts: ImageFacts
    let pixels: PixelFacts?
    /// Whether the file holds its whole batch, as a film does.
    let isFilm: Bool
    var recipe: Recipe
    var inputs: [InputReference: FoundInput]
    /// What is known of the run that made it; nil for a file that was only found.
    var run: Run?
    var documents: SnapshotDocuments<PublishedBlob>

    struct FoundInput: Sendable {
        let blob: PublishedBlob
        let evidence: Evidence
    }
}

/// The run that made an image, as the tool itself reported it.
package struct Run: Sendable {
    /// The process, as the mount knew it; nil if it did not.
    package let process: String?
    /// When the run ended.
    package let ended: Timestamp
    /// The change that makes it a variation of another snapshot; nil for an ordinary run.
    package let variation: Variation?
    /// What its report says of its threads and nodes; nil if it says nothing.
    var activity: RunActivity?
    /// Whether the process is known to have made the image, and is not just the only one that could have.
    let isCertain: Bool

    package init(process: String?, ended: Timestamp, variation: Variation? = nil, isCertain: Bool = true) {
        self.isCertain = isCertain
        self.process = process
        self.ended = ended
        self.variation = variation
    }
}

/// The original texts of an image, separately.
struct SnapshotDocuments<Value: Sendable>: Sendable {
    var prompt, workflow, parameters, records, environment: Value?
    /// The files of the environment's node packs.
    var nodes: [Value] = []

    var all: [Value] { [prompt, workflow, parameters, records, environment].compactMap { $0 } + nodes }
}

extension Store {
    /// Reads the image at `path` and hashes it; publishes the inputs that are still there.
    ///
    /// - `inputs`: directories to look for input images in, before those beside the image.
    /// - `sources`: other places where tools keep records of it.
    package func prepare(
        _ path: FilePath, root: FilePath? = nil, label: EntryName? = nil, inputs: [FilePath] = [],
        sources: [any RecordSource] = []
    ) throws(StoreError) -> PreparedImage {
        try prepare(path, root: root, label: label, inputs: inputs, sources: sources, told: nil)
    }

    /// `reader`: the reader of the report that named the image, which opens it; nothing beside the image is looked for then.
    func prepare(
        _ path: FilePath, root: FilePath?, label: EntryName? = nil, inputs: [FilePath] = [],
        sources: [any RecordSource] = [], told reader: ReportReader?
    ) throws(StoreError) -> PreparedImage {
        // Views, documents and the catalogue have names as text.
        guard String(validating: path) != nil else { throw .refusedName(NameError.notUTF8(path.string).description) }
        for _ in 0..<3 {
            let (file, before) =
                if let reader {
                    try reader.image(path)
                } else if let root {
                    try RecipeFile.open(path, beneath: root)
                } else {
                    try RecipeFile.open(path)
                }
            let source = FileSource(file, count: before.size)
            let reading = try RecipeFile.read(
                source, path, asking: sources, looksBeside: reader == nil, classes: classes)
            guard !reading.isModel(named: path.lastComponent?.string ?? "") else { throw .isModel(path) }
            let pixels: PixelFacts?
            do throws(SourceError) { pixels = try PixelFacts.of(source, reading.metadata) } catch {
                throw .system("cannot read (\(error))", path, .ioError)
            }
            let digest = try files.hash(file, path, size: before.size)
            guard try FileFacts.of(file, path) == before else { continue }
            let found =
                reader != nil
                ? [:] : try find(reading.recipe.inputs, InputFinder(named: inputs, image: path), time: before.modified)
            return PreparedImage(
                path: path, root: root, label: label, file: before,
                facts: ImageFacts(sha256: digest, size: before.size, metadata: reading.metadata, time: before.modified),
                pixels: pixels, isFilm: reading.metadata.isFilm, recipe: reading.recipe, inputs: found,
                documents: try publish(reading, isPrivate: !before.isReadableByAll))
        }
        throw .changedWhileRead(path)
    }

    /// The snapshot of an image whose file has not changed since it was read; nil if it must be read again.
    package func unchangedSnapshot(_ path: FilePath) throws(StoreError) -> SnapshotRow? {
        guard let facts = try FileFacts.at(path), facts.kind == .file else { return nil }
        let known = try one(
            """
            SELECT image.snapshot FROM imageFile JOIN image ON image.id = imageFile.image
            WHERE path = ? AND size = ? AND modified = ? AND changed = ?
            """, [path.string, facts.size, facts.modified.nanoseconds, facts.changed.nanoseconds]
        ) { try $0.value("snapshot") as Int64? }
        guard let snapshot = known ?? nil else { return nil }
        return try self.snapshot(snapshot)
    }

    /// The texts of an image are as private as the image.
    private func publish(
        _ reading: RecipeReader.Reading, isPrivate: Bool
    ) throws(StoreError) -> SnapshotDocuments<PublishedBlob> {
        func publish(_ bytes: [UInt8]?) throws(StoreError) -> PublishedBlob? {
            guard let bytes else { return nil }
            return try files.publish(bytes, isPrivate: isPrivate)
        }
        return SnapshotDocuments(
            prompt: try publish(reading.prompt), workflow: try publish(reading.workflow),
            parameters: try publish(reading.parameters),
            records: try publish(reading.records.isEmpty ? nil : reading.records))
    }

    /// Publishes the input files that are still there; one that has not changed since the image was made is `inferred`.
    private func find(
        _ inputs: [Recipe.InputUse], _ finder: InputFinder, time: Timestamp
    ) throws(StoreError) -> [InputReference: PreparedImage.FoundInput] {
        var found: [InputReference: PreparedImage.FoundInput] = [:]
        for use in inputs {
            guard let file = finder.find(use.reference) else { continue }
            let (source, path) = (file.descriptor, file.path)
            let facts = try file.facts()
            // The generator's own hash decides: a file of the same name with another hash is not the input.
            let recorded = use.reference.recorded
            if let recorded, try files.hash(source, path, size: facts.size) != recorded { continue }
            let blob = try files.publish(source, path, size: facts.size)
            let unchanged = facts.modified <= time && facts.changed <= time
            // What counts are the published bytes, even if the file has changed since it was hashed.
            let evidence: Evidence = recorded == blob.digest ? .recorded : unchanged ? .inferred : .assumed
            if recorded == nil || evidence == .recorded {
                found[use.reference] = .init(blob: blob, evidence: evidence)
            }
        }
        return found
    }
}
