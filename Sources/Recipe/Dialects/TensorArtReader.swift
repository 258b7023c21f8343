/// Recipes of TensorArt: JSON under `generation_data`, beside a graph of TensorArt's own nodes, in which files have numbers
/// instead of names. Source: PNGs by TensorArt; `EMS-<file id>-EMS` in them.
enum TensorArtReader {
    static func read(_ metadata: Metadata) -> Recipe? {
        guard var bytes = metadata.field("generation_data") else { return nil }
        // The text ends with a NUL.
        while bytes.last.map({ $0 == 0 || $0 == 0x20 }) == true { bytes.removeLast() }
        guard let json = try? JSONParser.parse(bytes), let object = json.object, json["prompt"] != nil else {
            return nil
        }
        let values = NamedValues(object)
        var record = FlatRecord(
            "TensorArt", version: values.text("workengine"), dialect: "tensorart", field: "generation_data")
        record.sample(values) { pass in
            pass.positive = values.text("prompt")
            pass.negative = values.text("negativeprompt")
            pass.cfg = values.number("cfgscale", "guidance")
            pass.sampler = values.text("samplername", "sampler")
            pass.scheduler = values.text("scheduler", "schedulename")
            pass.denoise = values.number("denoisingstrength")
        }
        for model in [json["baseModel"]].compactMap({ $0 }) + (json["models"]?.array ?? []) {
            let folder = AIR.folder(of: (model["type"]?.string ?? "").replacing("BASE_MODEL", with: "model"))
            let hash = model["hash"]?.string.flatMap { RecordedHash($0, .sha256) }
            let number = (model["modelFileId"]?.string ?? model["modelFileId"]?.number?.literal).map { "EMS-\($0)-EMS" }
            record.model(
                folder ?? "checkpoints", model["modelFileName"]?.string ?? model["label"]?.string ?? number,
                "generation_data", hash, strength: model["weight"]?.numeric, alias: number)
        }
        record.model("vae", values.text("sdvae"), "sdVae")
        return record.finish(noise: .gpu)
    }
}
