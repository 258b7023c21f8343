/// The header of a safetensors file, in which a merge or a latent names what it was made from. Source: the safetensors format;
/// ComfyUI's ModelSave and SaveLatent, which write `prompt` and `workflow` into `__metadata__`.
package enum Safetensors {
    /// The largest header that the specification allows. Bytes.
    package static let headerLimit = 100_000_000

    static let mediaType = "application/x-safetensors"

    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        guard let (length, isWhole) = try headerLength(source) else { return nil }
        var metadata = Metadata(mediaType: mediaType)
        guard isWhole, length <= ReadLimit.field else {
            if isWhole { metadata.leave("the header", bytes: length) } else { metadata.note("the header is cut off") }
            return metadata
        }
        guard let header = try? JSONParser.parse(try source.read(at: 8, count: length)), header.object != nil else {
            metadata.note("the header is broken")
            return metadata
        }
        if let claims = header["__metadata__"]?.object { metadata.add(claims) }
        return metadata
    }

    /// The header's length, and whether all of it is there; nil if the file does not begin like a safetensors file.
    package static func headerLength(_ source: some ByteSource) throws(SourceError) -> (length: Int, isWhole: Bool)? {
        let head = try source.read(at: 0, count: 9)
        guard head.count == 9, head[8] == UInt8(ascii: "{") else { return nil }
        let length = littleEndian(head[..<8])
        guard length >= 2, length <= headerLimit else { return nil }
        return (length, length <= source.count - 8)
    }
}
