/// Recipes of NovelAI: its own fields in text chunks, in EXIF, or hidden in the pixels. Its weights are not published.
///
/// Source: NovelAI's image metadata scripts.
enum NovelAIReader {
    static func read(_ metadata: Metadata) -> Recipe? {
        guard let comment = comment(metadata) else { return nil }
        let values = NamedValues(comment)
        var record = FlatRecord("NovelAI", version: metadata.text("Source"), dialect: "novelai", field: "Comment")
        record.sample(values) { pass in
            pass.positive =
                captions(values.value("v4prompt")) ?? values.text("prompt") ?? metadata.text("Description")
            pass.negative = captions(values.value("v4negativeprompt")) ?? values.text("uc")
            pass.cfg = values.number("scale")
            pass.sampler = values.text("sampler")
            pass.scheduler = values.text("noiseschedule")
            pass.denoise = values.number("strength")
        }
        record.note(.toolClosed, "NovelAI's models run only at NovelAI")
        return record.finish()
    }

    /// From version 4 on, a prompt has a part for the whole image and one for each character.
    private static func captions(_ prompt: JSON?) -> String? {
        guard let caption = prompt?["caption"] else { return nil }
        let parts =
            [caption["base_caption"]?.string]
            + (caption["char_captions"]?.array ?? []).map { $0["char_caption"]?.string }
        let told = parts.compactMap { $0 }.filter { !$0.isEmpty }
        return told.isEmpty ? nil : told.joined(separator: "\n")
    }

    /// The object that NovelAI signs.
    static func comment(_ metadata: Metadata) -> JSON.Object? {
        let isNovelAI = metadata.text("Software") == "NovelAI"
        for key in ["Comment", "UserComment"] {
            for field in metadata.fields where field.key == key {
                guard var json = try? JSONParser.parse(field.bytes) else { continue }
                // EXIF has all fields as one object.
                if let inner = json["Comment"]?.string.flatMap({ try? JSONParser.parse($0) }) { json = inner }
                guard let object = json.object, isNovelAI || object["signed_hash"] != nil,
                    object["prompt"] != nil || object["uc"] != nil
                else { continue }
                return object
            }
        }
        return nil
    }
}
