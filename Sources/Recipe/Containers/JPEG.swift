/// The texts of a JPEG: EXIF and XMP in APP1, C2PA in APP11, IPTC in APP13, and comments.
///
/// Source: ITU-T T.81, annex B; EXIF 2.32, 4.7.2; XMP specification part 3, 1.1.3; C2PA technical specification, A.3.1.
enum JPEG {
    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        guard try source.read(at: 0, count: 3) == [0xFF, 0xD8, 0xFF] else { return nil }
        var metadata = Metadata(mediaType: "image/jpeg")
        var parts = Parts()
        try walk(source, &parts, into: &metadata)
        parts.finish(into: &metadata)
        return metadata
    }

    private static func walk(
        _ source: some ByteSource, _ parts: inout Parts, into metadata: inout Metadata
    ) throws(SourceError) {
        var offset = 2
        for _ in 0..<ReadLimit.chunks {
            let head = try source.read(at: offset, count: 4)
            guard head.count >= 2, head[0] == 0xFF, head.count == 4 || head[1] == 0xD9 else {
                return metadata.note("the file ends before its image data")
            }
            let marker = head[1]
            // Fill bytes and markers without a length.
            if marker == 0xFF || marker == 0x01 || (0xD0...0xD8).contains(marker) {
                offset += marker == 0xFF ? 1 : 2
                continue
            }
            // Only image data follows the start of the scan.
            if marker == 0xDA || marker == 0xD9 { return }
            let length = Int(head[2]) << 8 | Int(head[3])
            guard length >= 2 else { return metadata.note("a segment has no length") }
            let data = try segment(source, at: offset + 4, count: length - 2, &metadata)
            if !parts.take(marker, data) { take(marker, data, into: &metadata) }
            offset += 2 + length
        }
        metadata.leave("the file has more than \(ReadLimit.chunks) segments; the rest was not read")
    }

    private static let xmpMark = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    private static let resourceMark = Array("Photoshop 3.0\0".utf8)

    /// Texts that are longer than a segment and continue in the next ones.
    private struct Parts {
        private static let extendedMark = Array("http://ns.adobe.com/xmp/extension/\0".utf8)
        /// Parts of extended XMP by their offsets in the whole.
        private var xmp: [(offset: Int, bytes: ArraySlice<UInt8>)] = []
        /// The parts of a JUMBF box by their numbers.
        private var boxes: [(number: Int, bytes: ArraySlice<UInt8>)] = []
        private var total = 0

        mutating func take(_ marker: UInt8, _ data: [UInt8]) -> Bool {
            if marker == 0xE1, data.starts(with: Self.extendedMark), data.count > Self.extendedMark.count + 40 {
                // A GUID of 32 digits, the length of the whole, and the offset of this part.
                let rest = data.dropFirst(Self.extendedMark.count + 36)
                xmp.append((bigEndian(rest.prefix(4)), rest.dropFirst(4)))
            } else if marker == 0xEB, data.starts(with: Array("JP".utf8)), data.count > 16 {
                boxes.append((bigEndian(data[4..<8]), data[8...]))
            } else {
                return false
            }
            total += data.count
            if total > ReadLimit.field { (xmp, boxes) = ([], []) }
            return true
        }

        func finish(into metadata: inout Metadata) {
            if total > ReadLimit.field { metadata.leave("what is in several segments", bytes: total) }
            if !xmp.isEmpty {
                XMP.read(xmp.sorted { $0.offset < $1.offset }.flatMap(\.bytes), into: &metadata)
            }
            let sorted = boxes.sorted { $0.number < $1.number }
            guard let first = sorted.first else { return }
            // Every part repeats the head of the box.
            C2PA.read(Array(first.bytes) + sorted.dropFirst().flatMap { $0.bytes.dropFirst(8) }, into: &metadata)
        }
    }

    private static func segment(
        _ source: some ByteSource, at offset: Int, count: Int, _ metadata: inout Metadata
    ) throws(SourceError) -> [UInt8] {
        let data = try source.read(at: offset, count: count)
        if data.count < count { metadata.note("a segment is cut off") }
        return data
    }

    private static func take(_ marker: UInt8, _ data: [UInt8], into metadata: inout Metadata) {
        switch marker {
        case 0xE1 where data.starts(with: Array("Exif\0\0".utf8)):
            let orientation = EXIF.read(data, into: &metadata)
            metadata.orientation = metadata.orientation ?? orientation
        case 0xE1 where data.starts(with: xmpMark): XMP.read(Array(data.dropFirst(xmpMark.count)), into: &metadata)
        case 0xED where data.starts(with: resourceMark):
            IPTC.read(resources: data.dropFirst(resourceMark.count), into: &metadata)
        case 0xFE: metadata.add("Comment", data)
        // The frame headers are SOF0 to SOF15; C4, C8 and CC among them are other markers.
        case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(marker) && data.count >= 5:
            metadata.height = Int(data[1]) << 8 | Int(data[2])
            metadata.width = Int(data[3]) << 8 | Int(data[4])
        default: break
        }
    }
}
