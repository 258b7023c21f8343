import Recipe
import Store

/// Where a link leads: a place of the gallery, or one of a site that this program names. What an image says is only ever a value in its
/// query, so no text makes it a script or another site.
struct Address: Sendable, Equatable {
    let text: String

    /// A place of the gallery: `root` begins with a slash, and `parts` lie below it.
    init(_ root: StaticString, _ parts: [String] = [], _ query: [(name: String, value: String)] = []) {
        text = root.description + parts.map { "/" + Self.encoded($0) }.joined() + Self.query(query)
    }

    /// The page of an image, or what is below it.
    static func image(
        _ id: Digest, _ below: String..., query: [(name: String, value: String)] = []
    ) -> Address { Address("/image", [id.hex] + below, query) }

    /// The library as a query shows it.
    static func library(
        _ query: LibraryQuery, _ place: [(name: String, value: String)] = []
    ) -> Address { Address("/", [], query.parameters + place) }

    /// A place within the page.
    func at(_ anchor: String) -> Address { Address(text: text + "#" + Self.encoded(anchor)) }

    private init(text: String) { self.text = text }

    /// A page of another site, which a person may follow; the gallery itself never asks another site.
    init(outside site: StaticString, _ query: [(name: String, value: String)]) {
        text = site.description + Self.query(query)
    }

    private static func query(_ query: [(name: String, value: String)]) -> String {
        guard !query.isEmpty else { return "" }
        return "?" + query.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
    }

    /// Everything but what RFC 3986 calls unreserved is percent-encoded.
    static func encoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if byte.isASCIIAlphanumeric || "-._~".utf8.contains(byte) {
                encoded.append(byte)
            } else {
                let digits = Array("0123456789ABCDEF".utf8)
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
