import Recipe
import Testing

/// What is read from a PNG of these bytes.
func metadata(_ image: [UInt8]) throws -> Metadata {
    let read = try PNG.read(MemorySource(image))
    return try #require(read)
}

@Suite struct `The text of a PNG` {
    static let umlauts = Array("Grüße 😀".utf8)

    static let chunks: [Sample] = [
        Sample("tEXt", PNGBuilder.tEXt("key", "plain"), Array("plain".utf8)),
        Sample("tEXt that holds UTF-8", PNGBuilder.tEXt("key", umlauts), umlauts),
        Sample("tEXt in Latin-1", PNGBuilder.tEXt("key", [0x47, 0x72, 0xFC, 0xDF, 0x65]), Array("Grüße".utf8)),
        Sample("an empty tEXt", PNGBuilder.tEXt("key", ""), []),
        Sample("tEXt with a NUL in it", PNGBuilder.tEXt("key", "a\0b"), [0x61, 0, 0x62]),
        Sample("zTXt", PNGBuilder.zTXt("key", zlib: PNGBuilder.zlibStored(umlauts)), umlauts),
        Sample("an empty zTXt", PNGBuilder.zTXt("key", zlib: PNGBuilder.zlibStored([])), []),
        Sample(
            "zTXt with Huffman codes",
            PNGBuilder.zTXt("key", zlib: PNGBuilder.zlibRun(repeats: 1000)),
            [UInt8](repeating: 0x61, count: 258_001)
        ),
        Sample("iTXt", PNGBuilder.iTXt("key", umlauts), umlauts),
        Sample("compressed iTXt", PNGBuilder.iTXt("key", PNGBuilder.zlibStored(umlauts), isCompressed: true), umlauts),
        Sample("comf", PNGBuilder.comf("key", "{}"), Array("{}".utf8)),
    ]

    @Test(arguments: chunks) func `is read from its chunk`(sample: Sample) throws {
        let metadata = try metadata(PNGBuilder.png(sample.bytes, PNGBuilder.pixels))
        #expect(metadata.fields.map(\.key) == ["key"])
        #expect(metadata.field("key") == sample.text)
        #expect(metadata.damage.isEmpty)
    }

    @Test(arguments: chunks) func `is found after the pixels`(sample: Sample) throws {
        let metadata = try metadata(PNGBuilder.png(PNGBuilder.pixels, PNGBuilder.pixels, sample.bytes))
        #expect(metadata.field("key") == sample.text)
        #expect(metadata.damage.isEmpty)
    }

    @Test func `is not looked for after the end`() throws {
        let metadata = try metadata(PNGBuilder.png(PNGBuilder.tEXt("a", "1")) + PNGBuilder.tEXt("b", "2"))
        #expect(metadata.fields.map(\.key) == ["a"])
        #expect(metadata.damage.isEmpty)
    }

    @Test func `keeps every field of a repeated key, and gives the first`() throws {
        let image = PNGBuilder.png(PNGBuilder.tEXt("a", "1"), PNGBuilder.tEXt("b", "2"), PNGBuilder.comf("a", "3"))
        let metadata = try metadata(image)
        #expect(metadata.fields.map(\.key) == ["a", "b", "a"])
        #expect(metadata.field("a") == Array("1".utf8))
    }

    @Test func `has a key in Latin-1 too`() throws {
        let chunk = PNGBuilder.chunk("tEXt", [0xFC, 0, 0x78])
        #expect(try metadata(PNGBuilder.png(chunk)).fields.map(\.key) == ["ü"])
    }

    @Test func `is not sought in other chunks`() throws {
        let metadata = try metadata(
            PNGBuilder.png(PNGBuilder.chunk("teXt", Array("a\0b".utf8)), PNGBuilder.chunk("sRGB", [0]))
        )
        #expect(metadata.fields.isEmpty)
        #expect(metadata.damage.isEmpty)
    }
}

@Suite struct `A PNG` {
    @Test func `says how large it is`() throws {
        let metadata = try metadata(PNGBuilder.png(PNGBuilder.pixels, width: 1024, height: 70_000))
        #expect(metadata.mediaType == "image/png")
        #expect(metadata.width == 1024)
        #expect(metadata.height == 70_000)
    }

    @Test func `is an APNG where it has an animation`() throws {
        let metadata = try metadata(
            PNGBuilder.png(PNGBuilder.chunk("acTL", [0, 0, 0, 1, 0, 0, 0, 0]), PNGBuilder.pixels)
        )
        #expect(metadata.mediaType == "image/apng")
    }

    @Test(
        arguments: [
            [], [0x89], Array(PNGBuilder.signature.dropLast()), [0x89] + Array("PNG\n\n\n\n".utf8),
            Array("RIFF????WEBPVP8 ".utf8),
            [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46], Array("{\"prompt\": {}}".utf8),
        ] as [[UInt8]]
    )
    func `is not seen in other bytes`(bytes: [UInt8]) throws {
        #expect(try PNG.read(MemorySource(bytes)) == nil)
        #expect(try PNG.read(MemorySource(bytes)) == nil)
    }
}
