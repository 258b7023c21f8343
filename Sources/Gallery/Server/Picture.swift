import Hummingbird
import Recipe

/// Which bytes from strangers a browser may show: pictures, recognized by their first bytes and never by a name. What could run a script,
/// such as SVG and HTML, is only offered as a file to keep.
enum Picture: String, Sendable {
    case png = "image/png"
    case jpeg = "image/jpeg"
    case webp = "image/webp"
    case gif = "image/gif"
    case avif = "image/avif"

    init?(_ bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(16))
        func has(_ text: [UInt8], at offset: Int = 0) -> Bool { head.dropFirst(offset).starts(with: text) }
        if has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if has([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if has(Array("RIFF".utf8)), has(Array("WEBP".utf8), at: 8) {
            self = .webp
        } else if has(Array("GIF87a".utf8)) || has(Array("GIF89a".utf8)) {
            self = .gif
        } else if has(Array("ftypavif".utf8), at: 4) || has(Array("ftypavis".utf8), at: 4) {
            self = .avif
        } else {
            return nil
        }
    }
}

extension Response {
    /// A picture to be shown where the bytes are one, else a file to be kept. `name` is what the person finds it as.
    init(file bytes: [UInt8], named name: String, keeping: Bool = false) {
        if !keeping, let picture = Picture(bytes) {
            self.init(bytes: bytes, type: picture.rawValue)
        } else {
            self.init(download: bytes, type: Picture(bytes)?.rawValue ?? "application/octet-stream", named: name)
        }
    }
}
