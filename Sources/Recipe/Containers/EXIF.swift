/// The texts of an EXIF block, which is a TIFF file; tools write their records into its directories IFD0 and Exif.
///
/// Source: TIFF 6.0, section 2; EXIF 2.32, 4.6.5 (UserComment).
enum EXIF {
    private enum Tag {
        static let exifDirectory = 0x8769
        static let userComment = 0x9286
        static let orientation = 0x0112
        static let names = [
            0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x0131: "Software", userComment: "UserComment",
            0x013B: "Artist", 0x927C: "MakerNote", 0x9C9C: "XPComment",
        ]
    }

    /// Adds the texts of `block` and gives the picture's orientation. An `Exif\0\0` before the TIFF header is allowed in every container, since some writers of WebP
    /// put it there.
    @discardableResult static func read(_ block: [UInt8], into metadata: inout Metadata) -> Orientation? {
        let prefix: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
        let tiff = block.starts(with: prefix) ? Array(block.dropFirst(prefix.count)) : block
        let isLittle = tiff.starts(with: [0x49, 0x49])
        guard isLittle || tiff.starts(with: [0x4D, 0x4D]), tiff.count >= 8 else {
            metadata.note("the EXIF block has no TIFF header")
            return nil
        }
        return Reader(bytes: tiff, isLittle: isLittle).read(into: &metadata)
    }

    /// The same for an AVIF item or a JPEG XL box, which begins with the offset of the TIFF header, in four bytes. `place`
    /// names the item or box in a message.
    static func read(afterOffset block: [UInt8], _ place: String, into metadata: inout Metadata) {
        let skip = bigEndian(block.prefix(4))
        guard block.count >= 4, skip <= block.count - 4 else { return metadata.note("the EXIF \(place) is cut off") }
        read(Array(block[(4 + skip)...]), into: &metadata)
    }

    private struct Reader {
        let bytes: [UInt8]
        let isLittle: Bool

        func read(into metadata: inout Metadata) -> Orientation? {
            var orientation: Orientation?
            // Each directory is read once, so that directories that point at each other come to an end.
            var pending = [number(at: 4, count: 4)]
            var seen: Set<Int> = []
            while let offset = pending.popLast(), seen.count < 16 {
                guard seen.insert(offset).inserted else { continue }
                let count = number(at: offset, count: 2)
                guard offset + 2 + 12 * count <= bytes.count else {
                    metadata.note("an EXIF directory is cut off")
                    continue
                }
                for index in 0..<count {
                    let entry = offset + 2 + 12 * index
                    let tag = number(at: entry, count: 2)
                    // A number of two bytes, and the first directory's: a later one is about another picture.
                    if tag == Tag.orientation, seen.count == 1, number(at: entry + 2, count: 2) == 3,
                        number(at: entry + 4, count: 4) == 1
                    {
                        orientation = Orientation(rawValue: Int32(number(at: entry + 8, count: 2)))
                    }
                    if tag == Tag.exifDirectory { pending.append(number(at: entry + 8, count: 4)) }
                    guard let name = Tag.names[tag] else { continue }
                    guard let value = value(of: entry) else {
                        metadata.note("the EXIF field \(name) is cut off")
                        continue
                    }
                    add(name, value, to: &metadata)
                }
            }
            return orientation
        }

        private func add(_ name: String, _ value: [UInt8], to metadata: inout Metadata) {
            let text: [UInt8]
            switch name {
            case "UserComment": text = userComment(value)
            case "XPComment": text = utf16(value[...], isLittle: true)
            default: text = Array(value.prefix { $0 != 0 })
            }
            // ComfyUI writes `prompt:{…}` into Model and `workflow:{…}` into Make; savers write `Prompt: {…}` elsewhere.
            if let mark = text.prefix(64).firstIndex(of: UInt8(ascii: ":")),
                let start = text[(mark + 1)...].firstIndex(where: { $0 != 0x20 }), start <= mark + 2,
                text[start] == UInt8(ascii: "{"),
                text[..<mark].allSatisfy({ $0 == UInt8(ascii: "_") || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) }),
                mark > 0
            {
                let key = String(decoding: text[..<mark], as: UTF8.self)
                let isComfy = ["prompt", "workflow"].contains(key.lowercased())
                metadata.add(isComfy ? key.lowercased() : key, Array(text[start...]))
            } else {
                metadata.add(name, text)
            }
        }

        /// The bytes of an entry: up to four are in the entry itself, more are at the offset in it.
        private func value(of entry: Int) -> [UInt8]? {
            let sizes = [1: 1, 2: 1, 7: 1, 6: 1]
            guard let size = sizes[number(at: entry + 2, count: 2)] else { return [] }
            let count = number(at: entry + 4, count: 4) * size
            let start = count <= 4 ? entry + 8 : number(at: entry + 8, count: 4)
            guard start + count <= bytes.count else { return nil }
            return Array(bytes[start..<start + count])
        }

        /// The first eight bytes name the encoding. After `UNICODE`, some writers use big-endian order whatever the TIFF header
        /// says, so the positions of the zero bytes decide.
        private func userComment(_ value: [UInt8]) -> [UInt8] {
            let head = value.prefix(8)
            if head.elementsEqual(Array("UNICODE\0".utf8)) {
                let body = value.dropFirst(8)
                if body.starts(with: [0xFF, 0xFE]) { return utf16(body.dropFirst(2), isLittle: true) }
                if body.starts(with: [0xFE, 0xFF]) { return utf16(body.dropFirst(2), isLittle: false) }
                let sample = body.prefix(1000).enumerated().filter { $0.element == 0 }
                let even = sample.count { $0.offset % 2 == 0 }
                return utf16(body, isLittle: even * 2 < sample.count || (sample.isEmpty && isLittle))
            }
            let hasHead =
                head.elementsEqual(Array("ASCII\0\0\0".utf8)) || head.starts(with: Array("JIS\0".utf8))
                || (head.count == 8 && head.allSatisfy { $0 == 0 })
            return Array((hasHead ? value.dropFirst(8) : value[...]).prefix { $0 != 0 })
        }

        private func utf16(_ bytes: ArraySlice<UInt8>, isLittle: Bool) -> [UInt8] {
            Array(textOfUTF16(bytes, isLittle: isLittle).utf8)
        }

        private func number(at offset: Int, count: Int) -> Int {
            guard offset >= 0, offset + count <= bytes.count else { return 0 }
            let part = bytes[offset..<offset + count]
            return isLittle ? part.reversed().reduce(0) { $0 << 8 | Int($1) } : part.reduce(0) { $0 << 8 | Int($1) }
        }
    }
}
