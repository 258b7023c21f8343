/// The EXIF, XMP and ComfyUI boxes of a JPEG XL. Source: ISO/IEC 18181-2; `comf` boxes as image savers for ComfyUI write
/// them, Brotli-compressed.
enum JXL {
    private static let signature: [UInt8] = [
        0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A,
    ]

    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        let head = try source.read(at: 0, count: 12)
        // A bare code stream has no text boxes.
        if head.starts(with: [0xFF, 0x0A]) { return Metadata(mediaType: "image/jxl") }
        guard head == signature else { return nil }
        var metadata = Metadata(mediaType: "image/jxl")
        var boxes = Boxes(source)
        let (all, isWhole) = try boxes.list(in: 0..<source.count)
        if !isWhole || !all.contains(where: { $0.type == "jxlc" || $0.type == "jxlp" }) {
            metadata.note("the file ends before its image")
        }
        for box in all where ["Exif", "xml ", "brob", "jumb", "comf"].contains(box.type) {
            guard var bytes = try boxes.bytes(box.content) else {
                metadata.leave("a box \(box.type)", bytes: box.content.count)
                continue
            }
            var type = box.type
            if type == "brob" {
                type = String(decoding: bytes.prefix(4), as: UTF8.self)
                let (inflated, isComplete) = unbrotli(bytes.dropFirst(4), limit: ReadLimit.field)
                if !isComplete { metadata.noteInflated("a compressed box", inflated) }
                bytes = inflated
            }
            take(type, bytes, into: &metadata)
        }
        return metadata
    }

    private static func take(_ type: String, _ bytes: [UInt8], into metadata: inout Metadata) {
        switch type {
        case "Exif": EXIF.read(afterOffset: bytes, "box", into: &metadata)
        case "xml ": XMP.read(bytes, into: &metadata)
        case "jumb": C2PA.read(box("jumb", bytes), into: &metadata)
        case "comf": ComfyBundle.add(bytes, to: &metadata)
        default: break
        }
    }

    private static func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let size = UInt32(content.count + 8)
        return (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + Array(type.utf8) + content
    }
}
