/// One JSON object that holds what ComfyUI writes into fields of their own; savers of formats without such fields use it.
enum ComfyBundle {
    private static let compressed = Array("COMPRESSED:".utf8)

    /// Adds every member as a field, as text: `prompt`, `workflow`, and what else there is.
    @discardableResult
    static func add(_ bytes: [UInt8], to metadata: inout Metadata) -> Bool {
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"),
            let object = (try? JSONParser.parse(bytes))?.object,
            object["prompt"]?.object != nil || object["workflow"]?.object != nil || isGraph(object["prompt"])
        else { return false }
        metadata.add(object)
        return true
    }

    /// Takes bundles out of comments: as they are, or compressed by zlib as base64.
    static func unpack(_ metadata: inout Metadata) {
        for key in ["UserComment", "exif:UserComment", "Comment", "ImageDescription"] {
            for field in metadata.fields where field.key == key {
                guard field.bytes.starts(with: compressed) else {
                    add(field.bytes, to: &metadata)
                    continue
                }
                guard let stream = base64(String(decoding: field.bytes.dropFirst(compressed.count), as: UTF8.self))
                else {
                    metadata.note("a compressed comment is broken")
                    continue
                }
                let (bytes, isComplete) = inflate(stream[...], limit: ReadLimit.field)
                if !isComplete { metadata.note("a compressed comment is broken") }
                add(bytes, to: &metadata)
            }
        }
    }

    /// A graph may stand in the object as text.
    private static func isGraph(_ value: JSON?) -> Bool {
        value?.string.flatMap { try? JSONParser.parse($0) }?.object != nil
    }
}
