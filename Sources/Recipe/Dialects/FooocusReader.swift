/// Recipes of Fooocus and its forks that are written as JSON; in their other scheme they write A1111's text.
///
/// Source: Fooocus' `modules/meta_parser.py`; Fooocus-MRE; RuinedFooocus.
enum FooocusReader {
    private static let keys = ["parameters", "UserComment", "exif:UserComment", "Comment"]

    static func read(_ metadata: Metadata) -> Recipe? {
        guard let object = metadata.json(keys, where: { isFooocus($0, metadata) })?.object else { return nil }
        let values = NamedValues(object)
        let software = values.text("software") ?? values.text("version") ?? metadata.text("Software") ?? "Fooocus"
        let name = ["RuinedFooocus", "Fooocus-MRE"].first { software.contains($0) } ?? "Fooocus"
        var record = FlatRecord(name, version: software, dialect: "fooocus", field: "parameters")
        record.sample(values) { pass in
            // Only the full prompt has random styles and wildcards resolved.
            let full = values.value("fullprompt")?.array?.compactMap(\.string).joined(separator: "\n")
            let against = values.value("fullnegativeprompt")?.array?.compactMap(\.string).joined(separator: "\n")
            pass.positive = full ?? values.text("prompt")
            pass.negative = against ?? values.text("negativeprompt", "negative")
            pass.cfg = values.number("guidancescale", "cfg", "cfgscale")
            pass.sampler = values.text("sampler", "samplername")
            pass.scheduler = values.text("scheduler")
            pass.denoise = values.number("denoise", "overwritestrength")
        }
        let hash = { (text: String?) in text.flatMap { RecordedHash($0, .sha256) } }
        record.model(
            "checkpoints", values.text("basemodel", "basemodelname"), "base_model", hash(values.text("basemodelhash")))
        record.model(
            "checkpoints", values.text("refinermodel", "refinermodelname"), "refiner_model",
            hash(values.text("refinermodelhash")))
        if values.text("vae") != "Default (model)" { record.model("vae", values.text("vae"), "vae") }
        loras(values, to: &record)
        if values.text("fullprompt") == nil, values.value("fullprompt") == nil, values.has("styles") {
            record.note(
                .textGenerated, "styles and random words were added to the prompt, and the result is not recorded")
        }
        return record.finish()
    }

    private static func isFooocus(_ json: JSON, _ metadata: Metadata) -> Bool {
        let hasModel = ["base_model", "base_model_name", "Base Model", "base_model_hash"].contains { json[$0] != nil }
        guard hasModel else { return false }
        return metadata.field("fooocus_scheme") != nil
            || [json["software"]?.string, json["version"]?.string, json["Version"]?.string, metadata.text("Software")]
                .contains { $0?.holds("ooocus") == true }
            || json["performance"] != nil || json["Performance"] != nil
    }

    private static func loras(_ values: NamedValues, to record: inout FlatRecord) {
        for lora in values.value("loras")?.array ?? [] {
            if let parts = lora.array {
                record.model(
                    "loras", parts.first?.string, "loras",
                    parts.count > 2 ? parts[2].string.flatMap { RecordedHash($0, .sha256) } : nil,
                    strength: parts.count > 1 ? parts[1].numeric : nil)
            } else {
                record.model(
                    "loras", lora["name"]?.string ?? lora["model_name"]?.string, "loras",
                    lora["hash"]?.string.flatMap { RecordedHash($0, .sha256) }, strength: lora["weight"]?.numeric)
            }
        }
        guard values.value("loras") == nil else { return }
        for (key, value) in values.all where key.hasPrefix("loracombined") || key.hasPrefix("lora") {
            guard let text = value.string, let mark = text.lastIndex(of: ":") else { continue }
            record.model(
                "loras", String(text[..<mark]), key,
                strength: JSON.string(String(text[text.index(after: mark)...])).numeric)
        }
    }
}
