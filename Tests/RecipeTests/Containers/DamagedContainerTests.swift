import Foundation
import Recipe
import Testing

/// Every container, cut and spoiled in every place: what could be read is read, and nothing crashes.
@Suite struct `A spoiled file` {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures")

    static let files = FixtureTests.images.filter {
        $0.hasPrefix("Containers/") || $0.hasPrefix("Dialects/") || $0.hasPrefix("Tools/")
    }

    private static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// Every place in small files, some in larger ones.
    private static func places(in bytes: [UInt8], from start: Int) -> [Int] {
        Array(stride(from: start, to: bytes.count, by: max(1, bytes.count / 150)))
    }

    @Test(arguments: files) func `cut off anywhere says that it is damaged`(name: String) throws {
        let whole = try Self.bytes(name)
        let sound = try #require(try RecipeReader.read(MemorySource(whole), fileName: nil))
        #expect(sound.metadata.damage.isEmpty)
        for length in Self.places(in: whole, from: 21) {
            let reading = try RecipeReader.read(MemorySource(Array(whole[..<length])), fileName: nil)
            // Many containers have told all that they tell before their image data; a padding byte is not a loss; and a text
            // file is whole wherever it ends.
            let isSameText = reading?.metadata.fields == sound.metadata.fields
            let isText = sound.metadata.mediaType == "text/plain" || sound.metadata.mediaType == "application/json"
            // What is too short to be told for what it is, is not a file of a tool.
            if reading == nil, length < 64 { continue }
            #expect(isSameText || isText || reading?.metadata.damage.isEmpty == false, "\(length) bytes")
        }
    }

    @Test(arguments: files) func `with any byte changed is read without harm`(name: String) throws {
        let whole = try Self.bytes(name)
        for offset in Self.places(in: whole, from: 0) {
            for value: UInt8 in [0x00, 0xFF, whole[offset] ^ 0x80] {
                var bytes = whole
                bytes[offset] = value
                let reading = try RecipeReader.read(MemorySource(bytes), fileName: nil)
                #expect((reading?.metadata.fields.count ?? 0) < 60)
            }
        }
    }

    @Test func `whose directories point in a circle ends`() throws {
        // IFD0 at 8 has one entry, an Exif directory at 8 again.
        let tiff: [UInt8] = [
            0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 1, 0, 0x69, 0x87, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0,
        ]
        let segment = Array("Exif\0\0".utf8) + tiff
        let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE1, 0, UInt8(segment.count + 2)] + segment + [0xFF, 0xD9]
        let reading = try #require(try RecipeReader.read(MemorySource(jpeg), fileName: nil))
        #expect(reading.metadata.fields.isEmpty)
    }
}
