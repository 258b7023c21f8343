/// The origin of an image with no record of how it was made, from C2PA, XMP and IPTC.
///
/// OpenAI, Adobe Firefly and Google write no prompt and no seed. Their claims are read; their signatures are not checked.
/// Source: C2PA technical specification, 18.15; IPTC Photo Metadata Standard 2025.1, digital source types.
enum OriginReader {
    static func read(_ metadata: Metadata) -> Recipe? {
        let claim = metadata.field(C2PA.key).flatMap { try? JSONParser.parse($0) }
        let strings = { (member: String) in claim?[member]?.array?.compactMap(\.string) ?? [] }
        let agents = strings("agents")
        let tools = strings("generators")
        let source = metadata.text("Iptc4xmpExt:DigitalSourceType") ?? strings("sources").first
        let isGenerated = source.map { $0.hasSuffix("rainedAlgorithmicMedia") } ?? false
        let credit = metadata.text("photoshop:Credit") ?? metadata.text("IPTC:Credit")
        let system = metadata.text("Iptc4xmpExt:AISystemUsed")
        let replicate = metadata.json(
            ["UserComment", "ImageDescription", "exif:UserComment", "Comment"],
            where: { $0["provider"]?.string != nil && $0["model"]?.string != nil })
        let named =
            agents.first ?? system ?? replicate?["model"]?.string
            ?? [credit, metadata.text("xmp:CreatorTool"), metadata.text("Software")].compactMap { $0 }.first(
                where: isGenerator)
        let isFromGenerator = (agents + tools).contains(where: isGenerator)
        guard isGenerated || isFromGenerator || system != nil || replicate != nil || named.map(isGenerator) == true
        else {
            return nil
        }
        let name = named ?? tools.first
        var recipe = Recipe(
            generator: .init(
                name: name, version: metadata.text("Iptc4xmpExt:AISystemVersionUsed"),
                dialect: claim != nil ? "c2pa" : replicate != nil ? "media-provenance" : "xmp"))
        let prompt =
            metadata.text("Iptc4xmpExt:AIPromptInformation") ?? replicate?["input"]?["prompt"]?.string
        if prompt != nil || replicate != nil {
            var pass = Recipe.Pass(node: recipe.generator.dialect ?? "xmp")
            pass.positive = prompt
            pass.seed = replicate?["input"]?["seed"]?.numeric.flatMap { $0.isInteger && !$0.isNegative ? $0 : nil }
            recipe.passes = [pass]
        }
        recipe.findings = [
            Reason(
                .toolClosed,
                "\(name ?? "the tool") is a hosted service; only the origin is recorded, not how it was made")
        ]
        return recipe
    }

    /// Tools that generate images; cameras and editors write their names into the same fields.
    private static func isGenerator(_ name: String) -> Bool {
        let lower = name.lowercased()
        return [
            "dall·e", "dall-e", "openai", "gpt-image", "gpt-4o", "chatgpt", "firefly", "google ai", "imagen", "gemini",
            "midjourney", "bing image creator", "microsoft designer", "ideogram", "leonardo.ai", "stability ai",
            "amazon titan",
        ].contains { lower.holds($0) }
    }
}
