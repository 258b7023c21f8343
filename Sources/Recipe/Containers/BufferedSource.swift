/// Reads a file in pieces of 64 KiB, since walkers ask for a few bytes at a time. For one thread.
final class BufferedSource<Source: ByteSource>: ByteSource {
    private static var window: Int { 64 << 10 }

    private let source: Source
    private var start = 0
    private var bytes: [UInt8] = []

    init(_ source: Source) { self.source = source }

    var count: Int { source.count }

    func read(at offset: Int, count: Int) throws(SourceError) -> [UInt8] {
        guard offset >= 0, count > 0, offset < self.count else { return [] }
        let end = offset + min(count, self.count - offset)
        if offset < start || end > start + bytes.count {
            guard end - offset <= Self.window else { return try source.read(at: offset, count: count) }
            bytes = try source.read(at: offset, count: Self.window)
            start = offset
        }
        return Array(bytes[(offset - start)..<min(end - start, bytes.count)])
    }
}
