/// Reads an output's bytes: what they say of themselves, and the recipe in them.
package enum RecipeReader {
    package struct Reading: Sendable {
        package var metadata: Metadata
        package var recipe: Recipe
        /// The original bytes of ComfyUI's `prompt` and `workflow`, where the file has them.
        package var prompt: [UInt8]?
        package var workflow: [UInt8]?
        /// The original bytes of `parameters`, as A1111 and many others write it.
        package var parameters: [UInt8]?
        /// The file's other texts, as JSON; empty where there are none.
        package var records: [UInt8] = []
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

    /// Who reads what, the most telling record first. Custom savers write several; all of them are kept.
    private static let dialects: [@Sendable (Metadata, String?) -> Recipe?] = [
        { ComfyReader.readGraph($0, fileName: $1) }, { metadata, _ in SwarmReader.read(metadata) },
        { metadata, _ in InvokeReader.read(metadata) }, { metadata, _ in FooocusReader.read(metadata) },
        { metadata, _ in StabilityMatrixReader.read(metadata) }, { metadata, _ in NovelAIReader.read(metadata) },
        { metadata, _ in DrawThingsReader.read(metadata) }, { metadata, _ in EasyDiffusionReader.read(metadata) },
        { metadata, _ in InfotextReader.read(metadata) }, { metadata, _ in MidjourneyReader.read(metadata) },
        { ComfyReader.readCanvas($0, fileName: $1) }, { metadata, _ in PastedReader.read(metadata) },
        { metadata, _ in OriginReader.read(metadata) },
    ]

    /// Nil where the container is none that is read. `fileName` tells which of several save nodes made the file.
    package static func read(
        _ source: some ByteSource, fileName: String?, sidecars: () throws(SourceError) -> [Sidecar] = { [] }
    ) throws(SourceError) -> Reading? {
        var found = try Container.read(source)
        let isText = found == nil
        if isText { found = try TextFile.read(source) }
        guard var metadata = found else { return nil }
        ComfyBundle.unpack(&metadata)
        var recipes = dialects.compactMap { $0(metadata, fileName) }
        // Any text could be in a text file; one without a recipe is no output.
        if isText, recipes.isEmpty { return nil }
        if recipes.isEmpty, metadata.isLossless {
            try Stealth.read(source, into: &metadata)
            recipes = dialects.compactMap { $0(metadata, fileName) }
        }
        // What stands beside the image says more than that it came from a hosted service.
        if recipes.first.map({ $0.passes.isEmpty && $0.models.isEmpty }) ?? true {
            for sidecar in try sidecars() {
                guard let beside = try TextFile.sidecar(sidecar),
                    case let found = dialects.compactMap({ $0(beside, fileName) }),
                    !found.isEmpty
                else { continue }
                metadata.append(beside)
                recipes = found + recipes
                break
            }
        }
        var recipe = merged(recipes) ?? absent(metadata)
        recipe.findings += metadata.damage.map { Reason(.metadataDamaged, $0) }
        if recipe.generator.dialect == "novelai", let signature = try NovelAISignature.check(source, metadata) {
            recipe.generator.signature = signature.rawValue
            if signature == .invalid {
                recipe.findings.append(
                    Reason(
                        .originForged, "NovelAI's signature does not fit: the pixels or the record were changed since"))
            }
        }
        var reading = Reading(metadata: metadata, recipe: recipe)
        if !recipes.isEmpty {
            reading.prompt = ComfyReader.prompt(metadata)?.bytes
            reading.workflow = metadata.field("workflow")
            reading.parameters = parameters(metadata)
            reading.records = records(metadata, but: [reading.prompt, reading.workflow, reading.parameters])
        }
        return reading
    }

    /// The recipe in texts that were kept of a file; nil where they hold none.
    package static func read(
        prompt: [UInt8]?, workflow: [UInt8]?, parameters: [UInt8]?, records: [UInt8]?, fileName: String?
    ) -> Recipe? {
        var metadata = Metadata(mediaType: "")
        for (key, bytes) in [("prompt", prompt), ("workflow", workflow), (InfotextReader.key, parameters)] {
            if let bytes { metadata.add(key, bytes) }
        }
        for field in records.flatMap({ try? JSONParser.parse($0) })?.array ?? [] {
            guard let key = field["key"]?.string, let text = field["text"]?.string else { continue }
            metadata.add(key, Array(text.utf8))
        }
        return recipe(in: metadata, fileName: fileName)
    }

    /// The most telling record's recipe, with the hashes that weaker ones add.
    private static func recipe(in metadata: Metadata, fileName: String?) -> Recipe? {
        merged(dialects.compactMap { $0(metadata, fileName) })
    }

    private static func merged(_ recipes: [Recipe]) -> Recipe? {
        guard var recipe = recipes.first else { return nil }
        recipe.take(hashesFrom: recipes.dropFirst())
        return HashClaims.checked(recipe)
    }

    /// The text under `parameters` or where other containers have it, unless it is not the tool's record.
    private static func parameters(_ metadata: Metadata) -> [UInt8]? {
        InfotextReader.text(metadata)?.bytes ?? metadata.field(InfotextReader.key)
    }

    /// Every text of the file, in its order: what no reader understands today may be understood later.
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
        let message =
            keys.isEmpty
            ? "the file holds no generation metadata"
            : "none of the file's text fields (\(keys)) holds a recipe that is read"
        recipe.findings = [.init(.metadataAbsent, message)]
        return recipe
    }
}

extension Recipe {
    /// Takes hashes from weaker records of the same file for models that this one names without any.
    ///
    /// Image savers for ComfyUI write A1111's text beside the graph: the graph has the names, the text has the hashes.
    fileprivate mutating func take(hashesFrom others: some Sequence<Recipe>) {
        for index in models.indices where models[index].reference.recorded.isEmpty {
            let reference = models[index].reference
            guard let path = reference.candidates.first else { continue }
            let stem = Folder.stem(of: path.name)
            for other in others {
                let same = other.models.first {
                    $0.reference.folder == reference.folder && !$0.reference.recorded.isEmpty
                        && $0.reference.candidates.first.map { Folder.stem(of: $0.name) } == stem
                }
                guard let same else { continue }
                models[index].reference.recorded = same.reference.recorded
                break
            }
        }
    }
}
