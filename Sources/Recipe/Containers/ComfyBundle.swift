/// One JSON object with what ComfyUI writes into separate fields; image savers use it for formats without text fields.
enum ComfyBundle {
    private static let compressed = Array("COMPRESSED:".utf8)

    /// Adds every member as a text field: `prompt`, `workflow`, and all others.
    @discardableResult
    static func add(_ bytes: [UInt8], to metadata: inout Metadata) -> Bool {
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"),
            let object = (try? JSONParser.parse(bytes))?.object,
            object["prompt"]?.object != nil || object["workflow"]?.object != nil || isGraph(object["prompt"])
        else { return false }
        metadata.add(object)
        return true
    }

    private static let keys: Set<String> = [
        "UserComment", "exif:UserComment", "Comment", "ImageDescription", "XPComment", "Make", "Model", "Software",
        "Description", "dc:description", "Prompt", "Workflow", "metadata",
    ]

    /// Unpacks bundles in comments, which are plain JSON or zlib data in base64; a comment may also be a graph or a canvas
    /// without a bundle around it.
    static func unpack(_ metadata: inout Metadata) {
        for field in metadata.fields where keys.contains(field.key) {
            guard field.bytes.starts(with: compressed) else {
                if !add(field.bytes, to: &metadata) { addBare(field.bytes, to: &metadata) }
                continue
            }
            guard let stream = base64(String(decoding: field.bytes.dropFirst(compressed.count), as: UTF8.self))
            else {
                metadata.note("a compressed comment is broken")
                continue
            }
            let (bytes, isComplete) = inflate(stream[...], limit: ReadLimit.field)
            if !isComplete { metadata.noteInflated("a compressed comment", bytes) }
            if !add(bytes, to: &metadata) { addBare(bytes, to: &metadata) }
        }
    }

    /// A graph or a canvas without a key, as Civitai and savers for formats with a single comment write it.
    private static func addBare(_ bytes: [UInt8], to metadata: inout Metadata) {
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return }
        let isGraph = bytes.holds("\"class_type\"")
        guard isGraph || (bytes.holds("\"nodes\"") && bytes.holds("\"links\"")),
            let json = try? JSONParser.parse(bytes)
        else { return }
        if isGraph, json.object?.members.contains(where: { $0.value["class_type"]?.string != nil }) == true {
            metadata.add("prompt", bytes)
        } else if json["nodes"]?.array?.isEmpty == false {
            metadata.add("workflow", bytes)
        }
    }

    /// The graph may be a text within the object.
    private static func isGraph(_ value: JSON?) -> Bool {
        value?.string.flatMap { try? JSONParser.parse($0) }?.object != nil
    }
}
