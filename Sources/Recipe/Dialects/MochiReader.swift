/// Recipes of Mochi Diffusion: one caption of `Key: value; Key: value`, in IPTC. Source: Mochi Diffusion's `SDImage` metadata.
enum MochiReader {
    private static let keys = [
        "Include in Image", "Exclude from Image", "Model", "Steps", "Guidance Scale", "Seed", "Size", "Upscaler",
        "Scheduler", "ML Compute Unit", "Generator", "Date",
    ]

    static func read(_ metadata: Metadata) -> Recipe? {
        ["IPTC:Caption", "ImageDescription", "dc:description", "Description"].first(giving: { key in
            metadata.text(key).flatMap { read($0, metadata) }
        })
    }

    private static func read(_ text: String, _ metadata: Metadata) -> Recipe? {
        guard text.hasPrefix("Include in Image: "), text.holds("; Seed: ") else { return nil }
        // A prompt may contain semicolons: only one before a known key ends a value.
        var marks: [(key: String, range: Range<String.Index>)] = []
        for key in keys {
            if key == keys[0] {
                marks.append((key, text.startIndex..<text.index(text.startIndex, offsetBy: key.count + 2)))
            } else if let range = text.places(of: "; \(key): ").last {
                marks.append((key, range))
            }
        }
        marks.sort { $0.range.lowerBound < $1.range.lowerBound }
        let values = NamedValues(
            marks.indices.map { index in
                let end = index + 1 < marks.count ? marks[index + 1].range.lowerBound : text.endIndex
                return (
                    marks[index].key,
                    String(text[marks[index].range.upperBound..<max(end, marks[index].range.upperBound)])
                )
            })
        var record = FlatRecord(
            "Mochi Diffusion", version: metadata.text("IPTC:ProgramVersion"), dialect: "mochi-diffusion",
            field: "Caption")
        record.sample(values) { pass in
            pass.positive = values.text("includeinimage")
            pass.negative = values.text("excludefromimage")
            pass.cfg = values.number("guidancescale")
            pass.sampler = values.text("scheduler")
        }
        record.model("checkpoints", values.text("model"), "Model")
        record.model("upscale_models", values.text("upscaler"), "Upscaler")
        record.note(
            .modelConverted, "Mochi Diffusion computes with models that were converted to Core ML")
        return record.finish()
    }
}
