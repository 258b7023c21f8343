/// The boxes of ISO's base media file format, which MP4, AVIF and JPEG XL share. Source: ISO/IEC 14496-12, 4.2.
struct Boxes<Source: ByteSource> {
    struct Box {
        let type: String
        let content: Range<Int>
    }

    let source: Source
    private(set) var visited = 0

    init(_ source: Source) { self.source = source }

    /// Every box in a range; `isWhole` is false where one says it is longer than what holds it. Boxes are skipped by
    /// their sizes, so that what nobody asks for is never read.
    mutating func list(in range: Range<Int>) throws(SourceError) -> (boxes: [Box], isWhole: Bool) {
        var boxes: [Box] = []
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound {
            visited += 1
            guard visited < ReadLimit.chunks else { return (boxes, false) }
            let head = try source.read(at: offset, count: 16)
            guard head.count >= 8 else { return (boxes, false) }
            var size = bigEndian(head[0..<4])
            var start = offset + 8
            if size == 1, head.count == 16 {
                size = bigEndian(head[8..<16])
                start = offset + 16
            } else if size == 0 {
                size = range.upperBound - offset
            }
            guard size >= start - offset else { return (boxes, false) }
            let isWhole = size <= range.upperBound - offset
            let end = isWhole ? offset + size : range.upperBound
            boxes.append(Box(type: String(decoding: head[4..<8], as: UTF8.self), content: min(start, end)..<end))
            guard isWhole else { return (boxes, false) }
            offset = end
        }
        return (boxes, offset == range.upperBound)
    }

    /// All of a box's bytes; nil where they are more than `limit`.
    func bytes(_ content: Range<Int>, limit: Int = ReadLimit.field) throws(SourceError) -> [UInt8]? {
        content.count <= limit ? try source.read(at: content.lowerBound, count: content.count) : nil
    }
}

/// Up to eight bytes as a number; one that no `Int` holds becomes the largest.
func bigEndian(_ bytes: some Collection<UInt8>) -> Int {
    Int(clamping: bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
}

func littleEndian(_ bytes: some BidirectionalCollection<UInt8>) -> Int {
    Int(clamping: bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
}
