/// What an image file says about itself: its media type, its size in pixels, and its text fields in order.
package struct Metadata: Sendable {
    /// A text that a tool wrote into the file.
    package struct Field: Sendable, Equatable {
        /// What the container calls the field: a PNG keyword, an EXIF tag, a path of boxes.
        package let key: String
        /// UTF-8, whatever the container's encoding was.
        package let bytes: [UInt8]
    }

    /// According to the first bytes, not to the file's name.
    package var mediaType: String
    /// Pixels; nil if the header does not say, or if the file is not a picture.
    package var width: Int?
    /// Pixels, as ``width``.
    package var height: Int?
    /// How browsers turn the pixels before they show them, which they do for JPEG and PNG; nil if the file does not say.
    package var orientation: Orientation?
    package var fields: [Field] = []
    /// Whether the format keeps the generator's pixels exactly, so that they may contain a hidden text and their digest identifies them.
    package var isLossless = false
    package var isAnimated = false
    /// Whether it is a film, which contains all pictures of its batch.
    package var isFilm: Bool { isAnimated || mediaType.hasPrefix("video/") || mediaType == "image/gif" }
    /// The bytes of all fields together.
    private(set) var textBytes = 0
    /// What is wrong with the file, in words; empty if nothing is.
    package private(set) var damage: [String] = []
    /// What was not read because it is too large, in words. The file may be sound.
    package private(set) var unread: [String] = []

    package init(mediaType: String) { self.mediaType = mediaType }

    /// Adds a text field, whose writer may have used another encoding than the container prescribes.
    mutating func add(_ key: String, _ bytes: [UInt8]) {
        guard textBytes + bytes.count <= ReadLimit.fields else {
            return leave("the texts are longer than \(ReadLimit.fields >> 20) MiB together; the rest was not read")
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

    /// Adds all fields of a file beside this one.
    mutating func append(_ other: Metadata) {
        for field in other.fields { add(field.key, field.bytes) }
        for damage in other.damage { note(damage) }
        for part in other.unread { leave(part) }
    }

    /// Adds a message about damage, unless it is there already.
    mutating func note(_ damage: String) {
        if !self.damage.contains(damage) { self.damage.append(damage) }
    }

    /// Adds a message about what was not read, unless it is there already.
    mutating func leave(_ part: String) {
        if !unread.contains(part) { unread.append(part) }
    }

    /// Adds a message that something is larger than what is read of one text.
    mutating func leave(_ part: String, bytes: Int, limit: Int = ReadLimit.field) {
        leave("\(part) is too large and was not read: \(bytes) bytes, where \(max(0, limit)) are the limit")
    }

    /// Adds a message about a compressed text that was not read to its end; `bytes` are what was read of it.
    mutating func noteInflated(_ part: String, _ bytes: [UInt8], limit: Int = ReadLimit.field) {
        if bytes.count < limit {
            note("\(part) is broken")
        } else {
            leave("\(part) is too large and was not read to its end: it inflates to more than \(limit) bytes")
        }
    }

    /// The first field of this name.
    package func field(_ key: String) -> [UInt8]? { fields.first { $0.key == key }?.bytes }
    func text(_ key: String) -> String? { field(key).map { String(decoding: $0, as: UTF8.self) } }
}

/// Limits for reading files from unknown sources.
enum ReadLimit {
    /// One text field, stored or inflated. Bytes.
    static let field = 16 << 20
    /// All text fields of a file together. Bytes.
    static let fields = 24 << 20
    /// Sampling passes of one graph.
    static let passes = 256
    /// Chunks that are looked at in one file.
    static let chunks = 200_000
}
