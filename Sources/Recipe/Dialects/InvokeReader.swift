/// Recipes of InvokeAI, from its own metadata; older versions wrote `sd-metadata`, `dream_metadata` and `Dream`.
///
/// Source: InvokeAI's `CoreMetadata`, its model hashes (`blake3:` and others), and the recall of 2.x images.
enum InvokeReader {
    static func read(_ metadata: Metadata) -> Recipe? {
        if let json = metadata.json(["invokeai_metadata", "Metadata"], where: isCurrent) { return read(json) }
        if let json = metadata.json(["sd-metadata", "dream_metadata"], where: { $0["image"]?.object != nil }) {
            return readOlder(json)
        }
        return metadata.text("Dream").flatMap(InvokeDream.read)
    }

    private static func isCurrent(_ json: JSON) -> Bool {
        json["positive_prompt"] != nil || json["generation_mode"] != nil || json["app_version"] != nil
    }

    private static func read(_ json: JSON) -> Recipe {
        let values = NamedValues(json.object ?? .init())
        var record = FlatRecord(
            "InvokeAI", version: values.text("appversion"), dialect: "invokeai", field: "invokeai_metadata")
        record.sample(values) { pass in
            pass.positive = values.text("positiveprompt")
            pass.negative = values.text("negativeprompt")
            pass.cfg = values.number("cfgscale", "guidance")
            pass.sampler = values.text("scheduler")
            pass.denoise = values.number("strength")
        }
        models(json, "", nil, to: &record)
        var named: Set<String> = []
        for name in images(json, of: values.text("generationmode") ?? "") where named.insert(name).inserted {
            record.input("image", name)
        }
        let device = values.text("randdevice")
        return record.finish(noise: device == nil || device == "cpu" ? .cpu : .gpu)
    }

    /// Every object, at any depth, that identifies a model: `{key, hash, name, base, type}`.
    private static func models(_ json: JSON, _ input: String, _ strength: JSON.Number?, to record: inout FlatRecord) {
        if let array = json.array { for element in array { models(element, input, strength, to: &record) } }
        guard let object = json.object, json["isEnabled"] != false else { return }
        if let name = (json["name"] ?? json["model_name"])?.string,
            object["hash"] != nil || object["model_type"] != nil
                || object["base"] != nil || object["base_model"] != nil
        {
            let hash = json["hash"]?.string
            record.model(folder(json, input), name, input, hash.flatMap(recorded), strength: strength)
            if let hash, hash.hasPrefix("random:") {
                record.note(.hashFake, "InvokeAI recorded a random name instead of a hash for \(name)")
            }
            return
        }
        let weight = (json["weight"] ?? json["control_weight"])?.numeric
        for (key, value) in object.members {
            // `controlnets[].control_model` is one of the control nets.
            let isOfList = !input.isEmpty && (key == "model" || key.hasSuffix("_model"))
            models(value, isOfList ? input : key, weight, to: &record)
        }
    }

    private static func folder(_ json: JSON, _ input: String) -> String {
        switch (json["type"] ?? json["model_type"])?.string ?? input {
        case "vae": "vae"
        case "lora", "loras", "control_lora": "loras"
        case "controlnet", "controlnets", "t2i_adapter", "t2iAdapters": "controlnet"
        case "embedding": "embeddings"
        case "ip_adapter", "ipAdapters": "ipadapter"
        case "clip_vision", "siglip": "clip_vision"
        case "t5_encoder", "clip_embed", "qwen3_encoder", "qwen_vl_encoder", "text_encoder": "text_encoders"
        case "spandrel_image_to_image": "upscale_models"
        case "flux_redux": "style_models"
        default: "checkpoints"
        }
    }

    /// A hash with a prefix, or, from early versions, without.
    private static func recorded(_ text: String) -> RecordedHash? {
        text.contains(":") ? RecordedHash(prefixed: text) : RecordedHash(text, .sha256)
    }

    /// Every image that the record names, at any depth, except in parts that are switched off. Painted layers count only if an
    /// image was made from them.
    private static func images(_ json: JSON, of mode: String) -> [String] {
        var found: [String] = []
        var pending = [json]
        while let next = pending.popLast() {
            if next["isEnabled"] == false { continue }
            for (key, value) in (next.object?.members ?? []).reversed() {
                if ["init_image", "image_name"].contains(key), let name = value.string {
                    found.append(name)
                } else if key != "rasterLayers" || !mode.hasSuffix("txt2img") {
                    pending.append(value)
                }
            }
            pending += next.array?.reversed() ?? []
        }
        return found
    }

    // MARK: - 2.x

    private static func readOlder(_ json: JSON) -> Recipe {
        let image = json["image"]?.object ?? .init()
        let values = NamedValues(image)
        var record = FlatRecord(
            "InvokeAI", version: json["app_version"]?.string, dialect: "invokeai-2", field: "sd-metadata")
        record.sample(values) { pass in
            let prompt = image["prompt"]
            pass.positive =
                prompt?.string
                ?? prompt?.array?.compactMap { $0["prompt"]?.string ?? $0.string }.joined(separator: ", ")
            pass.cfg = values.number("cfgscale")
            pass.sampler = values.text("sampler")
            pass.denoise = values.number("strength")
        }
        let hash = json["model_hash"]?.string.flatMap { RecordedHash($0, .sha256) }
        record.model("checkpoints", json["model_weights"]?.string ?? json["model"]?.string, "model_weights", hash)
        record.input("image", values.text("initimagepath"))
        return record.finish(noise: .gpu)
    }
}
