/// The boxes of ISO's base media file format, which MP4, AVIF and JPEG XL share. Source: ISO/IEC 14496-12, 4.2.
struct Boxes<Source: ByteSource> {
    struct Box {
        let type: String
        let content: Range<Int>
    }

    let source: Source
    private(set) var visited = 0

    init(_ source: Source) { self.source = source }

    /// A box's type, the offset of its content, and the size that it claims, head included; nil if the file ends within the head.
    func head(at offset: Int, in range: Range<Int>) throws(SourceError) -> (type: String, start: Int, size: Int)? {
        let head = try source.read(at: offset, count: 16)
        guard head.count >= 8 else { return nil }
        let type = String(decoding: head[4..<8], as: UTF8.self)
        switch bigEndian(head[0..<4]) {
        case 1 where head.count == 16: return (type, offset + 16, bigEndian(head[8..<16]))
        case 0: return (type, offset + 8, range.upperBound - offset)
        case let size: return (type, offset + 8, size)
        }
    }

    /// Every box in a range; `isWhole` is false if one claims to be longer than the range. Boxes are skipped by their
    /// sizes, so that only the contents that a caller asks for are read.
    mutating func list(in range: Range<Int>) throws(SourceError) -> (boxes: [Box], isWhole: Bool) {
        var boxes: [Box] = []
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound {
            visited += 1
            guard visited < ReadLimit.chunks else { return (boxes, false) }
            guard let (type, start, size) = try head(at: offset, in: range), size >= start - offset else {
                return (boxes, false)
            }
            let isWhole = size <= range.upperBound - offset
            let end = isWhole ? offset + size : range.upperBound
            boxes.append(Box(type: type, content: min(start, end)..<end))
            guard isWhole else { return (boxes, false) }
            offset = end
        }
        return (boxes, offset == range.upperBound)
    }

    /// All of a box's bytes; nil if they are more than `limit`.
    func bytes(_ content: Range<Int>, limit: Int = ReadLimit.field) throws(SourceError) -> [UInt8]? {
        content.count <= limit ? try source.read(at: content.lowerBound, count: content.count) : nil
    }
}

/// A big-endian number of up to eight bytes; one that does not fit `Int` becomes the largest `Int`.
func bigEndian(_ bytes: some Collection<UInt8>) -> Int {
    Int(clamping: bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
}

func littleEndian(_ bytes: some BidirectionalCollection<UInt8>) -> Int {
    Int(clamping: bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
}
