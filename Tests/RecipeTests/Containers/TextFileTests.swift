import Recipe
import Testing

@Suite struct `A text that is longer than is read` {
    private static let text = [UInt8](repeating: UInt8(ascii: "a"), count: TextFile.limit + 1)

    @Test func `is told apart from other files of its length`() throws {
        #expect(try TextFile.isTooLong(MemorySource(Self.text)))
        #expect(try !TextFile.isTooLong(MemorySource([0] + Self.text)))
        #expect(try !TextFile.isTooLong(MemorySource(Array(Self.text.dropLast()))))
    }

    @Test func `is named where it lies beside an image without a record`() throws {
        let image = MemorySource(PNGBuilder.png(PNGBuilder.pixels))
        let reading = try RecipeReader.read(image, fileName: "x.png") { () throws(SourceError) in
            [.init(name: "x.txt", source: MemorySource(Self.text))]
        }
        let findings = try #require(reading).recipe.findings
        #expect(findings.contains { $0.code == .metadataUnread && $0.message.hasPrefix("x.txt is too large") })
    }
}
