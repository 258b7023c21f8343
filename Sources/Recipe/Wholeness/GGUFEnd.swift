/// Where a GGUF file ends according to its header. Source: `docs/gguf.md` and `ggml.h` of ggml.
struct GGUFEnd<Source: ByteSource> {
    /// The largest header that is read; a vocabulary takes some ten megabytes. Bytes.
    private static var longestHeader: Int { 1 << 30 }

    private let source: BufferedSource<Source>
    private var offset = 4
    private var isBigEndian = false
    /// In version 1 a count has four bytes.
    private var countWidth = 8

    private init(_ source: Source) { self.source = BufferedSource(source) }

    /// What is wrong with the end; nil if nothing is, or if the header has something unknown.
    static func problem(_ source: Source) throws(SourceError) -> String? {
        var reader = GGUFEnd(source)
        return try EndlessFile.problem(cutOff: "the GGUF header is cut off") { () throws(EndlessFile) in
            let end = try reader.end()
            return source.count < end ? "\(source.count) of \(end) bytes are there" : nil
        }
    }

    private mutating func end() throws(EndlessFile) -> Int {
        let version = try bytes(4)
        isBigEndian = version[0] == 0
        let edition = isBigEndian ? version[3] : version[0]
        guard (1...3).contains(edition) else { throw .unknown }
        if edition == 1 { countWidth = 4 }
        let tensors = try number(countWidth)
        let entries = try number(countWidth)
        var alignment = 32
        for _ in 0..<entries {
            let key = try text()
            let type = try number(4)
            if key.elementsEqual("general.alignment".utf8), type == 4 {
                alignment = try number(4)
            } else {
                try skip(type)
            }
        }
        var data = 0
        for _ in 0..<tensors {
            _ = try text()
            var elements = 1
            for _ in 0..<(try number(4)) { elements = try product(elements, try number(countWidth)) }
            guard let block = Self.blocks[try number(4)] else { throw .unknown }
            let start = try number(8)
            let size = try product((try sum(elements, block.elements - 1)) / block.elements, block.bytes)
            data = max(data, try sum(start, size))
        }
        guard tensors > 0 else { return offset }
        guard alignment > 0 else { throw .unknown }
        return try sum((try sum(offset, alignment - 1)) / alignment * alignment, data)
    }

    /// Skips a value of a type.
    private mutating func skip(_ type: Int) throws(EndlessFile) {
        switch type {
        case 8: _ = try text()
        case 9:
            let inner = try number(4)
            let count = try number(countWidth)
            if let width = Self.widths[inner] { return try advance(try product(count, width)) }
            // No program writes arrays of arrays.
            guard inner == 8 else { throw .unknown }
            for _ in 0..<count { _ = try text() }
        default:
            guard let width = Self.widths[type] else { throw .unknown }
            try advance(width)
        }
    }

    // MARK: Bytes

    private mutating func text() throws(EndlessFile) -> [UInt8] {
        let count = try number(countWidth)
        guard count <= 64 else {
            try advance(count)
            return []
        }
        return try bytes(count)
    }

    private mutating func number(_ width: Int) throws(EndlessFile) -> Int {
        let found = try bytes(width)
        let value = (isBigEndian ? found : found.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let number = Int(exactly: value) else { throw .unknown }
        return number
    }

    private mutating func bytes(_ count: Int) throws(EndlessFile) -> [UInt8] {
        let found: [UInt8]
        do { found = try source.read(at: offset, count: count) } catch { throw .source(error) }
        guard found.count == count else { throw .cutOff }
        try advance(count)
        return found
    }

    private mutating func advance(_ count: Int) throws(EndlessFile) {
        offset = try sum(offset, count)
        guard offset <= source.count else { throw .cutOff }
        guard offset <= Self.longestHeader else { throw .unknown }
    }

    private func sum(_ a: Int, _ b: Int) throws(EndlessFile) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        guard !overflow, sum >= 0 else { throw .unknown }
        return sum
    }

    private func product(_ a: Int, _ b: Int) throws(EndlessFile) -> Int {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        guard !overflow else { throw .unknown }
        return product
    }

    /// The size of a value by its type. Bytes.
    private static var widths: [Int: Int] {
        [0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8]
    }

    /// The elements and the bytes of a block by the type of the tensor.
    private static var blocks: [Int: (elements: Int, bytes: Int)] {
        [
            0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
            10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
            16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
            23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
            34: (256, 54), 35: (256, 66), 39: (32, 17),
        ]
    }
}
