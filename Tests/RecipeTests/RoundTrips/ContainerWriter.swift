import Testing

/// Writes texts into every container, as tools write them; what is not text is left out, for nobody looks at it.
enum ContainerWriter {
    /// A container with an encoding of its texts.
    struct Way: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The file that holds these fields.
        let write: @Sendable ([(key: String, text: String)]) -> [UInt8]
        /// Whether ComfyUI's `prompt` can be held, or only one comment.
        var holdsGraph = true
        /// Whether A1111's text has a place in it.
        var holdsText = true
        /// Whether only Latin-1 can be written.
        var isLatin = false
    }

    static let ways: [Way] = [
        Way(testDescription: "PNG tEXt in UTF-8") { fields in
            PNGBuilder.png(fields.flatMap { PNGBuilder.tEXt($0.key, $0.text) })
        },
        Way(
            testDescription: "PNG tEXt in Latin-1",
            write: { fields in PNGBuilder.png(fields.flatMap { PNGBuilder.tEXt($0.key, latin($0.text)) }) },
            isLatin: true),
        Way(testDescription: "PNG iTXt") { fields in
            PNGBuilder.png(fields.flatMap { PNGBuilder.iTXt($0.key, Array($0.text.utf8)) })
        },
        Way(testDescription: "PNG iTXt, compressed") { fields in
            PNGBuilder.png(
                fields.flatMap {
                    PNGBuilder.iTXt($0.key, PNGBuilder.zlibStored(Array($0.text.utf8)), isCompressed: true)
                })
        },
        Way(testDescription: "PNG zTXt") { fields in
            PNGBuilder.png(fields.flatMap { PNGBuilder.zTXt($0.key, zlib: PNGBuilder.zlibStored(Array($0.text.utf8))) })
        },
        Way(testDescription: "APNG comf") { fields in
            PNGBuilder.png(
                PNGBuilder.chunk("acTL", [0, 0, 0, 1, 0, 0, 0, 0]), fields.flatMap { PNGBuilder.comf($0.key, $0.text) })
        },
        Way(
            testDescription: "PNG eXIf, UTF-16LE",
            write: { PNGBuilder.png(PNGBuilder.chunk("eXIf", comment($0, big: false))) }, holdsGraph: false),
        Way(
            testDescription: "PNG XMP",
            write: { fields in
                PNGBuilder.png(PNGBuilder.iTXt("XML:com.adobe.xmp", xmp(fields[0].text)))
            }, holdsGraph: false),
        Way(
            testDescription: "JPEG, UTF-16BE in a little-endian block",
            write: { jpeg(0xE1, exif(comment($0, big: true))) }, holdsGraph: false),
        Way(testDescription: "JPEG, UTF-16LE", write: { jpeg(0xE1, exif(comment($0, big: false))) }, holdsGraph: false),
        Way(
            testDescription: "JPEG, raw UTF-8", write: { jpeg(0xE1, exif(tiff([(0x9286, Array($0[0].text.utf8))]))) },
            holdsGraph: false),
        Way(testDescription: "JPEG comment", write: { jpeg(0xFE, Array($0[0].text.utf8)) }, holdsGraph: false),
        Way(
            testDescription: "JPEG XMP",
            write: { jpeg(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + xmp($0[0].text)) }, holdsGraph: false),
        Way(testDescription: "WebP, still", write: { riff("EXIF", tiff(makeAndModel($0))) }, holdsText: false),
        Way(testDescription: "WebP, animated", write: { riff("EXIF", exif(tiff(makeAndModel($0)))) }, holdsText: false),
        Way(
            testDescription: "GIF",
            write: { fields in
                Array("GIF89a".utf8) + [8, 0, 8, 0, 0, 0, 0, 0x21, 0xFE] + blocks(Array(fields[0].text.utf8)) + [0x3B]
            }, holdsGraph: false),
        Way(testDescription: "MP4") {
            box("ftyp", Array("isom\0\0\0\0".utf8)) + box("mdat", [1, 2, 3]) + box("moov", box("udta", keys($0)))
        },
        Way(testDescription: "QuickTime") {
            box("ftyp", Array("qt  \0\0\0\0".utf8)) + box("moov", box("meta", keys($0).dropFirst(12).map { $0 }))
        },
        Way(testDescription: "Matroska") { matroska($0) },
        Way(testDescription: "AVIF", write: { avif(comment($0, big: false)) }, holdsGraph: false),
        Way(
            testDescription: "JPEG XL, EXIF", write: { jxl(box("Exif", [0, 0, 0, 0] + comment($0, big: false))) },
            holdsGraph: false),
        Way(testDescription: "JPEG XL, XMP", write: { jxl(box("xml ", xmp($0[0].text))) }, holdsGraph: false),
        Way(testDescription: "JPEG XL, comf", write: { jxl(box("comf", Array(bundle($0).utf8))) }, holdsText: false),
        Way(testDescription: "FLAC") { fields in
            let data = comments(fields)
            return Array("fLaC".utf8) + [0x84] + PNGBuilder.bigEndian(UInt32(data.count)).dropFirst() + data
        },
        Way(testDescription: "Opus over many pages") { pages(Array("OpusTags".utf8) + comments($0)) },
        Way(testDescription: "Vorbis") { pages([3] + Array("vorbis".utf8) + comments($0) + [1]) },
        Way(testDescription: "MP3, ID3v2.4 in UTF-8") { id3(4, $0) },
        Way(testDescription: "MP3, ID3v2.3 in UTF-16") { id3(3, $0) },
        Way(testDescription: "GLB") { fields in
            let json = Array("{\"asset\": {\"extras\": \(bundle(fields))}}".utf8)
            return Array("glTF".utf8) + little(2, 4) + little(UInt64(20 + json.count), 4)
                + little(UInt64(json.count), 4)
                + Array("JSON".utf8) + json
        },
        Way(
            testDescription: "SVG, CDATA",
            write: { fields in
                Array(
                    "<svg xmlns=\"http://www.w3.org/2000/svg\"><metadata><![CDATA[\(bundle(fields))]]></metadata></svg>"
                        .utf8)
            }, holdsText: false),
        Way(testDescription: "safetensors") { fields in
            let header = Array("{\"__metadata__\": \(bundle(fields))}".utf8)
            return little(UInt64(header.count), 8) + header
        },
    ]

    // MARK: - Parts

    private static func latin(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }

    static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    /// By scalars: a quote with an accent on it is one character, and still ends a string.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func bundle(_ fields: [(key: String, text: String)]) -> String {
        "{" + fields.map { "\(quoted($0.key)): \(quoted($0.text))" }.joined(separator: ", ") + "}"
    }

    private static func utf16(_ text: String, big: Bool) -> [UInt8] {
        text.utf16.flatMap { big ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)] }
    }

    /// A little-endian TIFF with one directory; values of type 7.
    static func tiff(_ entries: [(tag: UInt16, value: [UInt8])]) -> [UInt8] {
        var directory = little(UInt64(entries.count), 2)
        var data: [UInt8] = []
        let start = 8 + 2 + 12 * entries.count + 4
        for (tag, value) in entries.sorted(by: { $0.tag < $1.tag }) {
            let padded = value.count <= 4 ? value + [UInt8](repeating: 0, count: 4 - value.count) : nil
            directory += little(UInt64(tag), 2) + [7, 0] + little(UInt64(value.count), 4)
            directory += padded ?? little(UInt64(start + data.count), 4)
            if padded == nil { data += value }
        }
        return [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0] + directory + [0, 0, 0, 0] + data
    }

    private static func comment(_ fields: [(key: String, text: String)], big: Bool) -> [UInt8] {
        tiff([(0x9286, Array("UNICODE\0".utf8) + utf16(fields[0].text, big: big))])
    }

    private static func exif(_ tiff: [UInt8]) -> [UInt8] { Array("Exif\0\0".utf8) + tiff }

    /// As ComfyUI writes them: the first into Model, the others counting down from Make.
    private static func makeAndModel(_ fields: [(key: String, text: String)]) -> [(tag: UInt16, value: [UInt8])] {
        fields.enumerated().map { (0x0110 - UInt16($0.offset), Array("\($0.element.key):\($0.element.text)".utf8)) }
    }

    private static func jpeg(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] {
        let length = data.count + 2
        return [0xFF, 0xD8, 0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + data + [0xFF, 0xD9]
    }

    private static func xmp(_ text: String) -> [UInt8] {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return Array(
            """
            <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
            <rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/"><exif:UserComment><rdf:Alt><rdf:li>\(escaped)</rdf:li>\
            </rdf:Alt></exif:UserComment></rdf:Description></rdf:RDF></x:xmpmeta>
            """.utf8)
    }

    private static func riff(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let chunk =
            Array(type.utf8) + little(UInt64(data.count), 4) + data + [UInt8](repeating: 0, count: data.count % 2)
        return Array("RIFF".utf8) + little(UInt64(chunk.count + 4), 4) + Array("WEBP".utf8) + chunk
    }

    private static func blocks(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(255)
            result += [UInt8(part.count)] + part
            rest = rest.dropFirst(255)
        }
        return result + [0]
    }

    static func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
        PNGBuilder.bigEndian(UInt32(content.count + 8)) + Array(type.utf8) + content
    }

    private static func keys(_ fields: [(key: String, text: String)]) -> [UInt8] {
        let names = fields.flatMap { box("mdta", Array($0.key.utf8)) }
        let items = fields.enumerated().flatMap { index, field in
            let data = box("data", [0, 0, 0, 1, 0, 0, 0, 0] + Array(field.text.utf8))
            return PNGBuilder.bigEndian(UInt32(data.count + 8)) + PNGBuilder.bigEndian(UInt32(index + 1)) + data
        }
        let handler = box("hdlr", [0, 0, 0, 0, 0, 0, 0, 0] + Array("mdta".utf8) + [UInt8](repeating: 0, count: 13))
        let keys = box("keys", [0, 0, 0, 0] + PNGBuilder.bigEndian(UInt32(fields.count)) + names)
        return box("meta", [0, 0, 0, 0] + handler + keys + box("ilst", items))
    }

    private static func matroska(_ fields: [(key: String, text: String)]) -> [UInt8] {
        func element(_ id: [UInt8], _ content: [UInt8]) -> [UInt8] {
            id + [0x08] + PNGBuilder.bigEndian(UInt32(content.count)) + content
        }
        let tags = fields.flatMap { field in
            element(
                [0x67, 0xC8],
                element([0x45, 0xA3], Array(field.key.uppercased().utf8))
                    + element([0x44, 0x87], Array(field.text.utf8)))
        }
        let segment = element(
            [0x18, 0x53, 0x80, 0x67], element([0x12, 0x54, 0xC3, 0x67], element([0x73, 0x73], tags)))
        return element([0x1A, 0x45, 0xDF, 0xA3], element([0x42, 0x82], Array("matroska".utf8))) + segment
    }

    private static func jxl(_ box: [UInt8]) -> [UInt8] {
        [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]
            + self.box("ftyp", Array("jxl \0\0\0\0jxl ".utf8)) + box
            + self.box("jxlc", [0xFF, 0x0A])
    }

    private static func avif(_ tiff: [UInt8]) -> [UInt8] {
        let item = [0, 0, 0, 0] + tiff
        let kinds = box("iinf", [0, 0, 0, 0, 0, 1] + box("infe", [2, 0, 0, 0, 0, 1, 0, 0] + Array("Exif\0".utf8)))
        func places(_ offset: Int) -> [UInt8] {
            box(
                "iloc",
                [0, 0, 0, 0, 0x44, 0x00, 0, 1, 0, 1, 0, 0, 0, 1] + PNGBuilder.bigEndian(UInt32(offset))
                    + PNGBuilder.bigEndian(UInt32(item.count)))
        }
        let type = box("ftyp", Array("avif\0\0\0\0".utf8))
        func meta(_ offset: Int) -> [UInt8] { box("meta", [0, 0, 0, 0] + kinds + places(offset)) }
        return type + meta(type.count + meta(0).count + 8) + box("mdat", item)
    }

    private static func comments(_ fields: [(key: String, text: String)]) -> [UInt8] {
        fields.reduce(little(4, 4) + Array("none".utf8) + little(UInt64(fields.count), 4)) { data, field in
            let comment = Array("\(field.key)=\(field.text)".utf8)
            return data + little(UInt64(comment.count), 4) + comment
        }
    }

    /// An Ogg stream whose second packet goes on over pages of at most three segments.
    private static func pages(_ packet: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for packet in [Array("OpusHead".utf8), packet] {
            var lacing = [UInt8](repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
            var rest = packet[...]
            while !lacing.isEmpty {
                let part = Array(lacing.prefix(3))
                lacing.removeFirst(part.count)
                let size = part.reduce(0) { $0 + Int($1) }
                result +=
                    Array("OggS".utf8) + [UInt8](repeating: 0, count: 22) + [UInt8(part.count)] + part
                    + rest.prefix(size)
                rest = rest.dropFirst(size)
            }
        }
        return result
    }

    private static func id3(_ version: UInt8, _ fields: [(key: String, text: String)]) -> [UInt8] {
        func safe(_ size: Int) -> [UInt8] { [21, 14, 7, 0].map { UInt8(size >> $0 & 0x7F) } }
        let frames = fields.flatMap { field -> [UInt8] in
            let text =
                version == 4
                ? [3] + Array(field.key.utf8) + [0] + Array(field.text.utf8)
                : [1, 0xFF, 0xFE] + utf16(field.key, big: false) + [0, 0, 0xFE, 0xFF] + utf16(field.text, big: true)
            let size = version == 4 ? safe(text.count) : PNGBuilder.bigEndian(UInt32(text.count))
            return Array("TXXX".utf8) + size + [0, 0] + text
        }
        return Array("ID3".utf8) + [version, 0, 0] + safe(frames.count) + frames
    }
}
