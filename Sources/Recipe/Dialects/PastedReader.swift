/// Parameters as users paste them: one `Name: value` per line, in any order and spelling.
enum PastedReader {
    private static let known: Set<String> = [
        "prompt", "positiveprompt", "negativeprompt", "negative", "seed", "steps", "cfg", "cfgscale", "guidancescale",
        "guidance", "sampler", "samplername", "samplingmethod", "scheduler", "scheduletype", "model", "checkpoint",
        "modelname", "basemodel", "modelhash", "lora", "loras", "vae", "size", "resolution", "width", "height",
        "denoise", "denoisingstrength", "clipskip", "samplingsteps",
    ]

    static func read(_ metadata: Metadata) -> Recipe? {
        ["parameters", "UserComment", "Comment", "Description"].first(giving: { metadata.text($0).flatMap(read) })
    }

    /// Nil if fewer than three lines name a parameter, or if none names a seed or steps.
    private static func read(_ text: String) -> Recipe? {
        var pairs: [(key: String, value: String)] = []
        var words: [String] = []
        for line in text.split(whereSeparator: \.isNewline).prefix(10_000) {
            let parts = line.split(separator: ":", maxSplits: 1)
            let key = NamedValues.plain(parts.first.map(String.init) ?? "")
            if parts.count == 2, known.contains(key) {
                pairs.append((key, String(parts[1]).trimmingBlanks))
            } else if let last = pairs.last, last.key.hasSuffix("prompt") || last.key == "negative" {
                // A prompt may have several lines.
                pairs[pairs.count - 1].value += "\n" + line
            } else {
                words.append(String(line).trimmingBlanks)
            }
        }
        let values = NamedValues(pairs)
        guard pairs.count >= 3, values.has("seed") || values.has("steps", "samplingsteps") else { return nil }
        var record = FlatRecord("an unknown tool", dialect: "pasted-text", field: "parameters")
        record.sample(values) { pass in
            pass.positive =
                values.text("prompt", "positiveprompt") ?? (words.isEmpty ? nil : words.joined(separator: "\n"))
            pass.negative = values.text("negativeprompt", "negative")
            pass.steps = values.number("steps", "samplingsteps")
            pass.cfg = values.number("cfg", "cfgscale", "guidancescale", "guidance")
            pass.sampler = values.text("sampler", "samplername", "samplingmethod")
            pass.scheduler = values.text("scheduler", "scheduletype")
            pass.denoise = values.number("denoise", "denoisingstrength")
        }
        let hash = values.text("modelhash").flatMap { RecordedHash($0, .sha256) }
        record.model("checkpoints", values.text("model", "checkpoint", "modelname", "basemodel"), "Model", hash)
        record.model("vae", values.text("vae"), "VAE")
        for lora in (values.text("lora", "loras") ?? "").split(separator: ",") {
            // `name`, `name:0.8`, `name (0.8)`.
            let parts = lora.split { ":(".contains($0) }.map { String($0).trimmingBlanks.trimmingCharacters(")") }
            record.model(
                "loras", parts.first, "LoRA", strength: parts.count > 1 ? JSON.string(parts[1]).numeric : nil)
        }
        return record.finish(noise: .gpu)
    }
}
