/// The end of a file in torch's format before 1.6, which later versions still write on request: five pickles (a magic number, the protocol,
/// the machine, the object, the keys of its storages), then every storage as its number of elements and the elements.
/// Source: `_legacy_save` in PyTorch's `serialization.py`.
enum TorchEnd {
    /// The number 0x1950a86a20f9469cfc6c and the end of its pickle. Before it are two bytes with the protocol, and, from protocol 4
    /// on, nine with a length.
    private static let magic: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    /// The bytes at the beginning of the file.
    static let headLength = 2 + 9 + magic.count

    static func isBegun(by head: [UInt8]) -> Bool {
        head.first == 0x80 && [2, 11].contains { head.dropFirst($0).starts(with: magic) }
    }

    /// Possible sizes of an element. Bytes.
    private static let widths = [4, 2, 1, 8, 16]
    /// The largest number of readings that are tried: zeros look like storages without elements, so there may be many. Beyond it, the
    /// result is "unknown".
    private static let mostSteps = 100_000

    /// What is wrong with the end; nil if nothing is, or if it is unknown.
    static func problem(_ source: some ByteSource) throws(SourceError) -> String? {
        var offset = 0
        var keys = 0
        for _ in 0..<5 {
            var scan = PickleScan()
            guard let length = try PickleImports.follow(source, from: offset, &scan) else {
                // A pickle that is broken or exceeds a limit tells nothing.
                return scan.ranOut && source.count - offset < PickleImports.limit ? "a pickle in it is cut off" : nil
            }
            offset += length
            keys = scan.texts
        }
        guard keys > 0 else { return nil }
        // The size of an element is not stored: only the right size leads from one count to the next, and to the end.
        var steps = 0
        var ways = [(offset: offset, left: keys)]
        while let (offset, left) = ways.popLast() {
            if left == 0 {
                // Another object may follow in the same file.
                if offset == source.count { return nil }
                if isBegun(by: try source.read(at: offset, count: headLength)) { return nil }
                continue
            }
            steps += 1
            guard steps < mostSteps else { return nil }
            let head = try source.read(at: offset, count: 8)
            guard head.count == 8, let count = Int(exactly: littleEndian(head[...])), count >= 0 else { continue }
            for width in count == 0 ? [1] : widths.reversed() {
                let (size, isTooLarge) = count.multipliedReportingOverflow(by: width)
                guard !isTooLarge, size <= source.count - offset - 8 else { continue }
                ways.append((offset + 8 + size, left - 1))
            }
        }
        return "its tensors do not end where the file ends"
    }
}
