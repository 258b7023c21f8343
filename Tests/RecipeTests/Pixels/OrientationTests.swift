import Recipe
import Support
import Testing

@Suite struct `A picture's orientation` {
    /// Rows of letters, as EXIF 2.32, 4.6.4 says where the first row and the first column of `abc`, `def` belong.
    @Test(arguments: [
        (Orientation.upright, ["abc", "def"]), (.mirrored, ["cba", "fed"]), (.upsideDown, ["fed", "cba"]),
        (.mirroredUpsideDown, ["def", "abc"]), (.transposed, ["ad", "be", "cf"]), (.turnedRight, ["da", "eb", "fc"]),
        (.transposedUpsideDown, ["fc", "eb", "da"]), (.turnedLeft, ["cf", "be", "ad"]),
    ]) func `puts its rows and columns where they belong`(orientation: Orientation, rows: [String]) {
        let turned = orientation.turned(Array("abcdef".utf8), width: 3, height: 2, channels: 1)
        #expect(String(decoding: turned, as: UTF8.self) == rows.joined())
        let pairs = orientation.turned(Array("aabbccddeeff".utf8), width: 3, height: 2, channels: 2)
        #expect(String(decoding: pairs, as: UTF8.self) == rows.joined().map { "\($0)\($0)" }.joined())
    }

    /// A TIFF header, and a directory with the orientation, whose value has a type and a count.
    private func exif(_ value: UInt8, type: UInt8 = 3, count: UInt8 = 1, isLittle: Bool = true) -> [UInt8] {
        isLittle
            ? [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, type, 0, count, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0]
            : [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, type, 0, 0, 0, count, 0, value, 0, 0, 0, 0, 0, 0]
    }

    private func orientation(_ blocks: [UInt8]...) throws -> Orientation? {
        try Container.read(MemorySource(PNGBuilder.png(blocks.map { PNGBuilder.chunk("eXIf", $0) }.flatMap { $0 })))?
            .orientation
    }

    @Test func `is a short number of the first directory, in either order of bytes`() throws {
        #expect(try orientation(exif(6)) == .turnedRight && orientation(exif(8, isLittle: false)) == .turnedLeft)
        for block in [exif(0), exif(9), exif(6, type: 4), exif(6, count: 2), []] {
            #expect(try orientation(block) == nil, "\(block)")
        }
        #expect(try orientation(exif(3), exif(6)) == .upsideDown)
        // Chromium ignores both.
        let late = PNGBuilder.png(PNGBuilder.pixels, PNGBuilder.chunk("eXIf", exif(6)))
        #expect(try #require(try Container.read(MemorySource(late))).orientation == nil)
        let webp = Array("WEBPEXIF".utf8) + [26, 0, 0, 0] + exif(6)
        #expect(
            try #require(try Container.read(MemorySource(Array("RIFF".utf8) + [UInt8(webp.count), 0, 0, 0] + webp)))
                .orientation == nil)
        // The same entry in the Exif directory, to which an entry of the first one leads.
        let later: [UInt8] = [
            0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x69, 0x87, 4, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0,
        ]
        #expect(try orientation(later + exif(6).dropFirst(8)) == nil)
    }

    /// A PNG file of 516 pixels by fewer, with an orientation.
    private func wide(_ value: UInt8) throws -> [UInt8] {
        var sheet = ContactSheet()
        for place in 0..<2 { sheet.add(SmallImage.infotext("x"), label: "x", at: place) }
        var png = try #require(sheet.png(columns: 2))
        png.insert(contentsOf: PNGBuilder.chunk("eXIf", exif(value)), at: 33)
        return png
    }

    @Test func `turns small pictures, and those of a contact sheet, but neither pixels nor sizes`() throws {
        let (upright, turned) = (try wide(1), try wide(6))
        let metadata = try #require(try Container.read(MemorySource(turned)))
        #expect(metadata.width == 516)
        let facts = try #require(try PixelFacts.of(MemorySource(turned), metadata))
        #expect(facts.digest == (try PixelFacts.of(MemorySource(upright), metadata)?.digest))
        let webp = try #require(facts.thumbnail)
        let thumbnail = try #require(try Container.read(MemorySource(webp)))
        #expect(thumbnail.height == 320 && thumbnail.width.map { $0 < 100 } == true)

        func height(_ image: [UInt8]) throws -> Int {
            var sheet = ContactSheet()
            sheet.add(image, label: "")
            return try #require(sheet.png().flatMap { PixelReader.rgba($0) }).size.height
        }
        #expect(try height(turned) > 384 && height(upright) < 200)
    }
}
