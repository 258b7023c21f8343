/// Recipes of Stability Matrix' Inference: parameters as JSON, and its project beside them. Source: Stability Matrix'
/// `GenerationParameters`, `InferenceProjectDocument`.
enum StabilityMatrixReader {
    static func read(_ metadata: Metadata) -> Recipe? {
        let project = metadata.json(["smproj", "Software"], where: { $0["State"] != nil || $0["ProjectType"] != nil })
        guard let json = metadata.json(["parameters-json", "ImageDescription"], where: isParameters) else { return nil }
        let values = NamedValues(json.object ?? .init())
        let version = project?["Version"]?.numeric?.literal
        var record = FlatRecord(
            "Stability Matrix", version: version, dialect: "stability-matrix", field: "parameters-json")
        record.sample(values) { pass in
            pass.positive = values.text("positiveprompt")
            pass.negative = values.text("negativeprompt")
            pass.cfg = values.number("cfgscale")
            pass.sampler = values.text("sampler")
            pass.scheduler = values.text("scheduler")
        }
        let hash = values.text("modelhash").flatMap { RecordedHash($0, .sha256) }
        record.model("checkpoints", values.text("modelname"), "ModelName", hash)
        if let project { models(in: project, values.text("modelname"), to: &record) }
        return record.finish()
    }

    private static func isParameters(_ json: JSON) -> Bool { json["PositivePrompt"] != nil || json["CfgScale"] != nil }

    /// The other models of the project: each is a path in a member whose name tells the kind of the model.
    private static func models(in project: JSON, _ first: String?, to record: inout FlatRecord) {
        var pending: [(key: String, value: JSON)] = [("", project)]
        var seen = Set([first.map { Folder.stem(of: $0) }].compactMap { $0 })
        while let (key, value) = pending.popLast() {
            for (name, member) in value.object?.members ?? [] { pending.append((name, member)) }
            for element in value.array ?? [] { pending.append((key, element)) }
            guard let path = value["RelativePath"]?.string ?? (key.hasPrefix("Selected") ? value.string : nil),
                Folder.isModelFile(path), seen.insert(Folder.stem(of: path)).inserted
            else { continue }
            let lower = key.lowercased()
            let folder =
                lower.holds("vae")
                ? "vae"
                : lower.holds("lora") || lower.holds("network")
                    ? "loras"
                    : lower.holds("control")
                        ? "controlnet" : lower.holds("upscal") ? "upscale_models" : "checkpoints"
            record.model(folder, path, key.isEmpty ? "smproj" : key)
        }
    }
}
