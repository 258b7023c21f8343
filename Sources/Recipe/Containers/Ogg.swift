/// The comments of an Ogg file with Opus, Vorbis or FLAC. Source: RFC 3533; RFC 7845, 5.2; Vorbis I, 4.2.1.
enum Ogg {
    private static let heads: [(mark: [UInt8], type: String)] = [
        (Array("OpusTags".utf8), "audio/opus"), ([3] + Array("vorbis".utf8), "audio/ogg"),
    ]
    /// FLAC in Ogg has its comments in a block, after the block's head.
    private static let flacComment: UInt8 = 4

    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        guard try source.read(at: 0, count: 4).elementsEqual(Array("OggS".utf8)) else { return nil }
        var metadata = Metadata(mediaType: "audio/ogg")
        var offset = 0
        // A packet may continue over many pages, and the pages of several streams may alternate.
        var open: [Int: [UInt8]] = [:]
        var total = 0
        for _ in 0..<ReadLimit.chunks {
            let head = try source.read(at: offset, count: 27 + 255)
            guard head.count >= 27, head[..<4].elementsEqual(Array("OggS".utf8)) else { break }
            let stream = littleEndian(head[14..<18])
            let segments = Int(head[26])
            guard head.count >= 27 + segments else { break }
            var position = offset + 27 + segments
            for length in head[27..<27 + segments] {
                guard total < ReadLimit.fields, open.count <= 64 else {
                    metadata.leave("the comments are longer than what is read of them")
                    return metadata
                }
                let part = try source.read(at: position, count: Int(length))
                position += Int(length)
                total += part.count
                open[stream, default: []] += part
                guard length < 255 else { continue }
                let packet = open.removeValue(forKey: stream) ?? []
                if take(packet, into: &metadata) { return metadata }
            }
            offset = position
        }
        metadata.note("the file ends before its comments")
        return metadata
    }

    /// Whether the packet held the comments.
    private static func take(_ packet: [UInt8], into metadata: inout Metadata) -> Bool {
        for head in heads where packet.starts(with: head.mark) {
            metadata.mediaType = head.type
            VorbisComment.read(packet[head.mark.count...], into: &metadata)
            return true
        }
        guard packet.count > 4, packet[0] & 0x7F == flacComment, bigEndian(packet[1...3]) == packet.count - 4 else {
            return false
        }
        VorbisComment.read(packet[4...], into: &metadata)
        return true
    }
}
