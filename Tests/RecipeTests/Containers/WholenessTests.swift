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
        let whole = start + [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)
        #expect(try problem(whole, named: "m.pt") == nil)
        for count in 1...22 { #expect(try problem(Array(whole.dropLast(count)), named: "m.pt") != nil, "\(count)") }
    }

    /// Every byte that a whole file has is missed.
    private func expectWhole(_ whole: [UInt8], named name: String, orCutAt harmless: Set<Int> = []) throws {
        #expect(try problem(whole, named: name) == nil)
        for count in 1..<whole.count where !harmless.contains(count) {
            #expect(try problem(Array(whole.prefix(count)), named: name) != nil, "\(count) of \(whole.count)")
        }
    }

    @Test(arguments: [1, 2, 3], [false, true]) func `is told by a GGUF header`(version: Int, isBigEndian: Bool) throws {
        func number(_ value: Int, _ width: Int) -> [UInt8] {
            let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return isBigEndian ? bytes.reversed() : bytes
        }
        func count(_ value: Int) -> [UInt8] { number(value, version == 1 ? 4 : 8) }
        func text(_ text: String) -> [UInt8] { count(text.utf8.count) + Array(text.utf8) }
        var bytes = Array("GGUF".utf8) + number(version, 4) + count(2) + count(4)
        bytes += text("general.architecture") + number(8, 4) + text("flux")
        bytes += text("tokens") + number(9, 4) + number(8, 4) + count(2) + text("a") + text("bc")
        bytes += text("scores") + number(9, 4) + number(6, 4) + count(3) + [UInt8](repeating: 1, count: 12)
        bytes += text("general.alignment") + number(4, 4) + number(64, 4)
        // 40 floats, and 64 elements in blocks of 32 with 18 bytes each.
        bytes += text("w") + number(2, 4) + count(8) + count(5) + number(0, 4) + number(0, 8)
        bytes += text("q") + number(1, 4) + count(64) + number(2, 4) + number(192, 8)
        bytes += [UInt8](repeating: 0, count: (64 - bytes.count % 64) % 64)
        try expectWhole(bytes + [UInt8](repeating: 7, count: 192 + 36), named: "m.gguf")
    }

    @Test(arguments: [1, 2, 4, 8]) func `is told by the tensors of an old pickle of torch`(width: Int) throws {
        let machine: [UInt8] = [0x80, 2, 0x7D, 0x2E]
        // A list of the texts "0" and "1".
        let keys: [UInt8] = [0x80, 2, 0x5D, 0x28, 0x58, 1, 0, 0, 0, 0x30, 0x58, 1, 0, 0, 0, 0x31, 0x65, 0x2E]
        let number: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        func storage(_ count: Int) -> [UInt8] {
            [UInt8(count), 0, 0, 0, 0, 0, 0, 0] + (0..<count * width).map { UInt8(truncatingIfNeeded: $0 &* 41 | 0x80) }
        }
        let head = number + [0x80, 2, 0x4D, 0xE9, 3, 0x2E] + machine + machine + keys
        // A cut after as many bytes as narrower elements would have is the one that cannot be told.
        let second = head.count + storage(100).count + 8
        let narrower = Set([1, 2, 4].filter { $0 < width }.map { second + 37 * $0 })
        try expectWhole(head + storage(100) + storage(37), named: "m.pth", orCutAt: narrower.union(1..<15))
        // Another object behind it, and another protocol.
        let whole = head + storage(100) + storage(37)
        #expect(try problem(whole + whole, named: "m.pth") == nil)
        let fourth: [UInt8] = [0x80, 4, 0x95, 13, 0, 0, 0, 0, 0, 0, 0] + number.dropFirst(2)
        #expect(try problem(fourth + whole.dropFirst(number.count), named: "m.pth") == nil)
        #expect(try problem(fourth + whole.dropFirst(number.count).dropLast(300), named: "m.pth") != nil)
        // Zeros read as storages without elements.
        let zeros = head + [64] + [UInt8](repeating: 0, count: 7 + 64 * width + 8)
        #expect(try problem(zeros, named: "m.pth") == nil)
    }

    @Test func `is not told of a pickle with more than is followed`() throws {
        let number: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        // Texts that are all kept.
        var many: [UInt8] = []
        for place in UInt32(0)..<260_000 {
            many += [0x58, 1, 0, 0, 0, 0x61, 0x72] as [UInt8]
            withUnsafeBytes(of: place.littleEndian) { many += Array($0) }
            many.append(0x30)
        }
        let head = number + [0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E, 0x80, 2] as [UInt8]
        #expect(try problem(head + many + [0x4E, 0x2E], named: "m.pt") == nil)
        #expect(try problem(head + many.prefix(1000), named: "m.pt") != nil)
    }

    @Test func `is told by the fields of an ONNX file`() throws {
        let graph = [0x3A, 0xAC, 0x02] + [UInt8](repeating: 5, count: 300)
        try expectWhole([8, 8, 0x12, 2, 0x61, 0x62] + graph, named: "m.onnx")
        #expect(try problem([8, 8, 0x12, 2, 0x61, 0x62] + graph + [0x42, 2, 16, 17], named: "m.onnx") == nil)
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
