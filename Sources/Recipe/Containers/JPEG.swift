/// The texts of a JPEG: EXIF in APP1, and comments. Source: ITU-T T.81, annex B; EXIF 2.32, 4.7.2.
enum JPEG {
    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        guard try source.read(at: 0, count: 3) == [0xFF, 0xD8, 0xFF] else { return nil }
        var metadata = Metadata(mediaType: "image/jpeg")
        var offset = 2
        for _ in 0..<ReadLimit.chunks {
            let head = try source.read(at: offset, count: 4)
            guard head.count == 4, head[0] == 0xFF else {
                metadata.note("the file ends before its image data")
                return metadata
            }
            let marker = head[1]
            // Fill bytes, and markers without a length.
            if marker == 0xFF || marker == 0x01 || (0xD0...0xD8).contains(marker) {
                offset += marker == 0xFF ? 1 : 2
                continue
            }
            // After the start of the scan there is only image data.
            if marker == 0xDA || marker == 0xD9 { return metadata }
            let length = Int(head[2]) << 8 | Int(head[3])
            guard length >= 2 else {
                metadata.note("a segment has no length")
                return metadata
            }
            try take(marker, try segment(source, at: offset + 4, count: length - 2, &metadata), into: &metadata)
            offset += 2 + length
        }
        metadata.note("more than \(ReadLimit.chunks) segments; the rest was not read")
        return metadata
    }

    private static func segment(
        _ source: some ByteSource, at offset: Int, count: Int, _ metadata: inout Metadata
    ) throws(SourceError) -> [UInt8] {
        let data = try source.read(at: offset, count: count)
        if data.count < count { metadata.note("a segment is cut off") }
        return data
    }

    private static func take(_ marker: UInt8, _ data: [UInt8], into metadata: inout Metadata) throws(SourceError) {
        switch marker {
        case 0xE1 where data.starts(with: Array("Exif\0\0".utf8)): EXIF.read(data, into: &metadata)
        case 0xFE: metadata.add("Comment", data)
        // Frames: every SOF but those that are tables (C4, C8, CC).
        case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(marker) && data.count >= 5:
            metadata.height = Int(data[1]) << 8 | Int(data[2])
            metadata.width = Int(data[3]) << 8 | Int(data[4])
        default: break
        }
    }
}
