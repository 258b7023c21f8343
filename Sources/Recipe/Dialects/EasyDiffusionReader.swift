/// Recipes of Easy Diffusion: values in text chunks, as JSON in EXIF, or in a file beside the image; the keys are those of its
/// API, or titles. Source: Easy Diffusion's `save_utils.py`.
enum EasyDiffusionReader {
    static func read(_ metadata: Metadata) -> Recipe? {
        let json = metadata.json(
            ["UserComment", "exif:UserComment"], where: { $0["use_stable_diffusion_model"] != nil })
        let values = json?.object.map { NamedValues($0) } ?? NamedValues(metadata)
        guard let model = values.text("usestablediffusionmodel", "stablediffusionmodel") else { return nil }
        var record = FlatRecord("Easy Diffusion", dialect: "easy-diffusion", field: "use_stable_diffusion_model")
        record.sample(values) { pass in
            pass.positive = values.text("prompt")
            pass.negative = values.text("negativeprompt")
            // The tool writes the seed of the batch's first image plus the position of this one.
            pass.steps = values.number("numinferencesteps", "steps")
            pass.cfg = values.number("guidancescale")
            pass.sampler = values.text("samplername", "sampler")
            pass.scheduler = values.text("schedulername", "scheduler")
            pass.denoise = values.number("promptstrength")
        }
        record.model("checkpoints", model, "use_stable_diffusion_model")
        record.model("vae", values.text("usevaemodel", "vaemodel"), "use_vae_model")
        record.model(
            "hypernetworks", values.text("usehypernetworkmodel", "hypernetworkmodel"), "use_hypernetwork_model",
            strength: values.number("hypernetworkstrength"))
        record.model("controlnet", values.text("usecontrolnetmodel", "controlnetmodel"), "use_controlnet_model")
        record.model("upscale_models", values.text("useupscale", "useupscaling"), "use_upscale")
        let weights = list(values.value("loraalpha", "lorastrength"))
        for (index, name) in list(values.value("useloramodel", "loramodel")).enumerated() {
            record.model(
                "loras", name, "use_lora_model",
                strength: index < weights.count ? JSON.string(weights[index]).numeric : nil)
        }
        return record.finish()
    }

    /// One value, a list, or a list written as text.
    private static func list(_ value: JSON?) -> [String] {
        if let array = value?.array ?? value?.string.flatMap({ try? JSONParser.parse($0) })?.array {
            return array.compactMap { $0.string ?? $0.number?.literal }
        }
        guard let text = value?.string ?? value?.number?.literal else { return [] }
        return text.trimmingCharacters("[]").split(separator: ",").map {
            String($0).trimmingBlanks.trimmingCharacters("'\"")
        }
    }
}

extension String {
    func trimmingCharacters(_ set: String) -> String {
        let start = drop { set.contains($0) }
        guard let last = start.lastIndex(where: { !set.contains($0) }) else { return "" }
        return String(start[...last])
    }
}
