/// Whether the fields of an ONNX file reach its end: it is one message of Protocol Buffers, a `ModelProto`, whose weights lie in the
/// field of its graph. Source: `onnx.proto`; the encoding of Protocol Buffers.
struct ONNXEnd<Source: ByteSource> {
    private static var graph: Int { 7 }
    /// A model has some ten fields.
    private static var mostFields: Int { 100_000 }

    private let source: Source
    private var offset = 0

    private init(_ source: Source) { self.source = source }

    /// What is wrong; nil if nothing is, or if the bytes are not such a message.
    static func problem(_ source: Source) throws(SourceError) -> String? {
        var reader = ONNXEnd(source)
        return try EndlessFile.problem(cutOff: "it is cut off") { () throws(EndlessFile) in
            try reader.hasGraph() ? nil : "it has no graph"
        }
    }

    private mutating func hasGraph() throws(EndlessFile) -> Bool {
        var found = false
        for _ in 0..<Self.mostFields {
            if offset == source.count { return found }
            let tag = try number()
            guard tag >> 3 > 0 else { throw .unknown }
            switch tag & 7 {
            case 0: _ = try number()
            case 1: try advance(8)
            case 2: try advance(number())
            case 5: try advance(4)
            default: throw .unknown
            }
            if tag >> 3 == Self.graph { found = true }
        }
        throw .unknown
    }

    /// A number of one to ten bytes.
    private mutating func number() throws(EndlessFile) -> Int {
        let bytes: [UInt8]
        do { bytes = try source.read(at: offset, count: 10) } catch { throw .source(error) }
        var value: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            value |= UInt64(byte & 0x7F) << UInt64(7 * index)
            guard byte & 0x80 == 0 else { continue }
            offset += index + 1
            guard let number = Int(exactly: value) else { throw .unknown }
            return number
        }
        throw bytes.count < 10 ? .cutOff : .unknown
    }

    private mutating func advance(_ count: Int) throws(EndlessFile) {
        guard count <= source.count - offset else { throw .cutOff }
        offset += count
    }
}
