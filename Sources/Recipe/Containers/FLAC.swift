/// The comments of a FLAC file. Source: RFC 9639, section 8.
enum FLAC {
    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        guard try source.read(at: 0, count: 4).elementsEqual(Array("fLaC".utf8)) else { return nil }
        var metadata = Metadata(mediaType: "audio/flac")
        var offset = 4
        // The last block is marked. There are 128 types of blocks, and most of them occur once.
        for _ in 0..<1024 {
            let head = try source.read(at: offset, count: 4)
            guard head.count == 4 else { break }
            let length = bigEndian(head[1...3])
            let data = head[0] & 0x7F == 4 ? try source.read(at: offset + 4, count: length) : []
            if head[0] & 0x7F == 4 { VorbisComment.read(data[...], into: &metadata) }
            guard length <= source.count - offset - 4 else { break }
            if head[0] & 0x80 != 0 { return metadata }
            offset += 4 + length
        }
        metadata.note("the file ends before its sound")
        return metadata
    }
}
