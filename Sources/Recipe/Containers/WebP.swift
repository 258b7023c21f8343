/// The EXIF, XMP and C2PA chunks of a WebP, still or animated. Source: RFC 9649; C2PA technical specification, A.3.
enum WebP {
    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        let head = try source.read(at: 0, count: 12)
        guard head.count == 12, head[..<4].elementsEqual(Array("RIFF".utf8)),
            head[8...].elementsEqual(Array("WEBP".utf8))
        else { return nil }
        var metadata = Metadata(mediaType: "image/webp")
        if littleEndian(head[4..<8]) > source.count - 8 { metadata.note("the file is shorter than it says") }
        var offset = 12
        for _ in 0..<ReadLimit.chunks {
            guard offset < source.count else { return metadata }
            let chunk = try source.read(at: offset, count: 8)
            guard chunk.count == 8 else { break }
            let length = littleEndian(chunk[4..<8])
            let isWhole = length <= source.count - offset - 8
            try take(
                String(decoding: chunk[..<4], as: UTF8.self), source, at: offset + 8,
                count: min(length, source.count - offset - 8), into: &metadata)
            guard isWhole else { break }
            offset += 8 + length + length % 2
        }
        metadata.note("the file ends within a chunk")
        return metadata
    }

    private static func take(
        _ type: String, _ source: some ByteSource, at offset: Int, count: Int, into metadata: inout Metadata
    ) throws(SourceError) {
        switch type {
        case "EXIF":
            guard count <= ReadLimit.field else { return metadata.leave("an EXIF chunk", bytes: count) }
            EXIF.read(try source.read(at: offset, count: count), into: &metadata)
        case "XMP ", "C2PA":
            guard count <= C2PA.limit else { return metadata.leave("a chunk \(type)", bytes: count, limit: C2PA.limit) }
            let data = try source.read(at: offset, count: count)
            if type == "C2PA" { C2PA.read(data, into: &metadata) } else { XMP.read(data, into: &metadata) }
        case "VP8X":
            let data = try source.read(at: offset, count: min(count, 10))
            guard data.count == 10 else { return }
            if data[0] & 0x02 != 0 { metadata.isAnimated = true }
            metadata.width = littleEndian(data[4..<7]) + 1
            metadata.height = littleEndian(data[7..<10]) + 1
        case "VP8L":
            if !metadata.isAnimated { metadata.isLossless = true }
            guard metadata.width == nil else { return }
            let data = try source.read(at: offset, count: min(count, 5))
            guard data.count == 5, data[0] == 0x2F else { return }
            let bits = littleEndian(data[1..<5])
            metadata.width = bits & 0x3FFF + 1
            metadata.height = bits >> 14 & 0x3FFF + 1
        case "VP8 " where metadata.width == nil:
            let data = try source.read(at: offset, count: min(count, 10))
            guard data.count == 10, data[3...5].elementsEqual([0x9D, 0x01, 0x2A]) else { return }
            metadata.width = littleEndian(data[6..<8]) & 0x3FFF
            metadata.height = littleEndian(data[8..<10]) & 0x3FFF
        default: break
        }
    }
}
