/// Records that are one JSON object with the parameter names of diffusers or of Civitai's API, as Hugging Face spaces, scripts
/// and downloads from Civitai have them.
enum NamedRecordReader {
    private static let keys = [
        "metadata", "parameters", "UserComment", "exif:UserComment", "Comment", "Description", "ImageDescription",
        "generation_data", "meta", "civitai", "extraMetadata",
    ]

    static func read(_ metadata: Metadata) -> Recipe? {
        guard let object = metadata.json(keys, where: isRecord)?.object else { return nil }
        let values = NamedValues(object)
        let isCivitai = values.has("civitairesources", "resources", "hashes")
        var record = FlatRecord(
            isCivitai ? "Civitai" : values.text("software", "app", "generator") ?? "a program that uses diffusers",
            version: values.text("version", "diffusersversion"), dialect: "json-parameters", field: "parameters")
        record.sample(values) { pass in
            pass.positive = values.text("prompt", "positiveprompt")
            pass.negative = values.text("negativeprompt")
            pass.steps = values.number("numinferencesteps", "steps")
            pass.cfg = values.number("guidancescale", "cfgscale", "cfg")
            pass.sampler = values.text("sampler", "samplername", "scheduler")
            pass.scheduler = values.has("sampler", "samplername") ? values.text("scheduler", "scheduletype") : nil
            pass.denoise = values.number("strength", "denoisingstrength", "denoise")
        }
        let hash = values.text("modelhash").flatMap { RecordedHash($0, .sha256) }
        record.model(
            "checkpoints", values.text("model", "modelname", "basemodel", "modelid", "checkpoint"), "model", hash)
        record.model(
            "vae", values.text("vae", "vaename"), "vae", values.text("vaehash").flatMap { RecordedHash($0, .sha256) })
        if let upscaler = values.value("useupscaler", "upscaler") {
            record.model("upscale_models", upscaler.string ?? upscaler["upscaler"]?.string, "upscaler")
        }
        resources(values, hasModel: values.has("model", "modelname", "basemodel"), to: &record)
        record.input(
            "image",
            values.text("initimage", "image").flatMap { name in
                Conventions.mediaSuffixes.contains { name.lowercased().hasSuffix($0) } ? name : nil
            })
        return record.finish(noise: .gpu)
    }

    private static func isRecord(_ json: JSON) -> Bool {
        guard let object = json.object else { return false }
        let values = NamedValues(object)
        return values.has("prompt", "positiveprompt") && values.has("seed")
            && values.has("numinferencesteps", "steps", "guidancescale", "cfgscale")
    }

    private static func resources(_ values: NamedValues, hasModel: Bool, to record: inout FlatRecord) {
        for lora in values.value("loras", "lora")?.array ?? [] {
            let name = lora.string ?? lora["name"]?.string ?? lora["model"]?.string ?? lora["path"]?.string
            record.model(
                "loras", name, "loras", strength: (lora["weight"] ?? lora["scale"] ?? lora["strength"])?.numeric)
        }
        for resource in values.value("resources")?.array ?? [] {
            let folder = AIR.folder(of: resource["type"]?.string ?? "model") ?? "checkpoints"
            if hasModel, folder == "checkpoints" { continue }
            record.model(
                folder, resource["name"]?.string ?? resource["hash"]?.string, "resources",
                resource["hash"]?.string.flatMap { RecordedHash($0, folder == "loras" ? .tensorsOrFile : .sha256) },
                strength: resource["weight"]?.numeric)
        }
        for resource in values.value("civitairesources")?.array ?? [] {
            let version = (resource["modelVersionId"] ?? resource["versionId"])?.numeric?.literal
            let folder = AIR.folder(of: resource["type"]?.string ?? "model") ?? "checkpoints"
            let air = resource["air"]?.string ?? version.map { "urn:air:unknown:\(folder):civitai:0@\($0)" }
            let before = record.recipe.models.count
            record.model(
                folder, resource["modelName"]?.string ?? air, "civitaiResources", strength: resource["weight"]?.numeric)
            if let air, record.recipe.models.count > before { record.identify(last: air) }
        }
    }
}
