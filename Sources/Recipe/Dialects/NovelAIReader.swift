/// Recipes of NovelAI: its own fields, in text chunks, EXIF or hidden in the pixels. Its weights are not to be had.
///
/// Source: NovelAI's image metadata scripts.
enum NovelAIReader {
    static func read(_ metadata: Metadata) -> Recipe? {
        guard let comment = comment(metadata) else { return nil }
        let values = NamedValues(comment)
        var record = FlatRecord("NovelAI", version: metadata.text("Source"), dialect: "novelai", field: "Comment")
        record.sample(values) { pass in
            pass.positive = values.text("prompt") ?? metadata.text("Description")
            pass.negative = values.text("uc")
            pass.cfg = values.number("scale")
            pass.sampler = values.text("sampler")
            pass.scheduler = values.text("noiseschedule")
            pass.denoise = values.number("strength")
        }
        record.note(.toolClosed, "NovelAI's models run only at NovelAI")
        return record.finish()
    }

    /// The object that NovelAI signs.
    static func comment(_ metadata: Metadata) -> JSON.Object? {
        let isNovelAI = metadata.text("Software") == "NovelAI"
        for key in ["Comment", "UserComment"] {
            for field in metadata.fields where field.key == key {
                guard var json = try? JSONParser.parse(field.bytes) else { continue }
                // EXIF holds all of the fields as one object.
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
