/// The text chunks of a PNG or APNG: `tEXt`, `zTXt`, `iTXt` and ComfyUI's private `comf`, anywhere before IEND, and the
/// chunks with EXIF, XMP and C2PA.
///
/// Source: PNG specification, third edition, 11.3; C2PA technical specification, A.3.3; `comf` as ComfyUI's SaveAnimatedPNG writes it, after the last frame.
package enum PNG {
    package static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Reads all fields; of a truncated or damaged file those that could be read, with the damage in `damage`.
    /// Nil when the source is not a PNG.
    package static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        guard try source.read(at: 0, count: 8) == signature else { return nil }
        var reader = Reader(metadata: Metadata(mediaType: "image/png"))
        try reader.walk(source)
        return reader.metadata
    }

    private struct Reader {
        var metadata: Metadata
        /// Whether any have been passed.
        var hasPixels = false

        mutating func walk(_ source: some ByteSource) throws(SourceError) {
            var offset = 8
            for _ in 0..<ReadLimit.chunks {
                let head = try source.read(at: offset, count: 8)
                guard head.count == 8 else { return damage("the file ends before its IEND chunk") }
                let length = bigEndian(head[0..<4])
                let type = String(decoding: head[4..<8], as: UTF8.self)
                guard length <= source.count - offset - 12 else {
                    // The beginning of a text that is cut off may still be useful.
                    try take(
                        type, head: head, source: source, offset: offset, length: source.count - offset - 8, cut: true)
                    return damage("the chunk \(type) says it is longer than the file")
                }
                guard type != "IEND" else { return }
                try take(type, head: head, source: source, offset: offset, length: length, cut: false)
                offset += 12 + length
            }
            metadata.leave("the file has more than \(ReadLimit.chunks) chunks; the rest was not read")
        }

        private mutating func take(
            _ type: String, head: [UInt8], source: some ByteSource, offset: Int, length: Int, cut: Bool
        ) throws(SourceError) {
            if type == "IDAT" { hasPixels = true }
            guard ["IHDR", "tEXt", "zTXt", "iTXt", "comf", "acTL", "eXIf", "caBX"].contains(type) else { return }
            let limit = min(ReadLimit.field, ReadLimit.fields - metadata.textBytes)
            guard length >= 0, length <= limit else {
                // Their keys come first.
                let key =
                    type == "eXIf" || type == "caBX" ? nil : split(try source.read(at: offset + 8, count: 80)[...])
                let name = key.map { "the text '\(utf8OrLatin1(Array($0.0)))'" } ?? "a \(type) chunk"
                return metadata.leave(name, bytes: length, limit: limit)
            }
            let data = try source.read(at: offset + 8, count: length)
            if !cut {
                let stored = try source.read(at: offset + 8 + length, count: 4)
                if bigEndian(stored) != Int(crc32(head[4..<8], data)) {
                    damage("the checksum of a \(type) chunk is wrong")
                }
            }
            switch type {
            case "IHDR" where data.count >= 8:
                metadata.isLossless = true
                metadata.width = bigEndian(data[0..<4])
                metadata.height = bigEndian(data[4..<8])
            case "acTL":
                metadata.mediaType = "image/apng"
                metadata.isAnimated = true
            case "tEXt", "comf": plain(data)
            case "zTXt": compressed(data)
            case "iTXt": international(data)
            case "eXIf":
                let orientation = EXIF.read(data, into: &metadata)
                // Pictures are shown while they come, so browsers ignore what comes after the pixels.
                if !hasPixels { metadata.orientation = metadata.orientation ?? orientation }
            case "caBX": C2PA.read(data, into: &metadata)
            default: break
            }
        }

        /// `key NUL text`
        private mutating func plain(_ data: [UInt8]) {
            guard let (key, text) = split(data[...]) else { return damage("a text chunk has no key") }
            add(key, text: Array(text))
        }

        /// `key NUL method zlib`
        private mutating func compressed(_ data: [UInt8]) {
            guard let (key, rest) = split(data[...]), rest.first == 0 else {
                return damage("a zTXt chunk is malformed")
            }
            add(key, inflating: rest.dropFirst())
        }

        /// `key NUL flag method language NUL translated-key NUL text`
        private mutating func international(_ data: [UInt8]) {
            guard let (key, rest) = split(data[...]), rest.count >= 2,
                let (_, afterLanguage) = split(rest.dropFirst(2)), let (_, text) = split(afterLanguage)
            else { return damage("an iTXt chunk is malformed") }
            if rest[rest.startIndex] == 1 { add(key, inflating: text) } else { add(key, text: Array(text)) }
        }

        private mutating func add(_ key: ArraySlice<UInt8>, inflating stream: ArraySlice<UInt8>) {
            let limit = min(ReadLimit.field, ReadLimit.fields - metadata.textBytes)
            let (bytes, complete) = inflate(stream, limit: limit)
            if !complete { metadata.noteInflated("a compressed text", bytes, limit: limit) }
            add(key, text: bytes)
        }

        private mutating func add(_ key: ArraySlice<UInt8>, text: [UInt8]) {
            let key = utf8OrLatin1(Array(key))
            guard key != "XML:com.adobe.xmp" else { return XMP.read(text, into: &metadata) }
            metadata.add(key, text)
        }

        private mutating func damage(_ what: String) {
            metadata.note(what)
        }

        private func split(_ data: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
            guard let end = data.firstIndex(of: 0) else { return nil }
            return (data[..<end], data[(end + 1)...])
        }
    }
}
