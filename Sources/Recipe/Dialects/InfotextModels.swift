/// The models that an infotext names, and their hashes, which it has in several places.
enum InfotextModels {
    static func add(_ text: Infotext, to record: inout FlatRecord) {
        let listed = hashes(text, &record)
        let hash = record.hash(text["Model hash"], .sha256, of: text["Model"]) ?? listed["model"]
        // A model without a name goes by its hash.
        let name = text["Model"].flatMap { $0.isEmpty ? nil : $0 }
        record.model("checkpoints", name ?? (hasModel(text) ? nil : hash?.value), "Model", hash)
        if text["VAE"] != "Automatic" {
            // A1111 writes one hash for whatever VAE is used, and may not update it.
            var hash = record.hash(text["VAE hash"], .sha256, of: text["VAE"])
            hash?.isClaim = true
            record.model("vae", text["VAE"].map { Folder.stem(of: $0) }, "VAE", listed["vae"] ?? hash)
        }
        for (folder, key) in [
            ("checkpoints", "Refiner"), ("checkpoints", "Hires checkpoint"), ("hypernetworks", "Hypernet"),
        ] {
            guard let value = text[key], !value.hasPrefix("Use same") else { continue }
            let (name, hash) = nameAndHash(value)
            record.model(
                folder, Folder.stem(of: name), key, record.hash(hash ?? text["\(key) hash"], .sha256, of: name),
                strength: key == "Hypernet" ? InfotextReader.number(text["Hypernet strength"]) : nil)
        }
        // `Hires upscaler`, `Postprocess upscaler 2`, `Ultimate SD upscale upscaler`, …
        for (key, value) in text.pairs {
            let plain = NamedValues.plain(key).reversed().drop { $0.isNumber }
            if plain.starts(with: "upscaler".reversed()), !isBuiltIn(value) {
                record.model("upscale_models", value, key)
            }
        }
        // stable-diffusion.cpp names each part by its kind.
        for (key, value) in text.pairs {
            guard let folder = parts[key.lowercased()] else { continue }
            record.model(folder, Folder.stem(of: value), key)
        }
        // Forge lists the VAE and the text encoders of newer models in this way.
        for (key, value) in text.pairs where key.hasPrefix("Module ") {
            let isVAE = value.lowercased().holds("vae") || value == "ae"
            record.model(isVAE ? "vae" : "text_encoders", value, key)
        }
        loras(text, listed, to: &record)
        for (name, value) in named(text["TI hashes"]).sorted(by: { $0.key < $1.key }) {
            record.model("embeddings", name, "TI hashes", record.hash(value, .sha256, of: name))
        }
        for (name, hash) in listed.sorted(by: { $0.key < $1.key }) where name.hasPrefix("embed:") {
            let plain = String(name.dropFirst(6))
            guard !named(text["TI hashes"]).keys.contains(plain) else { continue }
            record.model("embeddings", plain, "Hashes", hash)
        }
        extensions(text, to: &record)
    }

    private static let parts = [
        "unet": "diffusion_models", "diffusion model": "diffusion_models", "te": "text_encoders",
        "text encoder": "text_encoders", "clip_l": "text_encoders", "clip_g": "text_encoders",
        "t5xxl": "text_encoders", "llm": "text_encoders", "taesd": "vae_approx", "control net": "controlnet",
    ]

    /// Whether a part stands for the whole model.
    private static func hasModel(_ text: Infotext) -> Bool {
        text.pairs.contains { parts[$0.key.lowercased()] == "diffusion_models" }
    }

