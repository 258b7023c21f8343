import Foundation
import Recipe
import Testing

/// Every container, cut and spoiled in every place: what could be read is read, and nothing crashes.
@Suite struct `A spoiled file` {
    static let files = [
        "a1111_usercomment_be.jpg", "comfy_anim_exifprefix.webp", "a1111_comment.gif", "comfy_text.png", "comfy.mp4",
        "comfy.webm",
    ]

    private static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures/Dialects")
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    @Test(arguments: files) func `cut off anywhere says that it is damaged`(name: String) throws {
        let whole = try Self.bytes(name)
        let sound = try #require(try RecipeReader.read(MemorySource(whole), fileName: nil))
        #expect(sound.metadata.damage.isEmpty)
        for length in 13..<whole.count {
            let reading = try RecipeReader.read(MemorySource(Array(whole[..<length])), fileName: nil)
            // A JPEG has told all that it tells before its image data; a padding byte of WebP is no loss.
            let isSameText = reading?.metadata.fields == sound.metadata.fields
            #expect(isSameText || reading?.metadata.damage.isEmpty == false, "\(length) bytes")
        }
    }

    @Test(arguments: files) func `with any byte changed is read without harm`(name: String) throws {
        let whole = try Self.bytes(name)
        for offset in 0..<min(whole.count, 1000) {
            for value: UInt8 in [0x00, 0xFF, whole[offset] ^ 0x80] {
                var bytes = whole
                bytes[offset] = value
                let reading = try RecipeReader.read(MemorySource(bytes), fileName: nil)
                #expect((reading?.metadata.fields.count ?? 0) < 50)
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
