/// The tags of a WebM or Matroska file, before or after its clusters. Source: RFC 8794 (EBML), RFC 9559 (Matroska).
enum Matroska {
    private enum Element {
        static let segment = 0x1853_8067
        static let tags = 0x1254_C367
        static let tag = 0x7373
        static let simpleTag = 0x67C8
        static let name = 0x45A3
        static let text = 0x4487
        static let tracks = 0x1654_AE6B
        static let track = 0xAE
        static let video = 0xE0
        static let width = 0xB0
        static let height = 0xBA
        static let documentType = 0x4282
        static let header = 0x1A45_DFA3
        static let parents: Set<Int> = [segment, tags, tag, simpleTag, tracks, track, video, header]
    }

    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        guard try source.read(at: 0, count: 4) == [0x1A, 0x45, 0xDF, 0xA3] else { return nil }
        var reader = Reader(source: source, metadata: Metadata(mediaType: "video/x-matroska"))
        try reader.elements(in: 0..<source.count, depth: 0)
        if !reader.hasSegment { reader.metadata.note("the file has no segment; it may be cut off") }
        return reader.metadata
    }

    private struct Reader<Source: ByteSource> {
        let source: Source
        var metadata: Metadata
        /// The name of the tag whose text comes next.
        var name = ""
        var visited = 0
        var hasSegment = false

        /// Elements that are not needed, such as the clusters of the film, are skipped by their sizes.
        mutating func elements(in range: Range<Int>, depth: Int) throws(SourceError) {
            var offset = range.lowerBound
            while offset < range.upperBound {
                visited += 1
                guard visited < ReadLimit.chunks else {
                    return metadata.leave("the file has too many elements; the rest was not read")
                }
                let head = try source.read(at: offset, count: 12)
                guard let (id, idLength) = number(head[...], keepsMarker: true),
                    let (size, sizeLength) = number(head.dropFirst(idLength), keepsMarker: false)
                else { return metadata.note("the file ends within an element") }
                let start = offset + idLength + sizeLength
                guard start <= range.upperBound else { return metadata.note("an element goes beyond what holds it") }
                if id == Element.segment { hasSegment = true }
                let isUnknown = size == (1 << (7 * sizeLength)) - 1
                guard isUnknown || size <= range.upperBound - start else {
                    // In a file that was cut off, the segment is longer than the file; the elements that are there are read.
                    if Element.parents.contains(id), depth < 8 {
                        try elements(in: start..<range.upperBound, depth: depth + 1)
                    }
                    return metadata.note("an element says it is longer than what holds it")
                }
                let end = isUnknown ? range.upperBound : start + size
                if Element.parents.contains(id), depth < 8 {
                    try elements(in: start..<end, depth: depth + 1)
                } else if isUnknown {
                    // A cluster of unknown size: its children are read as elements beside it, and so is what follows them.
                    offset = start
                    continue
                } else {
                    try take(id, at: start, count: size)
                }
                offset = end
            }
        }

        private mutating func take(_ id: Int, at offset: Int, count: Int) throws(SourceError) {
            switch id {
            case Element.name where count <= 1024: name = utf8OrLatin1(try source.read(at: offset, count: count))
            case Element.text:
                guard count <= ReadLimit.field else { return metadata.leave("a tag", bytes: count) }
                // FFmpeg writes names in capitals.
                metadata.add(name.lowercased(), try source.read(at: offset, count: count))
            case Element.width where metadata.width == nil && count <= 8:
                metadata.width = bigEndian(try source.read(at: offset, count: count))
            case Element.height where metadata.height == nil && count <= 8:
                metadata.height = bigEndian(try source.read(at: offset, count: count))
            case Element.documentType where count <= 32:
                if try source.read(at: offset, count: count).prefix(4).elementsEqual(Array("webm".utf8)) {
                    metadata.mediaType = "video/webm"
                }
            default: break
            }
        }

        /// A number of 1 to 8 bytes, whose leading zero bits tell its length. An id includes the bit that marks the length.
        private func number(_ bytes: ArraySlice<UInt8>, keepsMarker: Bool) -> (value: Int, length: Int)? {
            guard let first = bytes.first, first != 0 else { return nil }
            let length = first.leadingZeroBitCount + 1
            guard bytes.count >= length else { return nil }
            let lead = keepsMarker ? first : first & (0xFF >> UInt8(length & 7)) & (length == 8 ? 0 : 0xFF)
            let value = bytes.dropFirst().prefix(length - 1).reduce(UInt64(lead)) { $0 << 8 | UInt64($1) }
            return (Int(clamping: value), length)
        }
    }
}
