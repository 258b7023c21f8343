import Recipe
import Testing

@Suite struct `A damaged PNG` {
    static let image = PNGBuilder.png(
        PNGBuilder.tEXt("prompt", Graphs.sampling()),
        PNGBuilder.zTXt("z", zlib: PNGBuilder.zlibStored(Array("zip".utf8))),
        PNGBuilder.pixels,
        PNGBuilder.iTXt("i", Array("international".utf8)),
        PNGBuilder.comf("workflow", "{}")
    )

    @Test func `differs from a sound one`() throws {
        let metadata = try metadata(Self.image)
        #expect(metadata.damage.isEmpty)
        #expect(metadata.fields.count == 4)
    }

    @Test func `is flagged wherever it is cut short`() throws {
        for count in 8..<Self.image.count {
            let metadata = try metadata(Array(Self.image[..<count]))
            try #require(!metadata.damage.isEmpty, "cut after \(count) bytes")
        }
    }

    @Test func `gives the fields before the cut whole`() throws {
        let metadata = try metadata(Array(Self.image[..<(Self.image.count - 16)]))
        #expect(metadata.field("prompt") == Array(Graphs.sampling().utf8))
        #expect(metadata.field("i") == Array("international".utf8))
    }

    @Test func `gives the part of a text that is left`() throws {
        let whole = PNGBuilder.signature + PNGBuilder.header(width: 1, height: 1) + PNGBuilder.tEXt("key", "abcdef")
        let metadata = try metadata(Array(whole.dropLast(4 + 3)))
        #expect(metadata.field("key") == Array("abc".utf8))
        #expect(metadata.damage.count == 1)
    }

    @Test func `makes no recipe worse than a reason when it is cut after the graph`() throws {
        let read = try RecipeReader.read(MemorySource(Array(Self.image.dropLast(20))), fileName: nil)
        let recipe = try #require(read).recipe
        #expect(recipe.passes.first?.seed == JSON.Number(Int64(42)))
        #expect(recipe.findings.contains { $0.code == .metadataDamaged })
    }

    @Test func `survives every byte in every place`() throws {
        var flagged = 0
        for place in Self.image.indices.dropFirst(8) {
            for byte: UInt8 in [0x00, 0x01, 0x7F, 0xFF] {
                var changed = Self.image
                changed[place] = byte
                let metadata = try metadata(changed)
                try #require(metadata.fields.count <= 4)
                flagged += metadata.damage.isEmpty ? 0 : 1
            }
        }
        #expect(flagged > Self.image.count)
    }

    @Test(arguments: ["tEXt", "zTXt", "iTXt", "comf", "IHDR"]) func `is flagged for a wrong checksum`(type: String)
        throws
    {
        let data: [UInt8] =
            type == "IHDR" ? [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0] : Array("key\0".utf8) + [0, 0, 0, 0]
        var chunk = PNGBuilder.chunk(type, data)
        chunk[chunk.count - 1] ^= 1
        let metadata = try metadata(PNGBuilder.signature + chunk + PNGBuilder.end)
        #expect(metadata.damage.contains { $0.contains("checksum") && $0.contains(type) })
    }

    @Test func `still gives a text whose checksum is wrong`() throws {
        var chunk = PNGBuilder.tEXt("key", "text")
        chunk[chunk.count - 1] ^= 1
        #expect(try metadata(PNGBuilder.png(chunk)).field("key") == Array("text".utf8))
    }

    @Test(arguments: ["tEXt", "IDAT", "IEND", "zzzz"], [UInt32.max, 0x8000_0000, 0x7FFF_FFFF, 1000])
    func `is flagged for a chunk that would be longer than the file`(type: String, length: UInt32) throws {
        var chunk = PNGBuilder.chunk(type, Array("key\0text".utf8))
        chunk.replaceSubrange(0..<4, with: PNGBuilder.bigEndian(length))
        let metadata = try metadata(PNGBuilder.png(PNGBuilder.tEXt("a", "1"), chunk))
        #expect(metadata.damage.contains { $0.contains(type) })
        #expect(metadata.field("a") == Array("1".utf8))
    }

    @Test(arguments: [
        ("tEXt", "no key"), ("comf", ""), ("zTXt", "key\0"), ("zTXt", "key\0\u{1}abc"), ("iTXt", "key\0"),
        ("iTXt", "key\0\0\0de\0no end"), ("iTXt", "\0"),
    ])
    func `is flagged for a text chunk that is malformed`(type: String, data: String) throws {
        let metadata = try metadata(PNGBuilder.png(PNGBuilder.chunk(type, Array(data.utf8)), PNGBuilder.tEXt("a", "1")))
        #expect(metadata.fields.map(\.key) == ["a"])
        #expect(metadata.damage.count == 1)
    }

    @Test(
        arguments: [
            [], [0x78], [0x00, 0x00, 0x00], Array("not a zlib stream".utf8),
            PNGBuilder.zlibStored([1, 2, 3]).dropLast(1),
        ] as [[UInt8]]
    )
    func `is flagged for a compressed text that is broken`(stream: [UInt8]) throws {
        let metadata = try metadata(PNGBuilder.png(PNGBuilder.zTXt("key", zlib: stream)))
        #expect(metadata.damage.contains { $0.contains("compressed") })
    }

    @Test func `is flagged once for the same damage many times over`() throws {
        let broken = [[UInt8]](repeating: PNGBuilder.chunk("tEXt", Array("no key".utf8)), count: 1000).flatMap { $0 }
        #expect(try metadata(PNGBuilder.png(broken)).damage.count == 1)
    }
}
