/// Recipes of A1111, Forge, reForge and SD.Next, from the text under `parameters`.
enum InfotextReader {
    /// The field's key in PNGs, which stands for the node that other records name.
    static let key = "parameters"
    /// Where other containers have it.
    private static let keys = [key, "UserComment", "Comment", "ImageDescription", "XPComment"]

    /// The text and its bytes; nil where no field holds one.
    static func text(_ metadata: Metadata) -> (infotext: Infotext, bytes: [UInt8])? {
        keys.lazy.flatMap { key in metadata.fields.filter { $0.key == key } }.compactMap { field in
            Infotext(String(decoding: field.bytes, as: UTF8.self)).map { ($0, field.bytes) }
        }.first
    }

    static func read(_ metadata: Metadata) -> Recipe? {
        guard let text = text(metadata)?.infotext else { return nil }
        var recipe = Recipe(
            generator: .init(name: generator(text), version: text["Version"], dialect: "a1111-infotext"))
        recipe.passes = [pass(text)]
        recipe.models = references(text).map(Recipe.ModelUse.init)
        recipe.findings = findings(text, pass: recipe.passes[0])
        return recipe
    }

    private static func generator(_ text: Infotext) -> String {
        if let app = text["App"] { return app }
        switch text["Version"] {
        case let version? where version.hasPrefix("f"): return "Forge"
        case let version? where version.hasPrefix("v1."): return "A1111"
        case "ComfyUI"?: return "ComfyUI"
        default: return "A1111 or a relative of it"
        }
    }

    private static func pass(_ text: Infotext) -> Recipe.Pass {
        var pass = Recipe.Pass(node: key)
        pass.sampler = text["Sampler"]
        pass.scheduler = text["Schedule type"]
        pass.steps = number(text["Steps"])
        pass.cfg = number(text["CFG scale"])
        pass.seed = number(text["Seed"]).flatMap { $0.isInteger && !$0.isNegative ? $0 : nil }
        pass.denoise = number(text["Denoising strength"])
        pass.positive = text.positive
        pass.negative = text.negative
        let size = text["Size"]?.split(separator: "x") ?? []
        if size.count == 2 {
            pass.width = number(String(size[0]))
            pass.height = number(String(size[1]))
        }
        return pass
    }

    private static func number(_ text: String?) -> JSON.Number? {
        text.flatMap { try? JSONParser.parse($0) }?.number.flatMap { $0.double == nil && !$0.isInteger ? nil : $0 }
    }

    // MARK: - Models

    private static func references(_ text: Infotext) -> [ModelReference] {
        let listed = hashes(text)
        var all: [ModelReference] = []
        func add(
            _ folder: String, _ name: String?, _ input: String, _ hash: RecordedHash?, strength: JSON.Number? = nil
        ) {
            guard let name, !LoaderTable.isNoFile(name), name != "Automatic" else { return }
            var reference = ModelReference(
                folder: folder, name: name, candidates: [try? ModelPath(name)].compactMap { $0 }, node: key,
                input: input)
            reference.isStem = true
            reference.recorded = [hash].compactMap { $0 }
            reference.strength = strength
            all.append(reference)
        }
        add("checkpoints", text["Model"], "Model", text["Model hash"].flatMap { .init($0, .sha256) } ?? listed["model"])
        add(
            "vae", text["VAE"].map { Folder.stem(of: $0) }, "VAE",
            text["VAE hash"].flatMap { .init($0, .sha256) } ?? listed["vae"])
        for (input, key) in [("Refiner", "Refiner"), ("Hires checkpoint", "Hires checkpoint")] {
            guard let value = text[key], value != "Use same checkpoint" else { continue }
            let (name, hash) = nameAndHash(value)
            add("checkpoints", Folder.stem(of: name), input, hash.flatMap { .init($0, .sha256) })
        }
        let loras = named(text["Lora hashes"])
        for (name, weight) in tags(text.positive) {
            let hash = loras[name].flatMap { RecordedHash($0, .tensorsOrFile) } ?? listed["lora:\(name)"]
            add("loras", name, "lora", hash, strength: number(weight))
        }
        for (name, value) in named(text["TI hashes"]).sorted(by: { $0.key < $1.key }) {
            add("embeddings", name, "TI hashes", .init(value, .sha256))
        }
        return all
    }

