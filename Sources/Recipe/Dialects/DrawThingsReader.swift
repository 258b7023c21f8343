/// Recipes of Draw Things: JSON in EXIF's UserComment, in PNG also in XMP.
///
/// Draw Things converts models when it installs them, so their bytes differ from those of the published files. Source: Draw
/// Things' metadata export.
enum DrawThingsReader {
    static func read(_ metadata: Metadata) -> Recipe? {
        let keys = ["UserComment", "exif:UserComment"]
        guard let object = metadata.json(keys, where: isDrawThings)?.object else { return nil }
        let values = NamedValues(object)
        var record = FlatRecord("Draw Things", version: nil, dialect: "draw-things", field: "UserComment")
        record.sample(values) { pass in
            pass.positive = values.text("c")
            pass.negative = values.text("uc")
            pass.cfg = values.number("scale")
            pass.sampler = values.text("sampler")
            pass.denoise = values.number("strength")
        }
        let full = object["v2"]
        record.model("checkpoints", values.text("model"), "model")
        record.model("checkpoints", full?["refinerModel"]?.string, "refinerModel")
        record.model("upscale_models", full?["upscaler"]?.string, "upscaler")
        for lora in object["lora"]?.array ?? object["loras"]?.array ?? full?["loras"]?.array ?? [] {
            record.model(
                "loras", lora["model"]?.string ?? lora["file"]?.string, "loras", strength: lora["weight"]?.numeric)
        }
        for control in object["control"]?.array ?? full?["controls"]?.array ?? [] {
            record.model("controlnet", control["model"]?.string ?? control["file"]?.string, "control")
        }
        record.note(
            .modelConverted, "Draw Things converts its models; the published files are not what it computed with")
        return record.finish(noise: values.text("seedmode", "seed_mode") == "Legacy" ? .gpu : .cpu)
    }

    /// Its prompt is `c`, its negative prompt `uc`.
    private static func isDrawThings(_ json: JSON) -> Bool {
        json["c"]?.string != nil && json["sampler"] != nil && json["model"]?.string != nil
    }
}
