/// Reads a small file at once and a larger one in pieces of 64 KiB, since container readers ask for a few bytes at a time.
/// It is used by one thread.
final class BufferedSource<Source: ByteSource>: ByteSource {
    private static var small: Int { 256 << 10 }

    private let source: Source
    private let window: Int
    private var start = 0
    private var bytes: [UInt8] = []

    init(_ source: Source) {
        self.source = source
        window = source.count <= Self.small ? source.count : 64 << 10
    }

    var count: Int { source.count }

    func read(at offset: Int, count: Int) throws(SourceError) -> [UInt8] {
        guard offset >= 0, count > 0, offset < self.count else { return [] }
        let end = offset + min(count, self.count - offset)
        if offset < start || end > start + bytes.count {
            guard end - offset <= window else { return try source.read(at: offset, count: count) }
            start = window == self.count ? 0 : offset
            bytes = try source.read(at: start, count: window)
        }
        return Array(bytes[(offset - start)..<min(end - start, bytes.count)])
    }
}
