/// What an image file says of itself: its kind, its size in pixels, and its text fields in their order.
package struct Metadata: Sendable {
    /// A text that a tool wrote into the file.
    package struct Field: Sendable, Equatable {
        /// What the container calls the field: a PNG keyword, an EXIF tag, a path of boxes.
        package let key: String
        /// UTF-8, whatever the container's encoding was.
        package let bytes: [UInt8]
    }

    /// Told by the first bytes, never by the file's name.
    package var mediaType: String
    /// Pixels; nil if the header does not say or there are none.
    package var width: Int?
    /// Pixels, as ``width``.
    package var height: Int?
    package var fields: [Field] = []
    /// Whether the pixels are those that the generator gave, so that texts may hide in them and a digest tells them apart.
    package var isLossless = false
    package var isAnimated = false
    /// Whether it shows one picture after the other: all that were made with it.
    package var isFilm: Bool { isAnimated || mediaType.hasPrefix("video/") || mediaType == "image/gif" }
    /// Bytes of all fields together.
    private(set) var textBytes = 0
    /// What was wrong with the file, in words; empty for a sound one.
    package var damage: [String] = []

    package init(mediaType: String) { self.mediaType = mediaType }

    /// Adds a text field whose writer may have used another encoding than the container says.
    mutating func add(_ key: String, _ bytes: [UInt8]) {
        guard textBytes + bytes.count <= ReadLimit.fields else {
            return note("the texts are longer than \(ReadLimit.fields >> 20) MiB; the rest was not read")
        }
        textBytes += bytes.count
        let isPlain = bytes.withUnsafeBytes { buffer in
            // Eight at a time: texts are long, and most are ASCII.
            let words = buffer.count / 8
            for word in 0..<words
            where buffer.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
                return false
            }
            return buffer[(words * 8)...].allSatisfy { $0 < 0x80 }
        }
        fields.append(.init(key: key, bytes: isPlain ? bytes : Array(utf8OrLatin1(bytes).utf8)))
    }

    /// Adds every member of an object as a field: texts as they are, everything else as JSON.
    mutating func add(_ object: JSON.Object) {
        for (key, value) in object.members { add(key, Array((value.string ?? value.compact()).utf8)) }
    }

    /// Adds all that a file beside this one says.
    mutating func append(_ other: Metadata) {
        for field in other.fields { add(field.key, field.bytes) }
        for damage in other.damage { note(damage) }
    }

    /// Says what was wrong, once.
    mutating func note(_ damage: String) {
        if !self.damage.contains(damage) { self.damage.append(damage) }
    }

    /// The first field of this name.
    package func field(_ key: String) -> [UInt8]? { fields.first { $0.key == key }?.bytes }
    func text(_ key: String) -> String? { field(key).map { String(decoding: $0, as: UTF8.self) } }
}

/// Limits for what is read from files that anyone may have made. Bytes.
enum ReadLimit {
    /// One text field, as stored or inflated.
    static let field = 16 << 20
    /// All text fields of a file together.
    static let fields = 24 << 20
    /// Sampling passes of one graph; nobody samples so often.
    static let passes = 256
    /// Chunks that are looked at in one file.
    static let chunks = 200_000
}
