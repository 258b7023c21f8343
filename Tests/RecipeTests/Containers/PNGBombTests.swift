import Recipe
import Testing

/// Serialised, because each holds tens of megabytes.
@Suite(.serialized) struct `A PNG that inflates to very much` {
    static let limit = 16 << 20
    /// Of all texts together.
    static let total = 24 << 20
    /// 33 MiB from about 200 KB.
    static let bomb = PNGBuilder.zlibRun(repeats: 134_120)

    @Test(arguments: [
        Sample("zTXt", PNGBuilder.zTXt("key", zlib: bomb)),
        Sample("iTXt", PNGBuilder.iTXt("key", bomb, isCompressed: true)),
    ])
    func `is read up to a limit and flagged`(sample: Sample) throws {
        let metadata = try metadata(PNGBuilder.png(sample.bytes, PNGBuilder.tEXt("after", "1")))
        #expect(metadata.field("key")?.count == Self.limit)
        #expect(metadata.damage.isEmpty && metadata.unread.count == 1)
        #expect(metadata.field("after") == Array("1".utf8))
    }

    @Test func `has a limit for all its texts together`() throws {
        let chunk = PNGBuilder.zTXt("key", zlib: Self.bomb)
        let metadata = try metadata(PNGBuilder.png(chunk, chunk, chunk, chunk))
        #expect(metadata.fields.map(\.bytes.count).reduce(0, +) <= Self.total)
        #expect(!metadata.unread.isEmpty)
    }

    @Test func `is flagged where the last text is only cut by that limit`() throws {
        // All but 254 bytes of the limit are used up when the last text comes.
        let nearly = PNGBuilder.zTXt("b", zlib: PNGBuilder.zlibRun(repeats: (Self.total - Self.limit) / 258 - 1))
        let last = PNGBuilder.zTXt("c", zlib: PNGBuilder.zlibRun(repeats: 10))
        let alone = try metadata(PNGBuilder.png(nearly, last))
        #expect(alone.unread.isEmpty)
        let behind = try metadata(PNGBuilder.png(PNGBuilder.zTXt("a", zlib: Self.bomb), nearly, last))
        #expect(behind.field("b") == alone.field("b"))
        #expect(behind.field("c").map { $0.count < 2581 } == true)
        #expect(behind.unread.count == 2)
    }

    @Test func `is not read where a text is stored larger than the limit`() throws {
        let head = PNGBuilder.bigEndian(UInt32(Self.limit + 1)) + Array("tEXtkey\0".utf8)
        let image = PNGBuilder.signature + head + [UInt8](repeating: 0x61, count: Self.limit + 1) + PNGBuilder.end
        let metadata = try metadata(image)
        #expect(metadata.fields.isEmpty)
        #expect(metadata.damage.isEmpty)
        #expect(metadata.unread.contains { $0.hasPrefix("the text 'key' is too large") })
        let recipe = try #require(try RecipeReader.read(MemorySource(image), fileName: nil)).recipe
        #expect(recipe.findings.map(\.code) == [.metadataAbsent, .metadataUnread])
        #expect(recipe.findings[0].message == "what was read of the file holds no recipe")
    }

    @Test func `is given up on after very many chunks`() throws {
        let empty = PNGBuilder.chunk("zzzz", [])
        var image = PNGBuilder.signature
        for _ in 0..<200_001 { image += empty }
        let metadata = try metadata(image + PNGBuilder.tEXt("key", "text") + PNGBuilder.end)
        #expect(metadata.fields.isEmpty)
        #expect(metadata.damage.isEmpty && metadata.unread.contains { $0.contains("chunks") })
    }
}
