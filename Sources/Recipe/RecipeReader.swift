/// Reads an output's bytes: its metadata, and the recipe in them.
package enum RecipeReader {
    /// What was read of one file.
    package struct Reading: Sendable {
        /// The container's fields.
        package var metadata: Metadata
        /// What the output was made from, according to them.
        package var recipe: Recipe
        /// The original bytes of ComfyUI's `prompt`, if the file has it.
        package var prompt: [UInt8]?
        /// The original bytes of ComfyUI's `workflow`, the canvas, if the file has it.
        package var workflow: [UInt8]?
        /// The original bytes of `parameters`, as A1111 and many others write it.
        package var parameters: [UInt8]?
        /// The file's other texts, as JSON; empty if there are none.
        package var records: [UInt8] = []

        /// Whether the file is a model: safetensors, unless the name shows that ComfyUI saved a latent.
        package func isModel(named name: String) -> Bool {
            metadata.mediaType == Safetensors.mediaType && !name.endsInASCII(of: ".latent")
        }
    }

    /// A file beside the output: its name, and its bytes.
    package struct Sidecar {
        let name: String
        let source: any ByteSource
        package init(name: String, source: any ByteSource) {
            self.name = name
            self.source = source
        }
    }

    /// The readers of records besides ComfyUI's graph, the most informative record first. Custom savers write several; all are kept.
    private static let dialects: [@Sendable (Metadata) -> Recipe?] = [
        SwarmReader.read, InvokeReader.read, FooocusReader.read, StabilityMatrixReader.read, NovelAIReader.read,
        DrawThingsReader.read, EasyDiffusionReader.read, TensorArtReader.read, InfotextReader.read,
        MidjourneyReader.read, MochiReader.read, NamedRecordReader.read,
    ]
    /// Less informative records; each is read only if the ones before it say nothing.
    private static let fallbacks: [@Sendable (Metadata, String?, ClassTable) -> Recipe?] = [
        { ComfyReader.readCanvas($0, fileName: $1, classes: $2) }, { metadata, _, _ in PastedReader.read(metadata) },
        { metadata, _, _ in OriginReader.read(metadata) },
    ]

    /// What the texts of a file say: the recipe of the most informative record, with hashes from the others.
    private struct Found {
        let recipe: Recipe
        /// The original bytes of the graph that ran.
        let prompt: [UInt8]?

        /// Nil if no text is a record.
        init?(_ metadata: Metadata, fileName: String?, node: String? = nil, _ classes: ClassTable) {
            let graph = ComfyReader.readGraph(metadata, fileName: fileName, node: node, classes: classes)
            var recipes = [graph?.recipe].compactMap { $0 }
            let hasMore = metadata.fields.contains { $0.key != "prompt" && $0.key != "workflow" }
            if graph == nil || hasMore { recipes += dialects.compactMap { $0(metadata) } }
            if recipes.isEmpty {
                recipes = [fallbacks.first(giving: { $0(metadata, fileName, classes) })].compactMap { $0 }
            }
            guard var recipe = recipes.first else { return nil }
            recipe.take(hashesFrom: recipes.dropFirst())
            self.recipe = HashClaims.checked(recipe)
            prompt = graph?.bytes
        }
    }

    /// Nil if the container's format is unknown. `fileName` tells which of several save nodes made the file.
    package static func read(
        _ source: some ByteSource, fileName: String?, classes: ClassTable = .builtIn,
        sidecars: () throws(SourceError) -> [Sidecar] = { [] }
    ) throws(SourceError) -> Reading? {
        let source = BufferedSource(source)
        var container = try Container.read(source)
        let isText = container == nil
        if isText { container = try TextFile.read(source) }
        guard var metadata = container else { return nil }
        ComfyBundle.unpack(&metadata)
        var found = Found(metadata, fileName: fileName, classes)
        // A text file may contain any text; without a recipe it is not an output.
        if isText, found == nil { return nil }
        if found == nil, metadata.isLossless {
            try Stealth.read(source, into: &metadata)
            found = Found(metadata, fileName: fileName, classes)
        }
        // A file beside the image says more than that it came from a hosted service.
        if found.map({ $0.recipe.passes.isEmpty && $0.recipe.models.isEmpty }) ?? true {
            for sidecar in try sidecars() {
                guard let beside = try TextFile.sidecar(sidecar) else { continue }
                guard let better = Found(beside, fileName: fileName, classes) else {
                    for part in beside.unread { metadata.leave(part) }
                    continue
                }
                metadata.append(beside)
                found = better
                break
            }
        }
        var recipe = found?.recipe ?? absent(metadata)
        if metadata.isFilm { recipe.holdsItsBatch() }
        recipe.findings += metadata.damage.map { Reason(.metadataDamaged, $0) }
        recipe.findings += metadata.unread.map { Reason(.metadataUnread, $0) }
        if recipe.generator.dialect == "novelai", let signature = try NovelAISignature.check(source, metadata) {
            recipe.generator.signature = signature.rawValue
            if signature == .invalid {
                recipe.findings.append(
                    Reason(
                        .originForged, "NovelAI's signature does not fit: the pixels or the record were changed since"))
            }
        }
        var reading = Reading(metadata: metadata, recipe: recipe)
        if let found {
            reading.prompt = found.prompt
            reading.workflow = metadata.field("workflow")
            reading.parameters = parameters(metadata)
            reading.records = records(metadata, but: [reading.prompt, reading.workflow, reading.parameters])
        }
        return reading
    }

    /// The recipe in the stored texts of a file; nil if there is none. `node` is the node that left the file, if a run reported it, and
    /// `classes` what it reported about its nodes.
    package static func read(
        prompt: [UInt8]?, workflow: [UInt8]?, parameters: [UInt8]?, records: [UInt8]?, fileName: String?,
        node: String? = nil, classes: ClassTable = .builtIn
    ) -> Recipe? {
        var metadata = Metadata(mediaType: "")
        for (key, bytes) in [("prompt", prompt), ("workflow", workflow), (InfotextReader.key, parameters)] {
            if let bytes { metadata.add(key, bytes) }
        }
        for field in records.flatMap({ try? JSONParser.parse($0) })?.array ?? [] {
            guard let key = field["key"]?.string, let text = field["text"]?.string else { continue }
            metadata.add(key, Array(text.utf8))
        }
        return Found(metadata, fileName: fileName, node: node, classes)?.recipe
    }

    /// The text under `parameters`, or where other containers have it, unless it is a different tool's record.
    private static func parameters(_ metadata: Metadata) -> [UInt8]? {
        InfotextReader.text(metadata)?.bytes ?? metadata.field(InfotextReader.key)
    }

    /// Every text of the file, in order: a later reader may understand what none understands today.
    private static func records(_ metadata: Metadata, but kept: [[UInt8]?]) -> [UInt8] {
        let own = ["prompt", "workflow", InfotextReader.key]
        let others = metadata.fields.filter { !own.contains($0.key) || !kept.contains($0.bytes) }
        let fields = others.map { field in
            ["key": .string(field.key), "text": .string(String(decoding: field.bytes, as: UTF8.self))] as JSON
        }
        return fields.isEmpty ? [] : Array(JSON.array(fields).formatted().utf8)
    }

    private static func absent(_ metadata: Metadata) -> Recipe {
        var recipe = Recipe(generator: .init(name: nil, dialect: nil))
        let keys = metadata.fields.map(\.key).joined(separator: ", ")
        let isWhole = metadata.damage.isEmpty && metadata.unread.isEmpty
        let message =
            !isWhole
            ? "what was read of the file holds no recipe"
            : keys.isEmpty
                ? "the file holds no generation metadata"
                : "none of the file's text fields (\(keys)) holds a recipe that is read"
        recipe.findings = [.init(.metadataAbsent, message)]
        return recipe
    }
}

