/// The containers that are read. A file's first bytes tell its container; its name does not count.
package enum Container {
    /// The suffixes of the files that are looked for in a folder of outputs.
    package static let suffixes = [
        ".png", ".apng", ".jpg", ".jpeg", ".webp", ".gif", ".avif", ".heic", ".jxl", ".svg", ".mp4", ".m4v", ".mov",
        ".webm", ".mkv", ".flac", ".opus", ".ogg", ".mp3", ".glb", ".latent",
    ]

    /// Nil if the file is not one of them.
    package static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        if let found = try PNG.read(source) { return found }
        if let found = try JPEG.read(source) { return found }
        if let found = try WebP.read(source) { return found }
        if let found = try GIF.read(source) { return found }
        if let found = try AVIF.read(source) { return found }
        if let found = try MP4.read(source) { return found }
        if let found = try Matroska.read(source) { return found }
        if let found = try JXL.read(source) { return found }
        if let found = try FLAC.read(source) { return found }
        if let found = try Ogg.read(source) { return found }
        if let found = try MP3.read(source) { return found }
        if let found = try GLB.read(source) { return found }
        if let found = try Safetensors.read(source) { return found }
        return try SVG.read(source)
    }
}

/// The text up to the first NUL.
func textOfUTF16(_ bytes: ArraySlice<UInt8>, isLittle: Bool) -> String {
    var units: [UInt16] = []
    var rest = bytes
    while let first = rest.popFirst(), let second = rest.popFirst() {
        units.append(isLittle ? UInt16(second) << 8 | UInt16(first) : UInt16(first) << 8 | UInt16(second))
    }
    return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
}

/// Some writers put UTF-8 where the specification says Latin-1: valid UTF-8 is taken as such.
func utf8OrLatin1(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return text
}