    /// `Hashes: {"model": …, "vae": …, "lora:name": …}`, as Civitai's extension writes it.
    private static func hashes(_ text: Infotext) -> [String: RecordedHash] {
        guard let json = text["Hashes"].flatMap({ try? JSONParser.parse($0) })?.object else { return [:] }
        var found: [String: RecordedHash] = [:]
        for (key, value) in json.members {
            let isLora = key.lowercased().hasPrefix("lora:")
            let normal = isLora ? "lora:" + key.dropFirst(5) : key
            found[normal] = value.string.flatMap { RecordedHash($0, isLora ? .tensorsOrFile : .sha256) }
        }
        return found
    }

    /// `name: hash, name: hash`.
    private static func named(_ list: String?) -> [String: String] {
        var found: [String: String] = [:]
        for part in list?.split(separator: ",") ?? [] {
            guard let mark = part.lastIndex(of: ":") else { continue }
            let name = part[..<mark].drop(while: \.isWhitespace)
            found[String(name)] = String(part[part.index(after: mark)...].filter { !$0.isWhitespace })
        }
        return found
    }

    /// `name [hash]`.
    private static func nameAndHash(_ value: String) -> (name: String, hash: String?) {
        guard value.hasSuffix("]"), let mark = value.lastIndex(of: "[") else { return (value, nil) }
        let name = value[..<mark].reversed().drop(while: \.isWhitespace).reversed()
        return (String(name), String(value[value.index(after: mark)...].dropLast()))
    }

    /// `<lora:name:weight>` in the prompt; the name has no suffix.
    private static func tags(_ prompt: String) -> [(name: String, weight: String)] {
        ["<lora:", "<lyco:"].flatMap { opening in
            prompt.ranges(of: opening).compactMap { range in
                let inside = prompt[range.upperBound...].prefix { $0 != ">" && $0 != "<" }
                let parts = inside.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                return parts[0].isEmpty ? nil : (parts[0], parts.count > 1 ? parts[1] : "1")
            }
        }
    }

    // MARK: - Findings

    private static func findings(_ text: Infotext, pass: Recipe.Pass) -> [Reason] {
        var reasons = [
            Reason(.flatParameters, "the parameters were saved as text; what extensions did may be missing from it")
        ]
        if pass.seed == nil { reasons.append(.init(.seedUnknown, "the seed is not recorded as a number")) }
        let sampler = pass.sampler ?? ""
        if ["DPM adaptive", "DPM fast"].contains(sampler) {
            reasons.append(.init(.samplerNondeterministic, "the sampler \(sampler) does not repeat exactly"))
        }
        if text["RNG"] != "CPU" && text["RNG"] != "NV" {
            reasons.append(.init(.gpuNoise, "the noise was drawn on the graphics card, which is not recorded"))
        } else if sampler.hasSuffix(" a") || sampler.contains("SDE") || sampler == "LCM" {
            reasons.append(
                .init(.deviceNoise, "the sampler \(sampler) draws noise on the device, and that device is not recorded")
            )
        }
        if let size = text["Batch size"].flatMap({ Int($0) }), size > 1, text["Batch pos"] == nil {
            reasons.append(
                .init(.batchIndexUnknown, "the image is one of a batch of \(size), and which one is not recorded"))
        }
        let steps = text.pairs.filter { $0.key.hasPrefix("ControlNet") || $0.key == "ADetailer model" }
        if let first = steps.first {
            reasons.append(.init(.modelHidden, "\(first.key) used models that the text names only in part"))
        }
        return reasons
    }
}
