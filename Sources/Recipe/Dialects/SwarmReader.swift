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
        if values.has("refinercontrolpercentage", "refinercontrol", "refinermodel", "refinersteps") {
            // The refiner, or a second pass of the same model over the enlarged image.
            record.sample(values) { pass in
                pass.positive = values.text("prompt")
                pass.negative = values.text("negativeprompt")
                pass.steps = values.number("refinersteps") ?? values.number("steps")
                pass.cfg = values.number("refinercfgscale") ?? values.number("cfgscale")
                pass.sampler = values.text("refinersampler") ?? values.text("sampler")
                pass.scheduler = values.text("refinerscheduler") ?? values.text("scheduler")
                pass.denoise = values.number("refinercontrolpercentage", "refinercontrol")
                if values.has("refinerupscale") { (pass.width, pass.height) = (nil, nil) }
            }
        }
        record.sample(values) { pass in
            pass.positive = values.text("prompt")
            pass.negative = values.text("negativeprompt")
            pass.cfg = values.number("cfgscale")
            pass.sampler = values.text("sampler")
            pass.scheduler = values.text("scheduler")
            pass.denoise = values.number("initimagecreativity")
        }
        let hashes = hashes(json)
        for (param, value) in params.members {
            let plain = NamedValues.plain(param)
            guard let name = value.string else { continue }
            if let folder = folder(ofParam: plain) {
                record.model(folder, name, param, hashes[Folder.stem(of: name)])
            } else if plain.hasSuffix("upscalemethod"), let model = name.after("model-") {
                record.model("upscale_models", Folder.stem(of: model), param)
            }
        }
        let weights = list(values.value("loraweights"))
        for (index, name) in list(values.value("loras")).enumerated() {
            let weight = index < weights.count ? JSON.string(weights[index]).numeric : nil
            record.model("loras", name, "loras", hashes[Folder.stem(of: name)], strength: weight)
        }
        for embedding in list(values.value("usedembeddings")) {
            record.model("embeddings", embedding, "used_embeddings", hashes[Folder.stem(of: embedding)])
        }
        images(params, json["sui_extra_data"]?.object, to: &record)
        if values.has("comfyuicustomworkflow", "comfyworkflowraw") {
            record.note(.unresolved, "it was made by a ComfyUI workflow that SwarmUI does not record")
        }
        return record.finish()
    }

    /// The folder for a parameter that names a model; nil for other parameters.
    private static func folder(ofParam name: String) -> String? {
        if name == "model" || name == "refinermodel" || name == "segmentmodel" { return "checkpoints" }
        if name.hasSuffix("vae"), name != "automaticvae" { return "vae" }
        guard name.hasSuffix("model") else { return nil }
        for (part, folder) in [
            ("controlnet", "controlnet"), ("video", "diffusion_models"), ("clipvision", "clip_vision"),
            ("ipadapter", "ipadapter"), ("style", "style_models"), ("yolo", "yolov8"), ("upscale", "upscale_models"),
        ] where name.holds(part) { return folder }
        // The others are text encoders: CLIP, T5, Qwen, Gemma and more.
        return "text_encoders"
    }

    /// The images that the output was made from: a parameter is the path, or the name is beside the parameter.
    private static func images(_ params: JSON.Object, _ extra: JSON.Object?, to record: inout FlatRecord) {
        var isMissing = false
        for (param, value) in params.members {
            let name = NamedValues.plain(param)
            guard name.hasSuffix("image") || name.hasSuffix("imageinput") || name.hasSuffix("frame"),
                let text = value.string, !text.isEmpty
            else { continue }
            let beside = extra?.members.first { NamedValues.plain($0.key) == name + "filename" }?.value.string
            // A value that is not a file name is the image itself, or does not identify it.
            let isName =
                Conventions.mediaSuffixes.contains { text.lowercased().hasSuffix($0) } && text.utf8.count < 1024
            if let file = beside ?? (isName ? text : nil) { record.input("image", file) } else { isMissing = true }
        }
        for (key, value) in extra?.members ?? [] {
            let plain = NamedValues.plain(key)
            guard plain.hasSuffix("filename"), let name = value.string else { continue }
            let param = String(plain.dropLast("filename".count))
            if !params.members.contains(where: { NamedValues.plain($0.key) == param }) { record.input("image", name) }
        }
        if isMissing { record.note(.inputMissing, "the image that it was made from is not in the record") }
    }

    /// The hashes of the tensors by model name. SwarmUI takes a hash from the file's header if it is there.
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

    /// The items of a list, or of a text with commas.
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

extension String {
    /// The text after a prefix; nil if it does not have the prefix.
    fileprivate func after(_ start: String) -> String? {
        utf8.starts(with: start.utf8) ? String(utf8.dropFirst(start.utf8.count)) : nil
    }
}