    private static func loras(_ text: Infotext, _ listed: [String: RecordedHash], to record: inout FlatRecord) {
        let hashes = named(text.pairs.first { $0.key == "Lora hashes" || $0.key == "lora_hashes" }?.value)
        // Fooocus removes the tags from the prompt, and writes the weights beside the hashes.
        let weights = named(text["Lora weights"])
        // SD.Next lists hashes without names, in the order of the tags.
        let unnamed = text.pairs.first { $0.key == "LoRA hashes" }?.value.split(separator: ",").map {
            String($0).trimmingBlanks
        }
        let tags = PromptTags.models(in: text.positive, by: .a1111).filter { $0.folder == "loras" }
        for (index, tag) in tags.enumerated() {
            let own = hashes[tag.name].flatMap { record.hash($0, .tensorsOrFile, of: tag.name) }
            let next = unnamed.flatMap { $0.count == tags.count && !$0[index].contains(":") ? $0[index] : nil }
            record.model(
                "loras", tag.name, "lora",
                own ?? listed["lora:\(tag.name)"] ?? record.hash(next, .sha256, of: tag.name), strength: tag.strength,
                isExact: true)
        }
        let tagged = Set(tags.map(\.name))
        // A model with a hash but no tag was still used: a style or an extension added it.
        for (name, value) in hashes.sorted(by: { $0.key < $1.key }) where !tagged.contains(name) {
            record.model(
                "loras", name, "Lora hashes", record.hash(value, .tensorsOrFile, of: name),
                strength: weights[name].flatMap { JSON.string($0).numeric }, isExact: true)
        }
        for (name, value) in weights.sorted(by: { $0.key < $1.key }) where hashes[name] == nil && !tagged.contains(name)
        {
            record.model("loras", name, "Lora weights", strength: JSON.string(value).numeric)
        }
        for tag in PromptTags.models(in: text.positive, by: .a1111) where tag.folder == "hypernetworks" {
            record.model("hypernetworks", tag.name, "hypernet", strength: tag.strength)
        }
    }

    /// `ControlNet 0: "…, Model: name [8 hex], …"` and `AddNet Model 1: name(hash)`.
    private static func extensions(_ text: Infotext, to record: inout FlatRecord) {
        for (key, value) in text.pairs where key.hasPrefix("ControlNet") {
            guard let mark = value.places(of: "Model: ").first ?? value.places(of: "model: ").first else { continue }
            let (name, hash) = nameAndHash(String(value[mark.upperBound...].prefix { $0 != "," }).trimmingBlanks)
            record.model("controlnet", name, key, record.hash(hash, .sha256, of: name))
        }
        for (key, value) in text.pairs where key.hasPrefix("AddNet Model") {
            guard let mark = value.lastIndex(of: "("), value.hasSuffix(")") else { continue }
            let weight = InfotextReader.number(text[key.replacing("Model", with: "Weight A")])
            let name = String(value[..<mark])
            record.model(
                "loras", name, key,
                record.hash(String(value[value.index(after: mark)...].dropLast()), .tensorsOrFile, of: name),
                strength: weight)
        }
    }

    /// `Hashes: {"model": …, "vae": …, "lora:name": …}`, as Civitai's extension writes it.
    private static func hashes(_ text: Infotext, _ record: inout FlatRecord) -> [String: RecordedHash] {
        guard let json = text["Hashes"].flatMap({ try? JSONParser.parse($0) })?.object else { return [:] }
        var found: [String: RecordedHash] = [:]
        for (key, value) in json.members {
            let isLora = key.lowercased().hasPrefix("lora:")
            let normal = isLora ? "lora:" + key.dropFirst(5) : key
            found[normal] = record.hash(value.string, isLora ? .tensorsOrFile : .sha256, of: key)
        }
        return found
    }

    /// `name: hash, name: hash`; a name may contain commas.
    private static func named(_ list: String?) -> [String: String] {
        var found: [String: String] = [:]
        var begun = ""
        for piece in list?.split(separator: ",", omittingEmptySubsequences: false) ?? [] {
            let part = begun + piece
            guard let mark = part.lastIndex(of: ":") else {
                begun = part + ","
                continue
            }
            begun = ""
            let name = part[..<mark].drop(while: \.isWhitespace)
            found[String(name)] = String(part[part.index(after: mark)...].filter { !$0.isWhitespace })
        }
        return found
    }

    /// `name [hash]`.
    private static func nameAndHash(_ value: String) -> (name: String, hash: String?) {
        guard value.hasSuffix("]"), let mark = value.lastIndex(of: "[") else { return (value, nil) }
        return (String(value[..<mark]).trimmingBlanks, String(value[value.index(after: mark)...].dropLast()))
    }

    /// Upscalers that are not files.
    private static func isBuiltIn(_ name: String) -> Bool {
        name.hasPrefix("Latent")
            || ["None", "Lanczos", "Nearest", "lanczos", "nearest", "bicubic", "bilinear"].contains(name)
    }
}

extension FlatRecord {
    /// The hash, if the text is a meaningful one; the hash of no bytes is reported as a finding.
    mutating func hash(_ text: String?, _ algorithm: RecordedHash.Algorithm, of name: String?) -> RecordedHash? {
        guard let text else { return nil }
        if text.count >= 8, RecordedHash.isOfNothing(text) {
            note(.hashEmpty, "the recorded hash of \(name ?? "a model") is that of no bytes and proves nothing")
        }
        return RecordedHash(text, algorithm)
    }
}
