/// The captions of IPTC's IIM records in the APP13 segment of a JPEG. Source: IPTC-NAA IIM 4.2, record 2; Photoshop's image
/// resources.
enum IPTC {
    private static let names: [UInt8: String] = [
        5: "IPTC:ObjectName", 80: "IPTC:By-line", 110: "IPTC:Credit", 115: "IPTC:Source", 116: "IPTC:CopyrightNotice",
        120: "IPTC:Caption", 65: "IPTC:OriginatingProgram", 70: "IPTC:ProgramVersion", 40: "IPTC:SpecialInstructions",
    ]

    /// Reads the image resources; number 0x0404 has the records.
    static func read(resources data: ArraySlice<UInt8>, into metadata: inout Metadata) {
        var rest = data
        while rest.count >= 12, rest.starts(with: Array("8BIM".utf8)) {
            let id = bigEndian(rest.dropFirst(4).prefix(2))
            // A name after its length in one byte, padded to an even number of bytes.
            let name = Int(rest[rest.startIndex + 6]) + 1
            let head = 6 + name + name % 2
            guard rest.count >= head + 4 else { break }
            let size = bigEndian(rest.dropFirst(head).prefix(4))
            guard rest.count >= head + 4 + size else {
                return metadata.note("an image resource is longer than what holds it")
            }
            let body = rest.dropFirst(head + 4).prefix(size)
            if id == 0x0404 { records(body, into: &metadata) }
            rest = rest.dropFirst(head + 4 + size + size % 2)
        }
    }

    private static func records(_ data: ArraySlice<UInt8>, into metadata: inout Metadata) {
        var rest = data
        while rest.count >= 5, rest.first == 0x1C {
            let bytes = Array(rest.prefix(5))
            let size = bigEndian(bytes[3...4])
            // The highest bit marks records of more than 32 KiB, which are not captions.
            guard size < 0x8000, rest.count >= 5 + size else {
                return metadata.note("an IPTC record is longer than what holds it")
            }
            if bytes[1] == 2, let name = names[bytes[2]] { metadata.add(name, Array(rest.dropFirst(5).prefix(size))) }
            rest = rest.dropFirst(5 + size)
        }
    }
}
