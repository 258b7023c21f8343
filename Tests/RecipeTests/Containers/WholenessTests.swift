import Recipe
import Support
import Testing

@Suite struct `Whether a model is all there` {
    private func problem(_ bytes: [UInt8], named name: String = "m.safetensors") throws -> String? {
        try Wholeness.problem(MemorySource(bytes), named: name)
    }

    @Test func `is told by a safetensors header at every length`() throws {
        let whole = SmallModel.bytes(seed: 1, size: 200)
        #expect(try problem(whole) == nil)
        #expect(try problem(whole + [0]) == nil)
        for count in 0..<whole.count { #expect(try problem(Array(whole.prefix(count))) != nil, "\(count)") }
    }

    @Test func `is told by the directory of a zip archive`() throws {
        let start: [UInt8] = [0x50, 0x4B, 3, 4] + [UInt8](repeating: 9, count: 100)
        #expect(try problem(start, named: "m.pt") != nil)
        #expect(try problem(start + [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18), named: "m.pt") == nil)
    }

    @Test func `is not guessed of other formats`() throws {
        #expect(try problem([1, 2, 3], named: "m.ckpt") == nil)
        #expect(try problem([], named: "m.ckpt") != nil)
        #expect(try problem([UInt8](repeating: 0, count: 100), named: "m.safetensors") != nil)
    }

    @Test func `is not decided by numbers that no file can have`() throws {
        let header = #"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,9223372036854775807]}}"#
        let bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
        #expect(try problem(bytes) != nil)
    }
}

@Suite struct `An instant` {
    @Test func `is read with offsets and fractions`() throws {
        let base = try #require(Timestamp("2026-03-04T05:06:07Z"))
        #expect(Timestamp(rfc3339: "2026-03-04T05:06:07Z") == base)
        #expect(Timestamp(rfc3339: "2026-03-04t07:06:07+02:00") == base)
        #expect(Timestamp(rfc3339: "2026-03-03 23:36:07-05:30") == base)
        #expect(Timestamp(rfc3339: "2026-03-04T05:06:07.5Z")?.nanoseconds == base.nanoseconds + 500_000_000)
        #expect(Timestamp(rfc3339: "2026-03-04")?.description == "2026-03-04T00:00:00Z")
        for wrong in [
            "", "now", "2026-03-04T05:06:07", "2026-03-04T05:06:07+2", "2026-03-04T05:06:07.Z", "2026-03-04X05:06:07Z",
        ] {
            #expect(Timestamp(rfc3339: wrong) == nil, "\(wrong)")
        }
    }
}