extension Recipe {
    /// The file contains its whole batch, as a film does, so there is no doubt which picture of the batch it is.
    package mutating func holdsItsBatch() {
        findings.removeAll { [.batchIndexUnknown, .batchCoupled].contains($0.code) }
    }

    /// Takes hashes from weaker records of the same file for models that this one names without any.
    ///
    /// Image savers for ComfyUI write A1111's text beside the graph: the graph has the names, the text has the hashes.
    fileprivate mutating func take(hashesFrom others: some Collection<Recipe>) {
        if others.isEmpty { return }
        // The first of a name counts.
        var hashes: [String: [RecordedHash]] = [:]
        for reference in others.flatMap(\.models).map(\.reference) where !reference.recorded.isEmpty {
            for path in reference.candidates {
                let key = Self.key(reference.folder, path)
                if hashes[key] == nil { hashes[key] = reference.recorded }
            }
        }
        for index in models.indices where models[index].reference.recorded.isEmpty {
            let reference = models[index].reference
            guard let path = reference.candidates.first, let found = hashes[Self.key(reference.folder, path)] else {
                continue
            }
            models[index].reference.recorded = found
        }
    }

    /// A folder and the stem of a name in it, wherever the file lies.
    private static func key(_ folder: String?, _ path: ModelPath) -> String {
        "\(folder ?? "")/\(Folder.stem(of: path.name.text))"
    }
}
