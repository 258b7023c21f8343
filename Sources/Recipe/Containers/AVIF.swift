/// The EXIF and XMP items of an AVIF or HEIF image. Source: ISO/IEC 23008-12, 6 and A.2; ISO/IEC 14496-12, 8.11.
enum AVIF {
    private static let brands: Set<String> = ["avif", "avis", "mif1", "msf1", "heic", "heix", "heif"]

    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        let head = try source.read(at: 0, count: 12)
        guard head.count == 12, head[4..<8].elementsEqual(Array("ftyp".utf8)),
            brands.contains(String(decoding: head[8..<12], as: UTF8.self))
        else { return nil }
        let isHEIC = head[8..<11].elementsEqual(Array("hei".utf8))
        var reader = Reader(boxes: Boxes(source), metadata: Metadata(mediaType: isHEIC ? "image/heic" : "image/avif"))
        try reader.read()
        return reader.metadata
    }

    private struct Reader<Source: ByteSource> {
        var boxes: Boxes<Source>
        var metadata: Metadata
        /// The kind of an item: `Exif`, or the MIME type of a `mime` item.
        var kinds: [Int: String] = [:]
        var places: [Int: [Range<Int>]] = [:]

        mutating func read() throws(SourceError) {
            let (top, isWhole) = try boxes.list(in: 0..<boxes.source.count)
            if !isWhole { metadata.note("the file ends within a box") }
            guard let meta = top.first(where: { $0.type == "meta" }) else {
                return metadata.note("the file has no description of its image; it may be cut off")
            }
            for box in top where box.type == "uuid" {
                guard let bytes = try boxes.bytes(box.content, limit: C2PA.limit) else {
                    metadata.leave("a box uuid", bytes: box.content.count, limit: C2PA.limit)
                    continue
                }
                if let store = C2PA.store(inUUID: bytes) { C2PA.read(store, into: &metadata) }
            }
            let inner = try boxes.list(
                in: min(meta.content.lowerBound + 4, meta.content.upperBound)..<meta.content.upperBound)
            let data = inner.boxes.first { $0.type == "idat" }?.content
            for box in inner.boxes {
                switch box.type {
                case "iinf": try kinds(box.content)
                case "iloc": try places(box.content, data: data)
                case "iprp": try size(box.content)
                default: break
                }
            }
            try items()
        }

        private mutating func kinds(_ content: Range<Int>) throws(SourceError) {
            let version = try boxes.source.read(at: content.lowerBound, count: 1).first ?? 0
            let start = content.lowerBound + 4 + (version == 0 ? 2 : 4)
            guard start <= content.upperBound else { return }
            for box in try boxes.list(in: start..<content.upperBound).boxes where box.type == "infe" {
                guard let entry = try boxes.bytes(box.content, limit: 4096), let version = entry.first, version >= 2
                else {
                    continue
                }
                let wide = version == 2 ? 2 : 4
                guard entry.count >= 4 + wide + 6 else { continue }
                let id = bigEndian(entry[4..<4 + wide])
                let type = String(decoding: entry[(6 + wide)..<(10 + wide)], as: UTF8.self)
                guard type == "mime" else { kinds[id] = type; continue }
                // A name, then the MIME type, each ended by a NUL.
                let afterName = entry[(10 + wide)...].drop { $0 != 0 }.dropFirst()
                kinds[id] = String(decoding: afterName.prefix { $0 != 0 }, as: UTF8.self)
            }
        }

        /// Finds where each item is: in the file, or in the box `idat`.
        private mutating func places(_ content: Range<Int>, data: Range<Int>?) throws(SourceError) {
            guard let bytes = try boxes.bytes(content, limit: 1 << 20), bytes.count >= 8 else { return }
            var reader = Numbers(bytes[...])
            guard let version = reader.next(1), reader.next(3) != nil, let sizes = reader.next(2) else { return }
            let (offsetSize, lengthSize, baseSize) = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15)
            let indexSize = version > 0 ? sizes & 15 : 0
            guard let count = reader.next(version < 2 ? 2 : 4) else { return }
            for _ in 0..<min(count, 10_000) {
                guard let id = reader.next(version < 2 ? 2 : 4), let method = version > 0 ? reader.next(2) : 0,
                    reader.next(2) != nil, let base = reader.next(baseSize), let extents = reader.next(2)
                else { return metadata.note("the table of items is cut off") }
                for _ in 0..<extents {
                    guard reader.next(indexSize) != nil, let offset = reader.next(offsetSize),
                        let length = reader.next(lengthSize)
                    else { return metadata.note("the table of items is cut off") }
                    let origin = method & 15 == 1 ? data?.lowerBound : 0
                    let end = method & 15 == 1 ? data?.upperBound : boxes.source.count
                    guard let origin, let end, base <= end, offset <= end - base else { continue }
                    let start = origin + base + offset
                    guard start <= end, length <= end - start else { continue }
                    places[id, default: []].append(start..<start + length)
                }
            }
        }

        private mutating func size(_ content: Range<Int>) throws(SourceError) {
            for box in try boxes.list(in: content).boxes where box.type == "ipco" {
                for property in try boxes.list(in: box.content).boxes where property.type == "ispe" {
                    guard let bytes = try boxes.bytes(property.content, limit: 64), bytes.count >= 12 else { continue }
                    // The largest item is the whole image; the others are its tiles or thumbnails.
                    let (width, height) = (bigEndian(bytes[4..<8]), bigEndian(bytes[8..<12]))
                    if width > metadata.width ?? 0 { (metadata.width, metadata.height) = (width, height) }
                }
            }
        }

        private mutating func items() throws(SourceError) {
            for (id, kind) in kinds.sorted(by: { $0.key < $1.key }) {
                guard kind == "Exif" || kind == "application/rdf+xml" else { continue }
                guard let parts = places[id] else {
                    metadata.note("an item of kind \(kind) lies outside the file")
                    continue
                }
                let size = parts.reduce(0) { $0 + $1.count }
                guard size <= ReadLimit.field else {
                    metadata.leave("an item of kind \(kind)", bytes: size)
                    continue
                }
                var bytes: [UInt8] = []
                for part in parts { bytes += try boxes.source.read(at: part.lowerBound, count: part.count) }
                if kind == "Exif" {
                    EXIF.read(afterOffset: bytes, "item", into: &metadata)
                } else {
                    XMP.read(bytes, into: &metadata)
                }
            }
        }
    }
}

/// Reads numbers of given sizes one after the other; nil at the end.
struct Numbers {
    private(set) var rest: ArraySlice<UInt8>
    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// A big-endian number of `size` bytes; 0 if `size` is 0.
    mutating func next(_ size: Int) -> Int? {
        guard rest.count >= size else { return nil }
        defer { rest = rest.dropFirst(size) }
        return bigEndian(rest.prefix(size))
    }
}
