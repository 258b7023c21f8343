import Foundation
import Recipe
import Testing

/// The digests beside the files were taken of what Pillow decodes.
@Suite struct `The digest of an image's pixels` {
    private static let folder = FixtureTests.folder.appendingPathComponent("Pixels")

    private static func digest(_ bytes: [UInt8]) throws -> String? {
        let source = MemorySource(bytes)
        guard let metadata = try Container.read(source) else { return nil }
        return try PixelDigest.of(source, metadata)?.hex
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: FixtureTests.folder.appendingPathComponent(path)))
    }

    @Test(arguments: [
        "rgb.png", "rgba.png", "grey.png", "grey_alpha.png", "black_white.png", "palette.png", "interlaced.png",
        "sixteen_bits.png",
        "lossless.webp",
    ])
    func `is that of red, green, blue and alpha, however they are stored`(name: String) throws {
        let digests = try JSONParser.parse(try Self.bytes("Pixels/digests.json"))
        #expect(try Self.digest(try Self.bytes("Pixels/" + name)) == digests[name]?.string)
    }

    @Test func `does not know of texts`() throws {
        let plain = try Self.bytes("Pixels/rgb.png")
        // After the signature and IHDR, and before IEND.
        let written =
            plain[..<33] + PNGBuilder.tEXt("prompt", "{}") + plain[33..<(plain.count - 12)] + PNGBuilder.tEXt("a", "b")
            + plain.suffix(12)
        #expect(try Self.digest(Array(written)) == Self.digest(plain))
        #expect(try Container.read(MemorySource(Array(written)))?.fields.count == 2)
    }

    @Test(arguments: [
        "Dialects/a1111_usercomment_be.jpg", "Dialects/comfy_apng_comf_after_fdat.png",
        "Dialects/comfy_anim_exifprefix.webp", "Dialects/comfy.mp4",
    ])
    func `is not there where pixels depend on the decoder, or are many`(path: String) throws {
        #expect(try Self.digest(try Self.bytes(path)) == nil)
    }

    @Test func `is not there for a damaged or impossible image`() throws {
        let whole = try Self.bytes("Pixels/rgb.png")
        for length in stride(from: 33, to: whole.count - 20, by: 7) {
            #expect(try Self.digest(Array(whole[..<length])) == nil)
        }
        // A few bytes that claim 10^10 pixels.
        #expect(try Self.digest(PNGBuilder.png(PNGBuilder.pixels, width: 100_000, height: 100_000)) == nil)
        #expect(try Self.digest(PNGBuilder.png(PNGBuilder.pixels, width: 0, height: 1)) == nil)
    }
}
