/// The `name=value` pairs of FLAC and Ogg files. Source: Vorbis I specification, 5.2.
enum VorbisComment {
    static func read(_ data: ArraySlice<UInt8>, into metadata: inout Metadata) {
        var rest = data
        guard take(&rest) != nil, rest.count >= 4 else { return cut(&metadata) }
        let count = littleEndian(Array(rest.prefix(4)))
        rest = rest.dropFirst(4)
        for _ in 0..<min(count, 10_000) {
            guard let comment = take(&rest) else { return cut(&metadata) }
            guard let mark = comment.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: comment[..<mark], as: UTF8.self).lowercased()
            metadata.add(name, Array(comment[(mark + 1)...]))
        }
    }

    /// A text that follows its length in four little-endian bytes.
    private static func take(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.count >= 4 else { return nil }
        let length = littleEndian(Array(rest.prefix(4)))
        rest = rest.dropFirst(4)
        guard length <= rest.count else { return nil }
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }

    private static func cut(_ metadata: inout Metadata) { metadata.note("the comments are cut off") }
}
