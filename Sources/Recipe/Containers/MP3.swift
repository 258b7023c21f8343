/// The texts of an MP3's ID3 tag: comments, and `TXXX` frames with their descriptions as keys. Source: ID3v2.3 and ID3v2.4.
enum MP3 {
    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        let head = try source.read(at: 0, count: 10)
        guard head.count == 10, head[..<3].elementsEqual(Array("ID3".utf8)), head[3] < 0xFF, head[4] < 0xFF,
            head[6...9].allSatisfy({ $0 < 0x80 })
        else { return nil }
        var metadata = Metadata(mediaType: "audio/mpeg")
        guard head[3] == 3 || head[3] == 4 else { return metadata }
        let size = syncSafe(head[6...9])
        guard size <= ReadLimit.fields else {
            metadata.leave("an ID3 tag", bytes: size, limit: ReadLimit.fields)
            return metadata
        }
        var tag = try source.read(at: 10, count: size)
        if tag.count < size { metadata.note("the ID3 tag is cut off") }
        let isScrambled = head[5] & 0x80 != 0
        if isScrambled, head[3] == 3 { tag = synchronised(tag[...]) }
        var rest = tag[...]
        if head[5] & 0x40 != 0, rest.count >= 4 {
            // In version 4 the size of the extended header includes the size field.
            let extended = head[3] == 4 ? syncSafe(rest.prefix(4)) : bigEndian(rest.prefix(4)) + 4
            rest = rest.dropFirst(max(4, extended))
        }
        frames(rest, version: head[3], into: &metadata)
        return metadata
    }

    private static func frames(_ tag: ArraySlice<UInt8>, version: UInt8, into metadata: inout Metadata) {
        var rest = tag
        while rest.count > 10, let first = rest.first, first != 0 {
            let head = Array(rest.prefix(10))
            let size = version == 4 ? syncSafe(head[4...7]) : bigEndian(head[4...7])
            guard size <= rest.count - 10 else { return metadata.note("an ID3 frame is longer than its tag") }
            var content = rest.dropFirst(10).prefix(size)
            rest = rest.dropFirst(10 + size)
            if version == 4 {
                // A frame may state its length a second time, and may be unsynchronized by itself.
                if head[9] & 0x01 != 0 { content = content.dropFirst(4) }
                if head[9] & 0x02 != 0 { content = synchronised(content)[...] }
                guard head[9] & 0x0C == 0 else { continue }
            }
            text(String(decoding: head[..<4], as: UTF8.self), content, into: &metadata)
        }
    }

    private static func text(_ id: String, _ content: ArraySlice<UInt8>, into metadata: inout Metadata) {
        guard let encoding = content.first, id == "TXXX" || id == "COMM" else { return }
        // A comment begins with its language.
        let body = content.dropFirst(id == "COMM" ? 4 : 1)
        let isWide = encoding == 1 || encoding == 2
        guard let (description, value) = split(body, isWide: isWide) else { return }
        let key = decode(description, encoding)
        metadata.add(key.isEmpty ? "Comment" : key.lowercased(), Array(decode(value, encoding).utf8))
    }

    private static func split(
        _ bytes: ArraySlice<UInt8>, isWide: Bool
    ) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
        guard isWide else {
            return bytes.firstIndex(of: 0).map { (bytes[..<$0], bytes[($0 + 1)...]) }
        }
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            if bytes[index] == 0, bytes[index + 1] == 0 { return (bytes[..<index], bytes[(index + 2)...]) }
            index += 2
        }
        return nil
    }

    private static func decode(_ bytes: ArraySlice<UInt8>, _ encoding: UInt8) -> String {
        switch encoding {
        case 1, 2:
            let isLittle = bytes.starts(with: [0xFF, 0xFE])
            let hasMark = isLittle || bytes.starts(with: [0xFE, 0xFF])
            return textOfUTF16(bytes.dropFirst(hasMark ? 2 : 0), isLittle: isLittle)
        default: return utf8OrLatin1(Array(bytes.prefix { $0 != 0 }))
        }
    }

    /// A number with seven bits in each byte, so that no player takes it for the start of the sound.
    private static func syncSafe(_ bytes: some Collection<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 7 | Int($1 & 0x7F) }
    }

    /// Undoes unsynchronization: removes the zero after every 0xFF.
    private static func synchronised(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var previous: UInt8 = 0
        for byte in bytes {
            if !(byte == 0 && previous == 0xFF) { result.append(byte) }
            previous = byte
        }
        return result
    }
}
