/// The texts of an MP4 or MOV: the key-value items of `moov/udta/meta` and `moov/meta`, as FFmpeg writes them with
/// `use_metadata_tags`. Source: ISO/IEC 14496-12, 4.2 and 8.11; QuickTime File Format, "Metadata".
enum MP4 {
    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        let head = try source.read(at: 0, count: 12)
        guard head.count == 12, head[4..<8].elementsEqual(Array("ftyp".utf8)) else { return nil }
        let isQuickTime = head[8..<12].elementsEqual(Array("qt  ".utf8))
        var reader = Reader(
            source: source, metadata: Metadata(mediaType: isQuickTime ? "video/quicktime" : "video/mp4"))
        try reader.boxes(in: 0..<source.count, depth: 0)
        if !reader.hasMovie { reader.metadata.note("the file has no description of its film; it may be cut off") }
        return reader.metadata
    }

    private struct Reader<Source: ByteSource> {
        let source: Source
        var metadata: Metadata
        /// The names in `keys`; items of `ilst` refer to them by number, from one.
        var keys: [String] = []
        var visited = 0
        var hasMovie = false

        /// Boxes are skipped by their sizes, so that the film itself, which may precede `moov`, is not read.
        mutating func boxes(in range: Range<Int>, depth: Int) throws(SourceError) {
            var offset = range.lowerBound
            while offset + 8 <= range.upperBound {
                visited += 1
                guard visited < ReadLimit.chunks else {
                    return metadata.leave("the file has too many boxes; the rest was not read")
                }
                guard let (type, start, size) = try Boxes(source).head(at: offset, in: range) else { break }
                guard size >= start - offset, size <= range.upperBound - offset else {
                    return metadata.note("a box says it is longer than what holds it")
                }
                try enter(type, start..<offset + size, depth: depth)
                offset += size
            }
            if offset < range.upperBound, depth == 0 { metadata.note("the file ends within a box") }
        }

        private mutating func enter(_ type: String, _ content: Range<Int>, depth: Int) throws(SourceError) {
            guard depth < 8 else { return }
            if depth == 0, type == "moov" { hasMovie = true }
            switch type {
            case "moov", "udta", "trak": try boxes(in: content, depth: depth + 1)
            case "meta":
                // In MP4 it is a full box, with four bytes of version and flags; in QuickTime it has none.
                let isPlain = try source.read(at: content.lowerBound + 4, count: 4).elementsEqual(Array("hdlr".utf8))
                try boxes(
                    in: min(content.lowerBound + (isPlain ? 0 : 4), content.upperBound)..<content.upperBound,
                    depth: depth + 1)
            case "uuid" where depth == 0:
                guard content.count <= C2PA.limit else {
                    return metadata.leave("a box uuid", bytes: content.count, limit: C2PA.limit)
                }
                let bytes = try source.read(at: content.lowerBound, count: content.count)
                if let store = C2PA.store(inUUID: bytes) { C2PA.read(store, into: &metadata) }
            case "keys": try readKeys(content)
            case "ilst": try readItems(content)
            case "tkhd" where metadata.width == nil:
                let facts = try source.read(at: content.upperBound - 8, count: 8)
                guard facts.count == 8, bigEndian(facts[0..<2]) > 0 else { return }
                metadata.width = bigEndian(facts[0..<2])
                metadata.height = bigEndian(facts[4..<6])
            default: break
            }
        }

        private mutating func readKeys(_ content: Range<Int>) throws(SourceError) {
            var offset = content.lowerBound + 8
            while offset + 8 <= content.upperBound, keys.count < 1000 {
                let size = bigEndian(try source.read(at: offset, count: 4)[...])
                guard size >= 8, size <= content.upperBound - offset, size < 1 << 16 else { return }
                keys.append(utf8OrLatin1(try source.read(at: offset + 8, count: size - 8)))
                offset += size
            }
        }

        /// The type of each item is the number of its key, or a name such as `©cmt`; a `data` box in the item has its text.
        private mutating func readItems(_ content: Range<Int>) throws(SourceError) {
            var offset = content.lowerBound
            while offset + 8 <= content.upperBound {
                let head = try source.read(at: offset, count: 24)
                let size = bigEndian(head.prefix(4))
                guard head.count == 24, size >= 24, size <= content.upperBound - offset else { return }
                let index = bigEndian(head[4..<8])
                let length = bigEndian(head[8..<12]) - 16
                if head[12..<16].elementsEqual(Array("data".utf8)), length >= 0, length <= size - 24 {
                    let name = Array(head[4..<8])
                    let isComment = name == [0xA9, 0x63, 0x6D, 0x74] || name == Array("desc".utf8)
                    let key =
                        (1...max(1, keys.count)).contains(index) && !keys.isEmpty
                        ? keys[index - 1] : isComment ? "Comment" : nil
                    if let key, length > ReadLimit.field {
                        metadata.leave("the text '\(key)'", bytes: length)
                    } else if let key {
                        metadata.add(key, try source.read(at: offset + 24, count: length))
                    }
                }
                offset += size
            }
        }
    }
}
