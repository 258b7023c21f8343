/// Recipes of A1111, Forge, reForge, SD.Next, Civitai, and other tools that write the same text under `parameters`.
enum InfotextReader {
    /// The field's key in PNGs; recipes have it where other records have a node.
    static let key = "parameters"
    /// The fields that have the text in other containers.
    private static let keys = [
        key, "UserComment", "exif:UserComment", "Comment", "ImageDescription", "XPComment", "dc:description",
    ]

    /// The text and its bytes; nil if no field holds one.
    static func text(_ metadata: Metadata) -> (infotext: Infotext, bytes: [UInt8])? {
        keys.first(giving: { (key: String) -> (infotext: Infotext, bytes: [UInt8])? in
            metadata.fields.first(giving: { field in
                guard field.key == key else { return nil }
                return Infotext(String(decoding: field.bytes, as: UTF8.self)).map { ($0, field.bytes) }
            })
        })
    }

    static func read(_ metadata: Metadata) -> Recipe? {
        guard let text = text(metadata)?.infotext else { return nil }
        let isCivitai = CivitaiReader.isMadeThere(text) || metadata.text("Artist") == "ai"
        var record = FlatRecord(
            generator(text, metadata), version: text["Version"], dialect: isCivitai ? "civitai" : "a1111-infotext",
            field: key)
        sample(text, to: &record)
        InfotextModels.add(text, to: &record)
        CivitaiReader.add(text, to: &record)
        findings(text, to: &record)
        let isSeeded =
            text["RNG"] == "CPU" || text["RNG"] == "NV" || ["Fooocus", cpp].contains(record.recipe.generator.name)
        return record.finish(noise: isSeeded ? .cpu : .gpu)
    }

    /// This tool draws its noise on the processor, whatever it calls its generator.
    private static let cpp = "stable-diffusion.cpp"

    private static func generator(_ text: Infotext, _ metadata: Metadata) -> String {
        if let app = text["App"] { return app }
        if CivitaiReader.isMadeThere(text) || metadata.text("Artist") == "ai" { return "Civitai" }
        let software = metadata.text("Software") ?? ""
        switch text["Version"] {
        case let version? where version.hasPrefix("Fooocus"): return "Fooocus"
        case _ where software.hasPrefix("Fooocus"): return "Fooocus"
        case let version? where version.hasPrefix("f"): return "Forge"
        case let version? where version.hasPrefix("v1.") || version.hasPrefix("1."): return "A1111"
        case "ComfyUI"?: return "ComfyUI"
        case let version? where version.hasPrefix(cpp): return cpp
        default: return "A1111 or a relative of it"
        }
    }

    /// The pass, and, if the image was enlarged, the pass over the enlarged image before it.
    private static func sample(_ text: Infotext, to record: inout FlatRecord) {
        let size = size(text["Size"])
        let enlarged = text["Hires resize"].flatMap { self.size($0) } ?? scaled(size, by: text["Hires upscale"])
        let hasSecond = text["Hires upscale"] != nil || text["Hires resize"] != nil
        if hasSecond {
            record.sample { pass in
                pass.sampler = other(text["Hires sampler"]) ?? text["Sampler"]
                pass.scheduler = other(text["Hires schedule type"]) ?? text["Schedule type"] ?? text["Scheduler"]
                pass.steps = number(text["Hires steps"]).flatMap { $0.int == 0 ? nil : $0 } ?? number(text["Steps"])
                pass.cfg = number(text["Hires CFG Scale"]) ?? number(text["CFG scale"])
                pass.seed = number(text["Seed"])
                pass.denoise = number(text["Denoising strength"])
                pass.positive = text["Hires prompt"] ?? text.positive
                pass.negative = text["Hires negative prompt"] ?? text.negative
                (pass.width, pass.height) = (enlarged?.0, enlarged?.1)
            }
        }
        record.sample { pass in
            pass.sampler = text["Sampler"]
            pass.scheduler = text["Schedule type"] ?? text["Scheduler"]
            pass.steps = number(text["Steps"])
            pass.cfg = number(text["CFG scale"])
            pass.seed = number(text["Seed"])
            pass.denoise = hasSecond ? nil : number(text["Denoising strength"])
            pass.positive = text.positive
            pass.negative = text.negative
            (pass.width, pass.height) = (size?.0, size?.1)
        }
    }

    private static func other(_ value: String?) -> String? { value?.hasPrefix("Use same") == true ? nil : value }

    private static func size(_ text: String?) -> (JSON.Number, JSON.Number)? {
        let parts = text?.split(separator: "x").map { number(String($0)) } ?? []
        guard parts.count == 2, let width = parts[0], let height = parts[1] else { return nil }
        return (width, height)
    }

    private static func scaled(_ size: (JSON.Number, JSON.Number)?, by factor: String?) -> (JSON.Number, JSON.Number)? {
        guard let width = size?.0.int, let height = size?.1.int, let factor = number(factor)?.double, factor > 0,
            factor < 100, width < 1 << 20, height < 1 << 20
        else { return nil }
        return (.init(Int64(Double(width) * factor)), .init(Int64(Double(height) * factor)))
    }

    static func number(_ text: String?) -> JSON.Number? { text.flatMap { JSON.string($0).numeric } }

    private static func findings(_ text: Infotext, to record: inout FlatRecord) {
        if let size = text["Batch size"].flatMap({ Int($0) }), size > 1, text["Batch pos"] == nil {
            record.note(.batchIndexUnknown, "the image is one of a batch of \(size), and which one is not recorded")
        }
        if let first = text.pairs.first(where: { $0.key == "ADetailer model" }) {
            record.note(.modelHidden, "\(first.key) used models that the text names only in part")
        }
        let reduced = [text["FP8 weight"], text["Diffusion in Low Bits"]].compactMap { $0 }.first {
            !["Disable", "Automatic"].contains($0)
        }
        if let reduced { record.note(.approximated, "it was computed in \(reduced); other devices round differently") }
        if text["Init image hash"] != nil || text["Mask blur"] != nil {
            record.note(.inputMissing, "it was made from an image that the text does not name")
        }
    }
}
