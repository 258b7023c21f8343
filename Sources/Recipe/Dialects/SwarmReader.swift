/// Recipes of SwarmUI: JSON under `parameters`, in PNG text or EXIF. Source: SwarmUI's T2IParamInput and model metadata.
enum SwarmReader {
    private static let keys = ["parameters", "UserComment", "exif:UserComment", "Model", "Comment"]

    static func read(_ metadata: Metadata) -> Recipe? {
        guard let json = metadata.json(keys, where: { $0["sui_image_params"]?.object != nil }),
            let params = json["sui_image_params"]?.object
        else { return nil }
        let values = NamedValues(params)
        var record = FlatRecord(
            "SwarmUI", version: values.text("swarmversion"), dialect: "swarmui", field: "sui_image_params")
        record.sample(values) { pass in
            pass.positive = values.text("prompt")
            pass.negative = values.text("negativeprompt")
            pass.cfg = values.number("cfgscale")
            pass.sampler = values.text("sampler")
            pass.scheduler = values.text("scheduler")
            pass.denoise = values.number("initimagecreativity")
        }
        let hashes = hashes(json)
        let single = [
            ("model", "checkpoints"), ("refinermodel", "checkpoints"), ("vae", "vae"),
            ("clipvisionmodel", "clip_vision"),
            ("t5xxlmodel", "text_encoders"), ("clipgmodel", "text_encoders"), ("cliplmodel", "text_encoders"),
            ("controlnetmodel", "controlnet"), ("videomodel", "diffusion_models"), ("segmentmodel", "checkpoints"),
        ]
        for (param, folder) in single {
            guard let name = values.text(param), name != "Automatic" else { continue }
            record.model(folder, name, param, hashes[Folder.stem(of: name)])
        }
        let weights = list(values.value("loraweights"))
        for (index, name) in list(values.value("loras")).enumerated() {
            let weight = index < weights.count ? JSON.string(weights[index]).numeric : nil
            record.model("loras", name, "loras", hashes[Folder.stem(of: name)], strength: weight)
        }
        for embedding in list(values.value("usedembeddings")) {
            record.model("embeddings", embedding, "used_embeddings", hashes[Folder.stem(of: embedding)])
        }
        if values.has("initimage") {
            record.note(.inputMissing, "the image that it was made from is not in the record")
        }
        if values.has("comfyuicustomworkflow", "comfyworkflowraw") {
            record.note(.unresolved, "it was made by a ComfyUI workflow that SwarmUI does not record")
        }
        return record.finish()
    }

    /// Hashes of the tensors by the model's name. SwarmUI takes them from the file's header where that has one.
    private static func hashes(_ json: JSON) -> [String: RecordedHash] {
        var found: [String: RecordedHash] = [:]
        for model in json["sui_models"]?.array ?? [] {
            guard let name = model["name"]?.string, let hash = model["hash"]?.string else { continue }
            var recorded = RecordedHash(hash.hasPrefix("0x") ? String(hash.dropFirst(2)) : hash, .tensors)
            recorded?.isClaim = true
            found[Folder.stem(of: name)] = recorded
        }
        return found
    }

    /// A list, or one text with commas.
    private static func list(_ value: JSON?) -> [String] {
        if let array = value?.array { return array.compactMap { $0.string ?? $0.number?.literal } }
        return value?.string?.split(separator: ",").map { String($0).trimmingBlanks }.filter { !$0.isEmpty } ?? []
    }
}

extension Metadata {
    /// The first field of these keys that holds a JSON object with a property.
    func json(_ keys: [String], where isMeant: (JSON) -> Bool) -> JSON? {
        for key in keys {
            for field in fields where field.key == key {
                guard field.bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"),
                    let json = try? JSONParser.parse(field.bytes), isMeant(json)
                else { continue }
                return json
            }
        }
        return nil
    }
}
