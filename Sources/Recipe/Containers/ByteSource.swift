/// Bytes that a container reader may read at any offset: a file, or an array in tests.
///
/// With it, readers make no system calls, and they read a video's tags without reading the video.
package protocol ByteSource {
    /// The number of bytes.
    var count: Int { get }
    /// The `count` bytes from `offset`; fewer only if the source ends before.
    func read(at offset: Int, count: Int) throws(SourceError) -> [UInt8]
}

/// The file could not be read.
package struct SourceError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Bytes in memory.
package struct MemorySource: ByteSource {
    private let bytes: [UInt8]
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package var count: Int { bytes.count }
    package func read(at offset: Int, count: Int) -> [UInt8] {
        guard offset < bytes.count, count > 0 else { return [] }
        return Array(bytes[offset..<min(bytes.count, offset + count)])
    }
}
