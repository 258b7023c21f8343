/// The comments of a GIF. Source: GIF89a, sections 15 to 26.
enum GIF {
    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        let head = try source.read(at: 0, count: 13)
        guard head.count == 13, head[..<4].elementsEqual(Array("GIF8".utf8)) else { return nil }
        var metadata = Metadata(mediaType: "image/gif")
        metadata.width = Int(head[6]) | Int(head[7]) << 8
        metadata.height = Int(head[8]) | Int(head[9]) << 8
        var offset = 13 + colourTable(head[10])
        for _ in 0..<ReadLimit.chunks {
            let block = try source.read(at: offset, count: 10)
            switch block.first {
            case 0x3B: return metadata
            case 0x21 where block.count > 1:
                var comment: [UInt8] = []
                let isComment = block[1] == 0xFE
                guard let end = try subblocks(source, at: offset + 2, into: &comment, keep: isComment) else { break }
                if isComment { metadata.add("Comment", comment) }
                offset = end
                continue
            case 0x2C where block.count == 10:
                var nothing: [UInt8] = []
                let start = offset + 10 + colourTable(block[9]) + 1
                guard let end = try subblocks(source, at: start, into: &nothing, keep: false) else { break }
                offset = end
                continue
            default: break
            }
            break
        }
        metadata.note("the file ends before its trailer")
        return metadata
    }

    private static func colourTable(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }

    /// The offset after a chain of blocks; nil if the file ends within the chain.
    private static func subblocks(
        _ source: some ByteSource, at start: Int, into bytes: inout [UInt8], keep: Bool
    ) throws(SourceError) -> Int? {
        var offset = start
        while let length = try source.read(at: offset, count: 1).first {
            if length == 0 { return offset + 1 }
            if keep, bytes.count < ReadLimit.field { bytes += try source.read(at: offset + 1, count: Int(length)) }
            offset += 1 + Int(length)
        }
        return nil
    }
}
