/// Reads an output's bytes: what they say of themselves, and the recipe in them.
package enum RecipeReader {
    package struct Reading: Sendable {
        package var metadata: Metadata
        package var recipe: Recipe
        /// The original bytes of ComfyUI's `prompt` and `workflow`, where the file has them.
        package var prompt: [UInt8]?
        package var workflow: [UInt8]?
        /// The original bytes of A1111's `parameters`.
        package var parameters: [UInt8]?
    }

    /// Nil where the container is none that is read. `fileName` tells which of several save nodes made the file.
    package static func read(_ source: some ByteSource, fileName: String?) throws(SourceError) -> Reading? {
        guard let metadata = try Container.read(source) else { return nil }
        var reading = Reading(
            metadata: metadata,
            recipe: ComfyReader.readGraph(metadata, fileName: fileName) ?? InfotextReader.read(metadata)
                ?? ComfyReader.readCanvas(metadata) ?? absent(metadata))
        reading.recipe.findings += metadata.damage.map { Reason(.metadataDamaged, $0) }
        if reading.recipe.generator.dialect != nil {
            reading.prompt = ComfyReader.prompt(metadata)?.bytes
            reading.workflow = metadata.field("workflow")
            reading.parameters = InfotextReader.text(metadata)?.bytes
        }
        return reading
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
